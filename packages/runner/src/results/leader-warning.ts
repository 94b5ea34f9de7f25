/** What `cachetorrent run` says of a run in which AS had fewer leaders than asked for. */

import type { LeaderShortage, SwarmResult } from '@cachetorrent/simulator';
import type { CompleteSwarmConfig } from '@cachetorrent/simulator/configuration';

import { formatDuration } from '../format.ts';

/** The most AS that the warning names. */
const NAMED_MAX = 4;

/** Returns the warning; undefined if all AS had their leaders, or there are no elections. */
export function leaderWarning(
  { leaderShortages = [], asCount, churn }: SwarmResult,
  { cache, tracker }: CompleteSwarmConfig,
): string | undefined {
  if (leaderShortages.length === 0) return undefined;
  // Those that lacked the most, in a swarm in which peers come and go over the time.
  const worst = leaderShortages.toSorted((a, b) => lackOf(b) - lackOf(a) || a.as - b.as);
  const named = worst.slice(0, NAMED_MAX).map((each) => shortageText(each, churn !== undefined));
  const more = worst.length > named.length ? `; and ${worst.length - named.length} more` : '';
  const floor =
    cache.minLeaders > 1 ? ', and an AS has cache.minLeaders only if it has as many peers' : '';
  const why =
    churn === undefined
      ? `the election is held when ${tracker.minPeers} peers have joined (tracker.minPeers)`
      : 'one that crashes is replaced only when the tracker hears of it';
  return (
    `${leaderShortages.length} of ${asCount} AS had fewer leaders than asked for: ` +
    `${named.join('; ')}${more} (${why}${floor})`
  );
}

function lackOf({ missing, shortMs, presentMs }: LeaderShortage): number {
  return (missing * shortMs) / presentMs;
}

function shortageText(
  { as, asked, missing, shortMs, presentMs }: LeaderShortage,
  isOpen: boolean,
): string {
  const shown = (count: number): string => count.toFixed(isOpen ? 1 : 0);
  const time = isOpen ? ` for ${formatDuration(shortMs)} of ${formatDuration(presentMs)}` : '';
  return `AS ${as} lacked ${shown(missing)} of ${shown(asked)}${time}`;
}
