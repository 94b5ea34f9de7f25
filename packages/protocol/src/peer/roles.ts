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
 * A leader may follow the leaders of a parent AS. Then it downloads as a follower does: from its AS
 * and from these leaders, which count as peers of its AS for it.
 *
 * Source: docs/protocol.md, section Roles.
 */

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
 * Whether a peer may download from another: all may, except one that follows leaders from another
 * AS. When the role of a peer changes, this is all that changes on its connections: what it has
 * announced there it goes on to announce, and what it has not it does not begin to.
 */
export function mayDownloadFrom(follows: boolean, intraAs: boolean): boolean {
  return !follows || intraAs;
}

/**
 * What a peer may do on a connection: a sum of MAY_UPLOAD, ANNOUNCES and MAY_DOWNLOAD.
 *
 * @param leadership Our role, and whether we get pieces of other AS only through leaders.
 * @param intraAs Whether both peers are in the same AS, or we follow the other one.
 * @param relayPermissions The result for a leader on a relay.
 */
export function permissionsOf(
  leadership: { readonly role: Role; readonly follows: boolean },
  intraAs: boolean,
  purpose: ConnectionPurpose,
  relayPermissions: number,
): number {
  const { role, follows } = leadership;
  if (!mayDownloadFrom(follows, intraAs)) return MAY_UPLOAD | ANNOUNCES;
  if (role === 'leader' && purpose === 'relay') return relayPermissions;
  return MAY_UPLOAD | ANNOUNCES | MAY_DOWNLOAD;
}
