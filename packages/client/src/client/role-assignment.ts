/** The role that the tracker assigns to us: a leader or a follower in our autonomous system. */

import type { PeerId, Role } from '@cachetorrent/protocol';
import type { Endpoint, CacheTorrentResponse } from '@cachetorrent/protocol/wire';

import type { AddressBook } from '../connections/address-book.ts';

/** Our role among the peers of our autonomous system. */
export interface RoleAssignment {
  readonly role: Role;
  /** The leaders that we follow. */
  readonly leaders: readonly PeerId[];
  /** The number of our AS; undefined if it is not known. */
  readonly asn: number | undefined;
}

/** The role without CacheTorrent. */
export const PLAIN_PEER: RoleAssignment = { role: 'peer', leaders: [], asn: undefined };

/**
 * Returns our role according to a tracker's answer. `response` is undefined if the tracker does
 * not support CacheTorrent.
 */
export function roleFrom(
  response: CacheTorrentResponse | undefined,
  addressBook: AddressBook,
  isOwn: (endpoint: Endpoint) => boolean,
): RoleAssignment {
  if (response === undefined) return PLAIN_PEER;
  const { leaders, asn } = response;
  // Without leaders, every peer leads itself.
  if (leaders.length === 0 || leaders.some(isOwn)) return { role: 'leader', leaders: [], asn };
  for (const leader of leaders) if (asn !== undefined) addressBook.setAsn(leader, asn);
  return { role: 'follower', leaders: leaders.map((leader) => addressBook.idOf(leader)), asn };
}

export function isSameRole(a: RoleAssignment, b: RoleAssignment): boolean {
  return a.role === b.role && a.asn === b.asn && a.leaders.join() === b.leaders.join();
}
