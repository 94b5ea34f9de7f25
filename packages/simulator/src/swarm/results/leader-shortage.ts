/** Which AS had fewer leaders than asked for: what the elections of a run have left undone. */

import type { AsReport } from './observations.ts';
import type { LeaderShortage } from './result.ts';

/** Leaders may be missing for this share of the time: peers learn of an election a little later. */
const SHORT_SHARE_MAX = 0.01;

/** The AS that had fewer leaders than asked for, in order; undefined if there are no elections. */
export function leaderShortagesOf(reports: readonly AsReport[]): LeaderShortage[] | undefined {
  if (reports.every(({ leaders }) => leaders === undefined)) return undefined;
  return reports.flatMap(({ leaders }, as) => {
    if (leaders === undefined) return [];
    const { presentMs, askedMs, missingMs, shortMs } = leaders;
    if (shortMs <= SHORT_SHARE_MAX * presentMs) return [];
    const [asked, missing] = [askedMs / presentMs, missingMs / shortMs];
    return [{ as, asked, missing, shortMs, presentMs }];
  });
}

/**
 * The share of the leaders asked for that were missing, over all AS and the whole run; undefined if
 * there are no elections.
 */
export function missingLeaderShareOf(reports: readonly AsReport[]): number | undefined {
  if (reports.every(({ leaders }) => leaders === undefined)) return undefined;
  let [asked, missing] = [0, 0];
  for (const { leaders } of reports) {
    asked += leaders?.askedMs ?? 0;
    missing += leaders?.missingMs ?? 0;
  }
  return asked === 0 ? 0 : missing / asked;
}
