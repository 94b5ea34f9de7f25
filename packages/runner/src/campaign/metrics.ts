/**
 * The metrics of a run, by the names that experiment files, datasets and reports use: one entry
 * each. To measure something else, add an entry.
 */

import { totalMessages, type RunDocument } from '../results/document.ts';

type Result = RunDocument['result'];

export interface Metric {
  /** Title for axes and tables, without the unit. */
  readonly title: string;
  /** Unit in reports. Times are stored in ms and shown in s; fractions are shown in percent. */
  readonly unit: '' | 's' | '%';
  /** Factor from a stored value to a value in `unit`. */
  readonly scale: number;
  /** Whether it is a percentile, whose mean over repetitions need not follow Student's t. */
  readonly isPercentile: boolean;
  /** Returns the value of a run; null if the run has no peer to measure it on. */
  readonly compute: (result: Result) => number | null;
}

export type MetricName = (typeof METRIC_NAMES)[number];

export const METRIC_NAMES = [
  'redundancy',
  'traffic',
  'interAsShare',
  'durationMs',
  'p50Ms',
  'p90Ms',
  'meanMs',
  'peerCount',
  'leadersP50Ms',
  'leadersP90Ms',
  'leadersMeanMs',
  'leaderCount',
  'followersP50Ms',
  'followersP90Ms',
  'followersMeanMs',
  'followerCount',
  'controlMessages',
  'pieceMessages',
] as const;

export const METRICS: Readonly<Record<MetricName, Metric>> = {
  redundancy: unitless('Redundancy (downloads of a piece into an AS)', (r) => r.redundancy),
  traffic: unitless('Traffic (transfers of a piece)', (r) => r.traffic),
  interAsShare: {
    ...unitless('Inter-AS share of the transferred bytes', (r) => r.interAsShare),
    unit: '%',
    scale: 100,
  },
  durationMs: time('Time until the last peer completed', (r) => r.durationMs),
  p50Ms: percentile('Completion time, 50th percentile', (r) => r.completion.p50Ms),
  p90Ms: percentile('Completion time, 90th percentile', (r) => r.completion.p90Ms),
  meanMs: time('Completion time, mean', (r) => r.completion.meanMs),
  peerCount: unitless('Peers that downloaded', (r) => r.completion.count),
  leadersP50Ms: percentile('Completion time of leaders, 50th percentile', (r) => r.leaders.p50Ms),
  leadersP90Ms: percentile('Completion time of leaders, 90th percentile', (r) => r.leaders.p90Ms),
  leadersMeanMs: time('Completion time of leaders, mean', (r) => r.leaders.meanMs),
  leaderCount: unitless('Leaders', (r) => r.leaders.count),
  followersP50Ms: percentile(
    'Completion time of followers, 50th percentile',
    (r) => r.followers.p50Ms,
  ),
  followersP90Ms: percentile(
    'Completion time of followers, 90th percentile',
    (r) => r.followers.p90Ms,
  ),
  followersMeanMs: time('Completion time of followers, mean', (r) => r.followers.meanMs),
  followerCount: unitless('Followers', (r) => r.followers.count),
  controlMessages: unitless(
    'Messages other than pieces',
    (r) => totalMessages(r.messages) - (r.messages['piece'] ?? 0),
  ),
  pieceMessages: unitless('Piece messages', (r) => r.messages['piece'] ?? 0),
};

function unitless(title: string, compute: Metric['compute']): Metric {
  return { title, unit: '', scale: 1, isPercentile: false, compute };
}

function time(title: string, compute: Metric['compute']): Metric {
  return { title, unit: 's', scale: 1e-3, isPercentile: false, compute };
}

function percentile(title: string, compute: Metric['compute']): Metric {
  return { ...time(title, compute), isPercentile: true };
}
