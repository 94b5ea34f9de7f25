/**
 * The metrics of a run: their names in experiment files and datasets, and the words and units of
 * reports, one entry each. To measure something else, add an entry.
 */

import type { SwarmRole } from '@cachetorrent/simulator';

import { billedKbpsOf, bytesOf, sumOverLinks } from '../results/borders.ts';
import { totalMessages } from '../results/document.ts';
import type { RunRecord } from './store/record.ts';

type Result = RunRecord['result'];

export interface Metric {
  /** The metric in words, for titles, headers and axes: `median completion time`. */
  readonly label: string;
  /** What its values are, for the axis of a plot whose title names the metric: `time`. */
  readonly quantity: string;
  /**
   * Unit in reports. Times are stored in ms and shown in s, bytes in GB; fractions are shown in
   * percent.
   */
  readonly unit: '' | 's' | '%' | 'GB' | 'Mbit/s';
  /** Factor from a stored value to a value in `unit`. */
  readonly scale: number;
  /** Whether it is a percentile, whose mean over repetitions need not follow Student's t. */
  readonly isPercentile: boolean;
  /** Returns the value of a run, at least 0; null if the run has no peer to measure it on. */
  readonly compute: (result: Result) => number | null;
}

export type MetricName = (typeof METRIC_NAMES)[number];

export const METRIC_NAMES = [
  'redundancy',
  'importsPerPiece',
  'traffic',
  'interAsShare',
  'transitBill',
  'peeringBill',
  'billedTransitMbps',
  'transitBytes',
  'peeringBytes',
  'byteHops',
  'durationMs',
  'p50Ms',
  'p90Ms',
  'meanMs',
  'peerCount',
  'uploadUtilisation',
  'lastPiecesPace',
  'interestShare',
  'sameClassShare',
  'leadersP50Ms',
  'leadersP90Ms',
  'leadersMeanMs',
  'leaderCount',
  'missingLeaderShare',
  'followersP50Ms',
  'followersP90Ms',
  'followersMeanMs',
  'followerCount',
  'unservedMeanMs',
  'followersUnservedMeanMs',
  'controlMessages',
  'pieceMessages',
  'meanLeechers',
  'meanSeeds',
  'arrivalCount',
  'abortCount',
  'crashCount',
  'died',
  'diedAtMs',
] as const;

export const METRICS: Readonly<Record<MetricName, Metric>> = {
  redundancy: count('redundancy', 'downloads of a piece into an AS', (r) => r.redundancy),
  importsPerPiece: count(
    'imports per piece',
    'downloads of a piece into an AS',
    (r) => r.importsPerPiece ?? null,
  ),
  traffic: count('traffic', 'transfers of a piece', (r) => r.traffic),
  interAsShare: share('inter-AS traffic', 'share of all bytes', (r) => r.interAsShare),
  // Of networks with prices; the currency is the user's.
  transitBill: count('bill for transit', 'currency a month', (r) => billFor(r, 'transit')),
  peeringBill: count('bill for peering', 'currency a month', (r) => billFor(r, 'peering')),
  billedTransitMbps: {
    ...count('billed rate of transit', 'rate', (r) =>
      overLinks(r, 'transit', (link) => billedKbpsOf(link) / 1_000),
    ),
    unit: 'Mbit/s',
  },
  transitBytes: volume('traffic over transit', 'traffic', (r) => overLinks(r, 'transit', bytesOf)),
  peeringBytes: volume('traffic over peering', 'traffic', (r) => overLinks(r, 'peering', bytesOf)),
  byteHops: volume('traffic times hops', 'traffic', (r) => r.borders?.byteHops ?? null),
  durationMs: time('time until all peers have completed', (r) => r.durationMs),
  p50Ms: percentile('median completion time', (r) => r.completion.p50Ms),
  p90Ms: percentile('90th percentile of completion times', (r) => r.completion.p90Ms),
  meanMs: time('mean completion time', (r) => r.completion.meanMs),
  // Records of earlier versions lack these.
  uploadUtilisation: share(
    'upload utilisation of leechers',
    'share of their capacity',
    (r) => r.uploadUtilisation ?? null,
  ),
  lastPiecesPace: count(
    'time of the last 5 % of the pieces',
    'multiple of that of others',
    (r) => r.lastPiecesPace ?? null,
  ),
  interestShare: share('interest of leechers in leechers', 'share of connections', interestShare),
  sameClassShare: share('uploads within the class', 'share of what leechers send', sameClassShare),
  peerCount: count('number of leechers', 'leechers', (r) => r.completion.count),
  leadersP50Ms: percentile('median completion time of leaders', (r) => r.leaders.p50Ms),
  leadersP90Ms: percentile(
    '90th percentile of completion times of leaders',
    (r) => r.leaders.p90Ms,
  ),
  leadersMeanMs: time('mean completion time of leaders', (r) => r.leaders.meanMs),
  leaderCount: count('number of leaders', 'leaders', (r) => r.leaders.count),
  missingLeaderShare: share(
    'missing leaders',
    'share of those asked for',
    (r) => r.missingLeaderShare ?? null,
  ),
  followersP50Ms: percentile('median completion time of followers', (r) => r.followers.p50Ms),
  followersP90Ms: percentile(
    '90th percentile of completion times of followers',
    (r) => r.followers.p90Ms,
  ),
  followersMeanMs: time('mean completion time of followers', (r) => r.followers.meanMs),
  followerCount: count('number of followers', 'followers', (r) => r.followers.count),
  unservedMeanMs: time('mean time without service', (r) => meanUnservedMs(r, isLeecher)),
  followersUnservedMeanMs: time('mean time without service of followers', (r) =>
    meanUnservedMs(r, (role) => role === 'follower'),
  ),
  controlMessages: count(
    'control messages',
    'messages',
    (r) => totalMessages(r.messages) - (r.messages['piece'] ?? 0),
  ),
  pieceMessages: count('piece messages', 'messages', (r) => r.messages['piece'] ?? 0),
  // Of swarms in which peers come and go.
  meanLeechers: count('mean number of leechers', 'leechers', (r) => r.churn?.meanLeechers ?? null),
  meanSeeds: count('mean number of seeds', 'seeds', (r) => r.churn?.meanSeeds ?? null),
  arrivalCount: count('arrivals', 'peers', (r) => r.churn?.arrivals ?? null),
  abortCount: count('aborted downloads', 'peers', (r) => r.churn?.aborted ?? null),
  crashCount: count('crashes', 'peers', (r) => r.churn?.crashed ?? null),
  died: share('swarms that died', 'share of runs', (r) =>
    r.churn === undefined ? null : Number(r.death !== undefined),
  ),
  diedAtMs: time('time until the swarm died', (r) => r.death?.atMs ?? null),
};

