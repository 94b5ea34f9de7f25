/**
 * How much of a run is behind it. Peers of a swarm complete nearly all at the end, so for most
 * of the time the best sign is how many messages of those to be expected have been sent.
 */

import type { Progress, Swarm } from '@cachetorrent/simulator';

/**
 * The messages that a run of `swarm` is expected to send: nearly all are a peer's word to each of
 * its neighbours that it has a piece, and leaders pass on what they hear.
 */
export function expectedMessages(swarm: Swarm): number {
  const { capacities, neighbours, pieces, leaderPercent } = swarm;
  const peers = capacities.reduce((sum, { count }) => sum + count, 0) - 1;
  // A peer asks for some neighbours, and is asked by as many.
  const haves = peers * Math.min(2 * neighbours, peers - 1) * pieces;
  return haves * (leaderPercent === undefined ? 1.1 : 1.3 + (1.5 * leaderPercent) / 50);
}

/** From 0 to 1; never quite 1, as the run would then be over. */
export function shareDone(progress: Progress, expectedMessageCount: number): number {
  const byMessages = progress.messages / expectedMessageCount;
  const byPeers = progress.peersComplete / progress.peers;
  return Math.min(0.99, Math.max(byMessages, byPeers));
}

/** Undefined while there is too little to tell by. */
export function timeLeftMs(elapsedMs: number, share: number): number | undefined {
  if (share < 0.02) return undefined;
  return (elapsedMs * (1 - share)) / share;
}
