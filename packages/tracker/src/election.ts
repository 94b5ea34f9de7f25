/** Elects the leaders of one autonomous system: the candidates with the highest capacities. */

import type { PeerId } from '@cachetorrent/protocol';

/** A peer that can be elected, and its capacities. */
export interface Candidate {
  /** The peer that is a candidate. */
  readonly id: PeerId;
  /** Its upload capacity, in kbit/s. */
  readonly uploadKbps: number;
  /** Its download capacity, in kbit/s. */
  readonly downloadKbps: number;
}

/** The number of leaders: `leaderPercent` of the candidates, rounded down, but at least one. */
export function leaderCount(candidateCount: number, leaderPercent: number): number {
  return Math.max(1, Math.floor((candidateCount * leaderPercent) / 100));
}

/**
 * Elects leaders and returns them, best first: `leaderPercent` of the candidates, rounded down,
 * but at least one, in the order of `byCapacity`. Empty if there are no candidates.
 */
export function electLeaders(
  candidates: readonly Candidate[],
  leaderPercent: number,
): readonly PeerId[] {
  const count = leaderCount(candidates.length, leaderPercent);
  return candidates
    .toSorted(byCapacity)
    .slice(0, count)
    .map(({ id }) => id);
}

/**
 * Holds one election after another, one for each of `subTorrents` sub-torrents. A peer that is
 * elected for one is no candidate for the later ones, and the percentage applies to the candidates
 * that remain. If none remains, all candidates lead.
 */
export function electForSubTorrents(
  candidates: readonly Candidate[],
  leaderPercent: number,
  subTorrents: number,
): readonly (readonly PeerId[])[] {
  let remaining = candidates;
  return Array.from({ length: subTorrents }, () => {
    const leaders = electLeaders(remaining, leaderPercent);
    if (leaders.length === 0) return candidates.toSorted(byCapacity).map(({ id }) => id);
    const elected = new Set(leaders);
    remaining = remaining.filter(({ id }) => !elected.has(id));
    return leaders;
  });
}

/**
 * Compares candidates as an election does: the highest upload capacity comes first, then the
 * highest download capacity, then the lowest id.
 */
export function byCapacity(a: Candidate, b: Candidate): number {
  return b.uploadKbps - a.uploadKbps || b.downloadKbps - a.downloadKbps || a.id - b.id;
}
