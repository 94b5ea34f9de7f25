/** The targets against what was measured, as a table. */

import { table } from '../../runs/markdown.ts';
import { type Summary, summarize } from '../statistics.ts';
import type { Measure, Round, Target } from './targets.ts';

/** Of every round that has what the measure needs. */
export function valuesOf({ cases, of }: Measure, rounds: readonly Round[]): readonly number[] {
  return rounds.filter((round) => cases.every((name) => name in round)).map(of);
}

/** Markdown. */
export function targetTable(targets: readonly Target[], rounds: readonly Round[]): string {
  const rows = targets.flatMap(({ id, what, measures }) =>
    measures.map((measure) => {
      const values = valuesOf(measure, rounds);
      const labels = [id, what, withUnit(measure), goalOf(measure)];
      if (values.length === 0) return [...labels, 'not measured', '', '', ''];
      const summary = summarize(values);
      return [...labels, ...texts(summary), verdict(measure, summary)];
    }),
  );
  const titles = ['#', 'what', 'figure', 'target', 'median', 'min – max', 'runs', 'reached'];
  return table(titles, rows, 'llllrrrl');
}

export function isMet({ goal }: Measure, { median }: Summary): boolean {
  return 'atMost' in goal ? median <= goal.atMost : median >= goal.atLeast;
}

function verdict(measure: Measure, summary: Summary): string {
  return isMet(measure, summary) ? 'yes' : 'no';
}

function texts({ median, min, max, runs }: Summary): string[] {
  return [shown(median), `${shown(min)} – ${shown(max)}`, String(runs)];
}

function withUnit({ name, unit }: Measure): string {
  return unit === '' ? name : `${name}, ${unit}`;
}

function goalOf({ goal }: Measure): string {
  if ('atLeast' in goal) return `≥ ${goal.atLeast}`;
  return goal.atMost === Infinity ? 'finishes' : `≤ ${goal.atMost}`;
}

/** Three digits, which is more than a repetition would keep. */
function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
