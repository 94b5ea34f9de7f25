/**
 * How much of a run is behind it. Peers of a swarm complete nearly all at the end, so for most
 * of the time the best sign is how many messages of those to be expected have been sent.
 */

import type { Progress, Swarm } from '@cachetorrent/simulator';

/**
 * The messages that a run of `swarm` is expected to send: nearly all are a peer's word to each of
 * its neighbours that it has a piece. The factors are what runs of `medium` came to; they decide
 * nothing but the time left that is shown.
 */
export function expectedMessages(swarm: Swarm): number {
  const { capacities, neighbours, pieces, leaderPercent, habits } = swarm;
  const peers = capacities.reduce((sum, { count }) => sum + count, 0) - 1;
  // A peer asks for some neighbours, and is asked by as many.
  const haves = peers * Math.min(2 * neighbours, peers - 1) * pieces;
  // Leaders pass on what they hear; repeated chokes come on top of all.
  const forwarded = leaderPercent === undefined ? 1.2 : 1.8 + 0.014 * leaderPercent;
  return haves * forwarded * (habits.repeatChokes ? 1.7 : 1);
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
