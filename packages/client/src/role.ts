/** The role that the tracker's answer gives us: we lead our autonomous system, or follow. */

import type { Endpoint, CacheTorrentResponse } from '@cachetorrent/protocol/wire';

import type { AddressBook } from './address-book.ts';
import type { RoleAssignment } from './swarm-options.ts';

const PLAIN: RoleAssignment = { role: 'peer', leaders: [], system: undefined };

/** `leadership` is absent where the tracker does not speak CacheTorrent. */
export function roleIn(
  leadership: CacheTorrentResponse | undefined,
  book: AddressBook,
  isOwn: (endpoint: Endpoint) => boolean,
): RoleAssignment {
  if (leadership === undefined) return PLAIN;
  const { leaders, asn } = leadership;
  // Where nobody leads, everybody does.
  if (leaders.length === 0 || leaders.some(isOwn))
    return { role: 'leader', leaders: [], system: asn };
  for (const leader of leaders) if (asn !== undefined) book.learnSystem(leader, asn);
  return { role: 'follower', leaders: leaders.map((leader) => book.idOf(leader)), system: asn };
}

export function isSameRole(a: RoleAssignment, b: RoleAssignment): boolean {
  return a.role === b.role && a.system === b.system && a.leaders.join() === b.leaders.join();
}
