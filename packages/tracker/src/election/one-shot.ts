/**
 * A single election in an AS, for swarms in which all come at once and nobody leaves: the
 * candidates with the highest capacities lead (docs/protocol.md, section Election).
 */

import type { PeerId } from '@cachetorrent/protocol';

import { byCapacity, type Candidate } from './candidate.ts';

/** How many leaders an AS has. */
export interface LeaderNumbers {
  /** The percentage of its candidates that lead an AS, rounded down. */
  readonly leaderPercent: number;
  /** The least number, if there are as many candidates. Default: 1. */
  readonly leadersMin?: number;
  /** The greatest number. Default: no limit. */
  readonly leadersMax?: number;
}

/** How many of `candidateCount` candidates lead. */
export function leaderCount(
  candidateCount: number,
  { leaderPercent, leadersMin = 1, leadersMax = Infinity }: LeaderNumbers,
): number {
  const share = Math.floor((candidateCount * leaderPercent) / 100);
  return Math.min(candidateCount, Math.max(leadersMin, Math.min(leadersMax, share)));
}

/**
 * Elects leaders and returns them, best first: `leaderPercent` of the candidates, rounded down,
 * but at least one, in the order of `byCapacity`. Empty if there are no candidates.
 */
export function electLeaders(
  candidates: readonly Candidate[],
  leaderPercent: number,
): readonly PeerId[] {
  const count = leaderCount(candidates.length, { leaderPercent });
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
