/** Pictures of swarms whose leaders fail. */

import * as Plot from '@observablehq/plot';

import { axis, frame, Panels, timeAxis } from '../../packages/runner/src/report/plots/layout.ts';
import { PLOT_WIDTH, type ReportPlot, seriesStyle } from '../../packages/runner/src/report/svg.ts';
import type { Estimate } from '../runs/estimate.ts';

/** A mean with its interval. */
export interface FigurePoint {
  readonly series: string;
  /** The label of its place on the horizontal axis. */
  readonly x: string;
  readonly estimate: Estimate;
}

export interface FigurePlotOptions {
  readonly name: string;
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** The labels of the horizontal axis, from left to right. */
  readonly xDomain: readonly string[];
  readonly series: readonly string[];
  readonly points: readonly FigurePoint[];
}

/** By how many pixels the series are apart, so that their intervals do not cover one another. */
const SERIES_OFFSET = 5;

/** Means with intervals over a few values, a line for each series. */
export function figurePlot(plot: FigurePlotOptions): ReportPlot {
  const { name, title, xLabel, yLabel, xDomain, series, points } = plot;
  const shown = points.map(({ series: own, x, estimate: { mean, halfWidth = 0 } }) => {
    return { series: own, x, mean, low: Math.max(0, mean - halfWidth), high: mean + halfWidth };
  });
  return {
    name,
    title,
    caption: 'Means with 95 % confidence intervals.',
    legend: series,
    options: (theme) => ({
      width: PLOT_WIDTH,
      height: 300,
      marginLeft: 70,
      marginBottom: 40,
      grid: true,
      x: { type: 'point', domain: xDomain, ...axis(xLabel) },
      y: { ...axis(yLabel), zero: true, nice: true },
      marks: [
        frame(theme),
        ...series.flatMap((own, i) => {
          const { colour: stroke, dash: strokeDasharray, symbol } = seriesStyle(i, theme);
          const data = shown.filter((point) => point.series === own);
          const dx = (i - (series.length - 1) / 2) * SERIES_OFFSET;
          return [
            Plot.line(data, { x: 'x', y: 'mean', dx, stroke, strokeDasharray }),
            Plot.ruleX(data, { x: 'x', y1: 'low', y2: 'high', dx, stroke, strokeWidth: 1.5 }),
            Plot.dot(data, { x: 'x', y: 'mean', dx, symbol, r: 4, fill: stroke }),
          ];
        }),
      ],
    }),
  };
}

export interface TimePoint {
  readonly panel: string;
  readonly series: string;
  readonly s: number;
  readonly value: number;
}

export interface TimePlotOptions {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly yLabel: string;
  readonly series: readonly string[];
  readonly points: readonly TimePoint[];
  /** A time to mark. */
  readonly markS: number;
}

/** Curves over time, in panels. */
export function timePlot(plot: TimePlotOptions): ReportPlot {
  const { name, title, caption, yLabel, series, points, markS } = plot;
  const panels = new Panels([...new Set(points.map(({ panel }) => panel))]);
  return {
    name,
    title,
    caption,
    legend: series,
    options: (theme) => ({
      ...panels.options(),
      ...timeAxis({ ticks: 6 }),
      y: { ...axis(yLabel), zero: true, ticks: 5 },
      marks: [
        frame(theme),
        panels.titles(theme),
        Plot.ruleX([markS], { stroke: theme.text, strokeOpacity: 0.4 }),
        ...series.map((own, i) => {
          const { colour: stroke, dash: strokeDasharray } = seriesStyle(i, theme);
          const data = points.filter((point) => point.series === own);
          const at = { ...panels.facets, x: 's', y: 'value' } as const;
          return Plot.line(data, { ...at, z: 'panel', stroke, strokeDasharray });
        }),
      ],
    }),
  };
}
