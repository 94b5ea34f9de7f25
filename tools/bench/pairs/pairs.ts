/**
 * `bench pairs`: this version of the source beside another one. The two run in turn, so that a
 * machine whose speed changes changes both; what counts is the ratio within each pair.
 */

import { table } from '../../runs/markdown.ts';
import { summarize } from '../statistics.ts';
import type { Figures, Goal, PairCase, PairFigure } from './cases.ts';

/** The figures of both versions, measured one after the other. */
export interface Pair {
  readonly before: Figures;
  readonly after: Figures;
}

export interface MeasuredCase {
  readonly name: string;
  readonly pairs: readonly Pair[];
}

export interface PairsOptions {
  /** The folders of the two versions. */
  readonly before: string;
  readonly after: string;
  readonly cases: readonly PairCase[];
  readonly runs: number;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

export async function measurePairs(options: PairsOptions): Promise<MeasuredCase[]> {
  const { cases, runs, log, signal } = options;
  const measured: MeasuredCase[] = [];
  for (const { name, isShort, run, figures } of cases) {
    const of = (root: string): Promise<Figures> => run({ root, signal });
    // Short runs depend on the compile caches of both versions, which the first run fills.
    if (isShort) for (const root of rootsOf(options)) await of(root);
    const pairs: Pair[] = [];
    for (let i = 0; i < runs; i++) {
      // In turn, so that neither is always the first.
      const [first, second] = i % 2 === 0 ? rootsOf(options) : rootsOf(options).toReversed();
      const [one, two] = [await of(first!), await of(second!)];
      const pair = i % 2 === 0 ? { before: one, after: two } : { before: two, after: one };
      pairs.push(pair);
      log(
        `${name}, pair ${i + 1} of ${runs}: ${figures.map((each) => text(each, pair)).join(', ')}`,
      );
    }
    measured.push({ name, pairs });
  }
  return measured;
}

function rootsOf({ before, after }: PairsOptions): readonly string[] {
  return [before, after];
}

function text({ label, name, divisor }: PairFigure, { before, after }: Pair): string {
  return `${label}: ${format(before[name]! / divisor)} and ${format(after[name]! / divisor)}`;
}

/** Medians of both versions, and of the ratios of the pairs. */
export function pairsTable(cases: readonly PairCase[], measured: readonly MeasuredCase[]): string {
  const rows = cases.flatMap(({ name, what, figures }) => {
    const pairs = measured.find((each) => each.name === name)?.pairs ?? [];
    return figures.map((figure) => rowOf(what, figure, pairs));
  });
  const titles = [
    'what',
    'figure',
    'before',
    'after',
    'ratio',
    'min – max',
    'pairs',
    'target',
    'met',
  ];
  return table(titles, rows, 'llrrrrrll');
}

function rowOf(what: string, figure: PairFigure, pairs: readonly Pair[]): string[] {
  const { label, name, divisor, goal } = figure;
  const before = summarize(pairs.map((pair) => pair.before[name]! / divisor)).median;
  const after = summarize(pairs.map((pair) => pair.after[name]! / divisor)).median;
  const ratio = summarize(pairs.map((pair) => pair.after[name]! / pair.before[name]!));
  return [
    what,
    label,
    format(before),
    format(after),
    ratio.median.toFixed(2),
    `${ratio.min.toFixed(2)} – ${ratio.max.toFixed(2)}`,
    String(pairs.length),
    goal === undefined ? '' : goalText(goal),
    goal === undefined ? '' : isMet(goal, after, ratio.median) ? 'yes' : 'no',
  ];
}

function goalText(goal: Goal): string {
  if ('ratioAtMost' in goal) return `ratio ≤ ${goal.ratioAtMost}`;
  return 'atMost' in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
}

export function isMet(goal: Goal, after: number, ratio: number): boolean {
  if ('ratioAtMost' in goal) return ratio <= goal.ratioAtMost;
  return 'atMost' in goal ? after <= goal.atMost : after >= goal.atLeast;
}

/** With three digits. */
function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
