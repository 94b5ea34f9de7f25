/**
 * The figures that a run comes to, by the names that experiment files, datasets and reports use.
 * One row each: to measure something else, add it here.
 */

import { totalMessages, type RunDocument } from '../results/document.ts';

type Result = RunDocument['result'];

export interface Figure {
  /** As it stands beside an axis, without its unit. */
  readonly title: string;
  /** What people read; times are stored in ms and shown in s, shares are shown in percent. */
  readonly unit: '' | 's' | '%';
  /** What a stored value is multiplied with to be shown in `unit`. */
  readonly scale: number;
  /** It says where in a distribution something lies, which no normal curve describes. */
  readonly isPercentile: boolean;
  /** Null where the run has nobody to measure it on. */
  readonly of: (result: Result) => number | null;
}

export type FigureName = (typeof FIGURE_NAMES)[number];

export const FIGURE_NAMES = [
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

export const FIGURES: Readonly<Record<FigureName, Figure>> = {
  redundancy: plain('Redundancy: how often an AS imported a piece', (r) => r.redundancy),
  traffic: plain('Transfers of each piece', (r) => r.traffic),
  interAsShare: {
    ...plain('Bytes that crossed a border between AS', (r) => r.interAsShare),
    unit: '%',
    scale: 100,
  },
  durationMs: time('Until the last peer completed', (r) => r.durationMs),
  p50Ms: percentile('50th percentile of completion', (r) => r.completion.p50Ms),
  p90Ms: percentile('90th percentile of completion', (r) => r.completion.p90Ms),
  meanMs: time('Mean time to complete', (r) => r.completion.meanMs),
  peerCount: plain('Peers that downloaded', (r) => r.completion.count),
  leadersP50Ms: percentile('50th percentile of leaders', (r) => r.leaders.p50Ms),
  leadersP90Ms: percentile('90th percentile of leaders', (r) => r.leaders.p90Ms),
  leadersMeanMs: time('Mean time of leaders', (r) => r.leaders.meanMs),
  leaderCount: plain('Leaders', (r) => r.leaders.count),
  followersP50Ms: percentile('50th percentile of followers', (r) => r.followers.p50Ms),
  followersP90Ms: percentile('90th percentile of followers', (r) => r.followers.p90Ms),
  followersMeanMs: time('Mean time of followers', (r) => r.followers.meanMs),
  followerCount: plain('Followers', (r) => r.followers.count),
  controlMessages: plain(
    'Messages that carry no piece',
    (r) => totalMessages(r.messages) - (r.messages['piece'] ?? 0),
  ),
  pieceMessages: plain('Pieces sent', (r) => r.messages['piece'] ?? 0),
};

function plain(title: string, of: Figure['of']): Figure {
  return { title, unit: '', scale: 1, isPercentile: false, of };
}

function time(title: string, of: Figure['of']): Figure {
  return { title, unit: 's', scale: 1e-3, isPercentile: false, of };
}

function percentile(title: string, of: Figure['of']): Figure {
  return { ...time(title, of), isPercentile: true };
}
