/**
 * How much of a run is behind it. Peers of a swarm complete nearly all at the end, so for most
 * of the time the best sign is how many messages of those to be expected have been sent.
 */

import type { Progress } from '@cachetorrent/simulator';

/** From 0 to 1; never quite 1, as the run would then be over. */
export function completedShare(progress: Progress, expectedMessageCount: number): number {
  const byMessages = progress.messages / expectedMessageCount;
  const byPeers = progress.peersComplete / progress.peers;
  return Math.min(0.99, Math.max(byMessages, byPeers));
}

/** Undefined while there is too little to tell by. */
export function remainingMs(elapsedMs: number, share: number): number | undefined {
  if (share < 0.02) return undefined;
  return (elapsedMs * (1 - share)) / share;
}