/** Over the whole run, each connection at each sample of the timeline counts the same. */
function interestShare({ timeline }: Result): number | null {
  const { leecherConnections = [], interestedConnections = [] } = timeline;
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const connections = sum(leecherConnections);
  return connections === 0 ? null : sum(interestedConnections) / connections;
}

/** Null if there is one class only. */
function sameClassShare({ classes, classTraffic }: Result): number | null {
  const names = classes.map(({ name }) => name);
  if (names.length < 2 || classTraffic === undefined) return null;
  let within = 0;
  let all = 0;
  for (const { from, to, leecherBytes } of classTraffic) {
    all += leecherBytes;
    if (from === to) within += leecherBytes;
  }
  return all === 0 ? null : within / all;
}

const isLeecher = (role: SwarmRole): boolean => role !== 'seed' && role !== 'cache';

/** Over all peers of these roles, also those that have not completed the file. */
function meanUnservedMs(
  { peers: { role, unservedMs = [] } }: Result,
  isIncluded: (role: SwarmRole) => boolean,
): number | null {
  let [sum, included] = [0, 0];
  for (const [row, ms] of unservedMs.entries()) {
    if (ms === null || !isIncluded(role[row]!)) continue;
    sum += ms;
    included++;
  }
  return included === 0 ? null : sum / included;
}

type Relationship = Parameters<typeof sumOverLinks>[1];

/** Null if the traffic between AS is not metered. */
function overLinks(
  { borders }: Result,
  relationship: Relationship,
  figure: Parameters<typeof sumOverLinks>[2],
): number | null {
  return borders === undefined ? null : sumOverLinks(borders, relationship, figure);
}

/** Null if traffic between AS has no price. */
function billFor(result: Result, relationship: Relationship): number | null {
  if (result.borders?.currency === undefined) return null;
  return overLinks(result, relationship, ({ bill = 0 }) => bill);
}

function volume(label: string, quantity: string, compute: Metric['compute']): Metric {
  return { ...count(label, quantity, compute), unit: 'GB', scale: 1e-9 };
}

function share(label: string, quantity: string, compute: Metric['compute']): Metric {
  return { ...count(label, quantity, compute), unit: '%', scale: 100 };
}

function count(label: string, quantity: string, compute: Metric['compute']): Metric {
  return { label, quantity, unit: '', scale: 1, isPercentile: false, compute };
}

function time(label: string, compute: Metric['compute']): Metric {
  return { label, quantity: 'time', unit: 's', scale: 1e-3, isPercentile: false, compute };
}

function percentile(label: string, compute: Metric['compute']): Metric {
  return { ...time(label, compute), isPercentile: true };
}
