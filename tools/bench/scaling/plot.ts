/** Plots a sweep like the plots of a report: medians, ranges, and the time on an ideal machine. */

import * as Plot from '@observablehq/plot';

import { formatNumber } from '../../../packages/runner/src/report/labels.ts';
import { axis, frame } from '../../../packages/runner/src/report/plots/layout.ts';
import { numberTicks, valueScale } from '../../../packages/runner/src/report/plots/scales.ts';
import {
  PLOT_WIDTH,
  type ReportPlot,
  seriesStyle,
} from '../../../packages/runner/src/report/svg.ts';
import { summarize } from '../statistics.ts';
import type { MeasuredPoint } from './measure.ts';
import type { Ideal } from './sweeps.ts';

/** What a plot shows of a sweep, which a file of its measurements holds as well. */
export interface DrawnSweep {
  /** The name of its files. */
  readonly name: string;
  readonly title: string;
  /** The label of the horizontal axis. */
  readonly axis: string;
  readonly ideal: Ideal;
  readonly points: readonly MeasuredPoint[];
}

const HEIGHT = 320;
const MARGIN_LEFT = 50;
const MARGIN_RIGHT = 20;
const INSET = 14;
const IDEAL: Readonly<Record<Ideal, { readonly power: number; readonly words: string }>> = {
  inverse: { power: -1, words: 'inversely proportional' },
  constant: { power: 0, words: 'constant' },
  proportional: { power: 1, words: 'proportional' },
};

export function scalingPlot({ name, title, axis: label, ideal, points }: DrawnSweep): ReportPlot {
  const measured = points
    .map(({ x, wallMs }) => {
      const { median: y, min: low, max: high } = summarize(wallMs.map((ms) => ms / 1000));
      return { x, y, low, high };
    })
    .sort((a, b) => a.x - b.x);
  const first = measured.find(({ x }) => x === points[0]!.x)!;
  const { power, words } = IDEAL[ideal];
  const onIdeal = measured.map(({ x }) => {
    const y = first.y * (x / first.x) ** power;
    return { x, y, low: y, high: y };
  });
  const width = PLOT_WIDTH - MARGIN_LEFT - MARGIN_RIGHT - 2 * INSET;
  const xs = measured.map(({ x }) => x);
  return {
    name,
    title,
    caption: `Medians of ${points[0]!.wallMs.length} runs, with the fastest and the slowest; both
axes are logarithmic. The ideal is a time that is ${words}, from the first point on.`,
    legend: ['measured', 'ideal'],
    options: (theme) => {
      const [ours, other] = [seriesStyle(0, theme), seriesStyle(1, theme)];
      return {
        width: PLOT_WIDTH,
        height: HEIGHT,
        marginLeft: MARGIN_LEFT,
        marginRight: MARGIN_RIGHT,
        marginTop: 26,
        marginBottom: 40,
        grid: true,
        x: { ...axis(label), type: 'log', inset: INSET, ...numberTicks(xs, 'log', width).options },
        y: {
          label: 'wall time (s)',
          labelArrow: 'none',
          tickFormat: '~g',
          ...valueScale([...measured, ...onIdeal], 'log'),
        },
        marks: [
          frame(theme),
          Plot.line(onIdeal, {
            x: 'x',
            y: 'y',
            stroke: other.colour,
            strokeDasharray: other.dash,
            strokeWidth: 2,
          }),
          Plot.line(measured, { x: 'x', y: 'y', stroke: ours.colour, strokeWidth: 2 }),
          Plot.ruleX(measured, {
            x: 'x',
            y1: 'low',
            y2: 'high',
            stroke: ours.colour,
            strokeWidth: 1.5,
          }),
          Plot.dot(measured, {
            x: 'x',
            y: 'y',
            symbol: ours.symbol,
            r: 4.5,
            fill: ours.colour,
            stroke: theme.background,
            title: ({ x, y }: (typeof measured)[number]) => `${formatNumber(x)}: ${y.toFixed(2)} s`,
          }),
        ],
      };
    },
  };
}
