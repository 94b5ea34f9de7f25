/** The same swarms by the rules of the original and by those of a client, in one table. */

import type { RunDocument } from '@cachetorrent/runner';
import { minimumDistributionTimeMs } from '@cachetorrent/simulator';

import { estimate } from '../runs/estimate.ts';
import { heading, table } from '../runs/markdown.ts';
import { type Observed, type Rules, RULES, titleOf } from './experiments.ts';
import type { ConfigName } from './published-figures.ts';

type Result = RunDocument['result'];

interface Column {
  readonly title: string;
  readonly of: (result: Result) => number | null;
  readonly show: (value: number) => string;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(0);

const BORDERS: readonly Column[] = [
  { title: 'redundancy', of: ({ redundancy }) => redundancy, show: (n) => n.toFixed(2) },
  {
    title: 'bits that cross a border, %',
    of: ({ interAsShare }) => interAsShare,
    show: (share) => (share * 100).toFixed(1),
  },
  { title: 'traffic', of: ({ traffic }) => traffic, show: (n) => n.toFixed(0) },
  {
    title: 'messages, M',
    of: ({ messages }) => Object.values(messages).reduce((sum, count) => sum + count, 0),
    show: (count) => (count / 1e6).toFixed(1),
  },
];

const TIMES: readonly Column[] = [
  { title: '50th, s', of: ({ completion }) => completion.p50Ms, show: seconds },
  { title: '90th, s', of: ({ completion }) => completion.p90Ms, show: seconds },
  { title: 'last, s', of: ({ durationMs }) => durationMs, show: seconds },
  { title: "leaders' 50th, s", of: ({ leaders }) => leaders.p50Ms, show: seconds },
  { title: "followers' 50th, s", of: ({ followers }) => followers.p50Ms, show: seconds },
];

/** Sections of the document: what crosses borders, and how long it takes. */
export function sideBySide(config: ConfigName, all: readonly Observed[]): string[] {
  const observed = all.filter(
    ({ variant, results }) => variant.config === config && results.length > 0,
  );
  if (observed.length === 0) return [];
  const swarm = observed[0]!.jobs[0]!.checked.swarm;
  const pairs = pairsOf(observed);
  return [
    heading(3, `${config}: what crosses borders`),
    comparison(pairs, BORDERS),
    heading(3, `${config}: how long it takes`),
    `T_min is ${seconds(minimumDistributionTimeMs(swarm))} s.`,
    comparison(pairs, TIMES),
  ];
}

interface Pair {
  readonly title: string;
  readonly byRules: ReadonlyMap<Rules, Observed>;
}

function pairsOf(observed: readonly Observed[]): Pair[] {
  const pairs = Map.groupBy(observed, ({ variant }) => titleOf(variant));
  return Array.from(pairs, ([title, runs]) => ({
    title,
    byRules: new Map(runs.map((run) => [run.rules, run])),
  }));
}

function comparison(pairs: readonly Pair[], columns: readonly Column[]): string {
  const titles = columns.flatMap(({ title }) => [`${title}: orig.`, 'client']);
  const rows = pairs.map(({ title, byRules }) => [
    title,
    ...columns.flatMap((column) => RULES.map((rules) => cell(byRules.get(rules), column))),
  ]);
  return table(['run', ...titles], rows, `l${'r'.repeat(titles.length)}`);
}

function cell(observed: Observed | undefined, { of, show }: Column): string {
  const values = (observed?.results ?? []).map(of).filter((value) => value !== null);
  const found = estimate(values);
  return found === undefined ? '' : show(found.mean);
}
