/** The pieces that peers announce although they lack them. */

import type { PeerId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';

import type { Plan } from '../plan/plan.ts';
import { subTorrentRange } from './sub-torrents.ts';

/**
 * The pieces that a peer claims to hold when it arrives, as words of bits, drawn from a stream of
 * its own; undefined for an honest peer. It holds some of them later.
 */
export function claimsOf(plan: Plan, id: PeerId, subTorrent: number): Uint32Array | undefined {
  const percent = plan.claimedPercentOf(id);
  if (percent === 0) return undefined;
  const { pieces } = subTorrentRange(plan.swarm, subTorrent);
  const random = seededRandom(plan.seed, 'claims', id, subTorrent);
  const claims = new Uint32Array(Math.ceil(pieces / 32));
  for (let piece = 0; piece < pieces; piece++) {
    if (100 * random.unit() < percent) claims[piece >>> 5]! |= 1 << (piece & 31);
  }
  return claims;
}
