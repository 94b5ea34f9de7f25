/** The table of targets and measured figures. */

import { table } from '../../runs/markdown.ts';
import { type Summary, summarize } from '../statistics.ts';
import type { Round, Target, TargetFigure } from './targets.ts';

/** Returns the figure of every round that has its cases. */
export function valuesOf(
  { cases, valueOf }: TargetFigure,
  rounds: readonly Round[],
): readonly number[] {
  return rounds.filter((round) => cases.every((name) => name in round)).map(valueOf);
}

export function targetTable(targets: readonly Target[], rounds: readonly Round[]): string {
  const rows = targets.flatMap(({ id, what, figures }) =>
    figures.map((figure) => {
      const values = valuesOf(figure, rounds);
      const labels = [id, what, withUnit(figure), goalOf(figure)];
      if (values.length === 0) return [...labels, 'not measured', '', '', ''];
      const summary = summarize(values);
      return [...labels, ...texts(summary), verdict(figure, summary)];
    }),
  );
  const titles = ['#', 'what', 'figure', 'target', 'median', 'min – max', 'runs', 'reached'];
  return table(titles, rows, 'llllrrrl');
}

export function isMet({ goal }: TargetFigure, { median }: Summary): boolean {
  return 'atMost' in goal ? median <= goal.atMost : median >= goal.atLeast;
}

function verdict(figure: TargetFigure, summary: Summary): string {
  return isMet(figure, summary) ? 'yes' : 'no';
}

function texts({ median, min, max, runs }: Summary): string[] {
  return [format(median), `${format(min)} – ${format(max)}`, String(runs)];
}

function withUnit({ name, unit }: TargetFigure): string {
  return unit === '' ? name : `${name}, ${unit}`;
}

function goalOf({ goal }: TargetFigure): string {
  if ('atLeast' in goal) return `≥ ${goal.atLeast}`;
  return goal.atMost === Infinity ? 'finishes' : `≤ ${goal.atMost}`;
}

/** With three digits. */
function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
