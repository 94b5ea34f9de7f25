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

import { DOWNLOADS, OFFERS, UPLOADS } from './flags.ts';
import type { Habits } from './habits.ts';

/** What a peer is in its AS; a plain `peer` where nobody leads. */
export type Standing = 'peer' | 'leader' | 'follower';

/** Why there is a connection. */
export type Origin =
  /** One side has the other for a neighbour. */
  | 'neighbour'
  /** We are a leader and opened it for a follower; the other side did not ask for it. */
  | 'on-behalf';

/** The parts of a connection: a sum of `UPLOADS`, `OFFERS` and `DOWNLOADS`. */
export function partsOf(
  me: Standing,
  sameSystem: boolean,
  origin: Origin,
  { offerOnBehalf }: Pick<Habits, 'offerOnBehalf'>,
): number {
  switch (me) {
    case 'peer':
      return UPLOADS | OFFERS | DOWNLOADS;
    case 'leader':
      if (origin === 'on-behalf' && !offerOnBehalf) return UPLOADS | DOWNLOADS;
      return UPLOADS | OFFERS | DOWNLOADS;
    case 'follower':
      return sameSystem ? UPLOADS | OFFERS | DOWNLOADS : UPLOADS | OFFERS;
    default:
      return unreachable(me);
  }
}
