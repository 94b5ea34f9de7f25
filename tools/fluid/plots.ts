/** Pictures of the fluid model beside the runs. */

import * as Plot from '@observablehq/plot';

import { axis, frame, Panels, timeAxis } from '../../packages/runner/src/report/plots/layout.ts';
import {
  PLOT_WIDTH,
  type ReportPlot,
  seriesStyle,
  WIDE_PLOT_WIDTH,
} from '../../packages/runner/src/report/svg.ts';
import type { Theme } from '../../packages/runner/src/report/theme.ts';
import {
  ALLOWED,
  type ComparedCurve,
  type ComparedSetting,
  type StateName,
  STATES,
} from './comparison.ts';
import { type FluidParameters, steadyState } from './model.ts';

/** A parameter of the model that was varied, and how its axis shows it. */
export interface VariedParameter {
  readonly symbol: string;
  readonly field: keyof FluidParameters;
  readonly label: string;
  /** From the parameter to the value on the axis. */
  readonly shown: (rate: number) => number;
}

export const VARIED: readonly VariedParameter[] = [
  { symbol: 'λ', field: 'lambda', label: 'arrivals λ (per second)', shown: (rate) => rate },
  { symbol: 'μ', field: 'mu', label: 'time to upload the file, 1/μ (s)', shown: inverse },
  { symbol: 'c', field: 'c', label: 'time to download the file at most, 1/c (s)', shown: inverse },
  { symbol: 'θ', field: 'theta', label: 'rate of aborts θ (per second)', shown: (rate) => rate },
  { symbol: 'γ', field: 'gamma', label: 'mean stay of seeds, 1/γ (s)', shown: inverse },
];

function inverse(rate: number): number {
  return 1 / rate;
}

/** Leechers and seeds of the steady swarm over one parameter: a curve of the model, and runs. */
export function steadyPlot(
  { symbol, field, label, shown }: VariedParameter,
  settings: readonly ComparedSetting[],
): ReportPlot {
  const points = settings.flatMap(({ model, figures }) =>
    STATES.map((series) => {
      const { mean, halfWidth = 0 } = figures[series].runs;
      const x = shown(model[field]);
      return { series, x, y: mean, low: mean - halfWidth, high: mean + halfWidth };
    }),
  );
  const base = settings[0]!.model;
  const values = settings.map(({ model }) => model[field]).toSorted((a, b) => a - b);
  const [least, most] = [values[0]!, values.at(-1)!];
  const curve = Array.from({ length: 101 }, (_, i) => {
    // Evenly over the axis, which may show the inverse.
    const at = shown(least) + (i / 100) * (shown(most) - shown(least));
    const rate = shown(1) === 1 && shown(2) === 0.5 ? 1 / at : at;
    const state = steadyState({ ...base, [field]: rate });
    return { x: at, ...state };
  });
  return {
    name: `steady-${field}`,
    title: `Leechers and seeds over ${symbol}`,
    caption: `The curves are those of the model, the symbols the means of the runs with their 95 %
confidence intervals.`,
    legend: STATES,
    options: (theme) => ({
      width: PLOT_WIDTH,
      height: 300,
      marginLeft: 50,
      marginBottom: 40,
      grid: true,
      x: { ...axis(label), nice: true },
      y: { ...axis('peers'), zero: true },
      marks: [
        frame(theme),
        ...STATES.flatMap((series, i) => {
          const { colour: stroke, dash: strokeDasharray, symbol: mark } = seriesStyle(i, theme);
          const own = points.filter((point) => point.series === series);
          return [
            Plot.line(curve, { x: 'x', y: series, stroke, strokeDasharray }),
            Plot.ruleX(own, { x: 'x', y1: 'low', y2: 'high', stroke, strokeWidth: 1.5 }),
            Plot.dot(own, { x: 'x', y: 'y', symbol: mark, r: 4, fill: stroke }),
          ];
        }),
      ],
    }),
  };
}

const NAMES_WIDTH = 150;
const ROW_HEIGHT = 20;

/** By how much each figure differs from the model, for each setting. */
export function differencePlot(
  name: string,
  title: string,
  settings: readonly (ComparedSetting & { readonly title: string })[],
): ReportPlot {
  const points = settings.flatMap((setting) =>
    STATES.map((panel) => {
      const { mean, halfWidth = 0 } = setting.figures[panel].difference.model.estimate;
      const [low, high] = [mean - halfWidth, mean + halfWidth].map((share) => 100 * share);
      return { panel, name: setting.title, value: 100 * mean, low, high };
    }),
  );
  const panels = new Panels(STATES, {
    columns: 2,
    width: WIDE_PLOT_WIDTH - NAMES_WIDTH - 20,
  });
  return {
    name,
    title,
    caption: `The difference of the runs from the model, with 95 % confidence intervals. The grey
band is where it is at most ${100 * ALLOWED} %.`,
    legend: [],
    options: (theme) => ({
      ...panels.options(ROW_HEIGHT * settings.length + 30),
      marginLeft: NAMES_WIDTH,
      grid: true,
      x: { ...axis('difference (%)'), ticks: 5, nice: true },
      y: { type: 'point', domain: settings.map((each) => each.title), label: null, padding: 0.6 },
      marks: [
        frame(theme),
        panels.titles(theme),
        Plot.rectX([{ low: -100 * ALLOWED, high: 100 * ALLOWED }], {
          x1: 'low',
          x2: 'high',
          fill: theme.text,
          fillOpacity: 0.1,
        }),
        Plot.ruleX([0], { stroke: theme.text, strokeOpacity: 0.5 }),
        Plot.ruleY(points, {
          ...panels.facets,
          y: 'name',
          x1: 'low',
          x2: 'high',
          stroke: seriesStyle(0, theme).colour,
          strokeWidth: 1.5,
        }),
        Plot.dot(points, {
          ...panels.facets,
          y: 'name',
          x: 'value',
          r: 4,
          fill: seriesStyle(0, theme).colour,
        }),
      ],
    }),
  };
}

const CURVE_SERIES = ['runs', 'model', 'fixedSize'] as const;

/** Leechers or seeds over time: the mean of the runs, the model, and the one with a fixed size. */
export function curvePlot(name: StateName, curves: readonly ComparedCurve[]): ReportPlot {
  const panels = new Panels(curves.map((curve) => curve.name));
  return {
    name: `transient-${name}`,
    title: `${name === 'leechers' ? 'Leechers' : 'Seeds'} over time`,
    caption: 'The mean of the runs, the model, and the model with a file of one size.',
    legend: ['mean of the runs', 'model', 'model with a file of one size'],
    options: (theme) => ({
      ...panels.options(),
      ...timeAxis({ ticks: 5 }),
      y: { ...axis(name), zero: true, ticks: 5 },
      marks: [
        frame(theme),
        panels.titles(theme),
        ...CURVE_SERIES.map((series, i) => curveOf(curves, series, name, panels, i, theme)),
      ],
    }),
  };
}

function curveOf(
  curves: readonly ComparedCurve[],
  series: (typeof CURVE_SERIES)[number],
  name: StateName,
  panels: Panels,
  index: number,
  theme: Theme,
): Plot.Markish {
  const points = curves.flatMap((curve) =>
    curve.points.map((point) => ({ panel: curve.name, x: point.s, y: point[series][name] })),
  );
  const { colour: stroke, dash: strokeDasharray } = seriesStyle(index, theme);
  return Plot.line(points, {
    ...panels.facets,
    x: 'x',
    y: 'y',
    z: 'panel',
    stroke,
    strokeDasharray,
  });
}
