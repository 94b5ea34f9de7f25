/** Elects the leaders of one autonomous system: those with the most to give. */

import type { PeerId } from '@cachetorrent/protocol';

export interface Candidate {
  /** Who stands. */
  readonly id: PeerId;
  /** Its upload capacity, in kbit/s. */
  readonly uploadKbps: number;
  /** Its download capacity, in kbit/s. */
  readonly downloadKbps: number;
}

/** How many are elected of so many candidates: `leaderPercent`, rounded down, but at least one. */
export function leaderCount(candidateCount: number, leaderPercent: number): number {
  return Math.max(1, Math.floor((candidateCount * leaderPercent) / 100));
}

/**
 * The leaders, best first: `leaderPercent` of the candidates, rounded down, but never fewer
 * than one. A faster upload wins; then a faster download; then the lower id. Empty where nobody
 * stands.
 */
export function electLeaders(
  candidates: readonly Candidate[],
  leaderPercent: number,
): readonly PeerId[] {
  const count = leaderCount(candidates.length, leaderPercent);
  return candidates
    .toSorted(byMerit)
    .slice(0, count)
    .map(({ id }) => id);
}

/**
 * One election after another, for as many sub-torrents: who is elected for one is no candidate
 * in the later ones, and the share is taken of the candidates that remain. Where nobody remains,
 * all lead.
 */
export function electForSubTorrents(
  candidates: readonly Candidate[],
  leaderPercent: number,
  parts: number,
): readonly (readonly PeerId[])[] {
  let remaining = candidates;
  return Array.from({ length: parts }, () => {
    const leaders = electLeaders(remaining, leaderPercent);
    if (leaders.length === 0) return candidates.toSorted(byMerit).map(({ id }) => id);
    const elected = new Set(leaders);
    remaining = remaining.filter(({ id }) => !elected.has(id));
    return leaders;
  });
}

function byMerit(a: Candidate, b: Candidate): number {
  return b.uploadKbps - a.uploadKbps || b.downloadKbps - a.downloadKbps || a.id - b.id;
}
