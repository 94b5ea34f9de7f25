/**
 * Who uploads to whom: the table by which leaders and followers differ from plain peers.
 *
 *     I am      the other is                 I upload   I download
 *     peer      anyone                       yes        yes
 *     follower  in my AS                     yes        yes
 *     follower  in another AS                yes        no, but through a leader of my AS
 *     leader    anyone                       yes        yes
 *     leader    reached for a follower       if asked   yes (in the original it offers, too)
 *
 * Source: docs/protocol.md, section Roles.
 */

import { unreachable } from '@cachetorrent/std';

import { MAY_DOWNLOAD, ANNOUNCES, MAY_UPLOAD } from '../tables/connection-flags.ts';
import type { Quirks } from '../rules/quirks.ts';

/** What a peer is in its AS; a plain `peer` where nobody leads. */
export type Role = 'peer' | 'leader' | 'follower';

/** Why there is a connection. */
export type ConnectionPurpose =
  /** One side has the other for a neighbour. */
  | 'neighbour'
  /** We are a leader and opened it for a follower; the other side did not ask for it. */
  | 'on-behalf';

/** The parts of a connection: a sum of `UPLOADS`, `OFFERS` and `DOWNLOADS`. */
export function permissionsOf(
  me: Role,
  sameSystem: boolean,
  origin: ConnectionPurpose,
  { announceOnRelays }: Pick<Quirks, 'announceOnRelays'>,
): number {
  switch (me) {
    case 'peer':
      return MAY_UPLOAD | ANNOUNCES | MAY_DOWNLOAD;
    case 'leader':
      if (origin === 'on-behalf' && !announceOnRelays) return MAY_UPLOAD | MAY_DOWNLOAD;
      return MAY_UPLOAD | ANNOUNCES | MAY_DOWNLOAD;
    case 'follower':
      return sameSystem ? MAY_UPLOAD | ANNOUNCES | MAY_DOWNLOAD : MAY_UPLOAD | ANNOUNCES;
    default:
      return unreachable(me);
  }
}
