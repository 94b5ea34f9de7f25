/**
 * Who uploads to whom: the table by which leaders and followers differ from plain peers.
 *
 *     I am      the other peer is            I upload   I download
 *     peer      any                          yes        yes
 *     follower  in my AS                     yes        yes
 *     follower  in another AS                yes        no, but through a leader of my AS
 *     leader    any                          yes        yes
 *     leader    the target of a relay        if asked   yes (the original announces, too)
 *
 * Source: docs/protocol.md, section Roles.
 */

import { unreachable } from '@cachetorrent/std';

import { MAY_DOWNLOAD, ANNOUNCES, MAY_UPLOAD } from '../tables/connection-flags.ts';

/** What a peer is in its AS; a plain `peer` if there are no leaders. */
export type Role = 'peer' | 'leader' | 'follower';

/**
 * Why a connection exists: `relay` if a leader has opened it to the target of a relay, else
 * `neighbour`.
 */
export type ConnectionPurpose =
  /** One side is a neighbour of the other. */
  | 'neighbour'
  /** The peer is a leader and opened it to the target of a relay, which did not ask for it. */
  | 'relay';

/**
 * Whether a peer may download from another: all may, except a follower from another AS. When the
 * role of a peer changes, this is all that changes on its connections: what it has announced there
 * it goes on to announce, and what it has not it does not begin to.
 */
export function mayDownloadFrom(role: Role, intraAs: boolean): boolean {
  return role !== 'follower' || intraAs;
}

/**
 * What a peer may do on a connection: a sum of MAY_UPLOAD, ANNOUNCES and MAY_DOWNLOAD.
 *
 * @param intraAs Whether both peers are in the same AS.
 * @param relayPermissions The result for a leader on a relay.
 */
export function permissionsOf(
  role: Role,
  intraAs: boolean,
  purpose: ConnectionPurpose,
  relayPermissions: number,
): number {
  switch (role) {
    case 'peer':
      return MAY_UPLOAD | ANNOUNCES | MAY_DOWNLOAD;
    case 'leader':
      return purpose === 'relay' ? relayPermissions : MAY_UPLOAD | ANNOUNCES | MAY_DOWNLOAD;
    case 'follower':
      return MAY_UPLOAD | ANNOUNCES | (mayDownloadFrom(role, intraAs) ? MAY_DOWNLOAD : 0);
    default:
      return unreachable(role);
  }
}
