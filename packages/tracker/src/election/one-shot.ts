/**
 * A single election in an AS, for swarms in which all come at once and nobody leaves: the best
 * candidates by the policy lead (docs/protocol.md, section Election).
 */

import type { AsId, PeerId } from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

import { byWeight, type Candidate } from './candidate.ts';
import { ELECTION_POLICIES, type ElectionPolicyName } from './policies/policies.ts';

/** How many leaders an AS has. */
export interface LeaderNumbers {
  /** The percentage of its candidates that lead an AS, rounded down. */
  readonly leaderPercent: number;
  /** The least number, if there are as many candidates. Default: 1. */
  readonly leadersMin?: number;
  /** The greatest number. Default: no limit. */
  readonly leadersMax?: number;
}

/** How many leaders an AS has, and who leads. */
export interface ElectionSettings extends LeaderNumbers {
  /** The rule that says who leads. Default: `capacity`. */
  readonly policy?: ElectionPolicyName;
}

/** The settings of all AS, some of which may have another percentage of leaders. */
export interface ElectionsOfAs extends ElectionSettings {
  /** The percentage of the candidates of an AS that lead it. Default: `leaderPercent`. */
  readonly leaderPercentOf?: (asId: AsId) => number;
}

/** The settings of the election in one AS. */
export function electionIn(elections: ElectionsOfAs, asId: AsId): ElectionSettings {
  const { leaderPercentOf, ...settings } = elections;
  if (leaderPercentOf === undefined) return settings;
  return { ...settings, leaderPercent: leaderPercentOf(asId) };
}

/** A candidate, and when it has come. */
export interface TimedCandidate {
  /** The candidate. */
  readonly candidate: Candidate;
  /** When it has joined, in ms. */
  readonly joinedAtMs: number;
}

/** How many leaders are asked for, also if there are fewer candidates. */
export function leadersAskedFor(
  candidateCount: number,
  { leaderPercent, leadersMin = 1, leadersMax = Infinity }: LeaderNumbers,
): number {
  const share = Math.floor((candidateCount * leaderPercent) / 100);
  return Math.max(leadersMin, Math.min(leadersMax, share));
}

/** How many of `candidateCount` candidates lead. */
export function leaderCount(candidateCount: number, numbers: LeaderNumbers): number {
  return Math.min(candidateCount, leadersAskedFor(candidateCount, numbers));
}

/** How many lead each of `subTorrents` sub-torrents: the share of those that lead none before. */
export function leaderCounts(
  candidateCount: number,
  numbers: LeaderNumbers,
  subTorrents: number,
): number[] {
  let remaining = candidateCount;
  return Array.from({ length: subTorrents }, () => {
    const count = leaderCount(remaining, numbers);
    remaining -= count;
    return count;
  });
}

/**
 * Holds one election after another at `nowMs`, one for each of `subTorrents` sub-torrents, and
 * returns the leaders of each, best first. A peer that is elected for one is no candidate for the
 * later ones, and the percentage applies to the candidates that remain. If none remains, all
 * candidates lead.
 *
 * @param random Drawn from only if the policy draws lots, once for each candidate, in their order.
 */
export function electForSubTorrents(
  candidates: readonly TimedCandidate[],
  settings: ElectionSettings,
  subTorrents: number,
  nowMs: number,
  random: Random,
): readonly (readonly PeerId[])[] {
  const { draws, weight } = ELECTION_POLICIES[settings.policy ?? 'capacity'];
  const ids = candidates
    .map(({ candidate, joinedAtMs }) => {
      const drawn = draws ? random.unit() : 0;
      return { candidate, weight: weight(candidate, joinedAtMs, nowMs - joinedAtMs, drawn) };
    })
    .sort(byWeight)
    .map(({ candidate }) => candidate.id);
  let end = 0;
  return leaderCounts(ids.length, settings, subTorrents).map((count) => {
    if (count === 0) return ids;
    end += count;
    return ids.slice(end - count, end);
  });
}
