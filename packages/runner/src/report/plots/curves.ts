/** A figure over a parameter: a curve for each series, with the interval of each point. */

import * as Plot from '@observablehq/plot';

import type { PlotSpec } from '../../campaign/experiment/schema.ts';
import { type MetricName, METRICS } from '../../campaign/metrics.ts';
import { type SettingData, type ReportData, formatValue } from '../report-data.ts';
import { type ReportPlot, seriesStyle, formatTick } from '../svg.ts';
import type { Theme } from '../theme.ts';

interface CurvePoint {
  /** Undefined of a combination without the parameter: it is drawn as a level. */
  readonly x: number | string | undefined;
  readonly y: number;
  readonly low: number;
  readonly high: number;
  readonly series: string;
  readonly facet: string;
}

/** Several plots, where several figures are asked for. */
export function metricPlots(
  spec: PlotSpec,
  index: number,
  data: ReportData,
): readonly ReportPlot[] {
  const figures = [spec.y].flat();
  return figures.map((figure) => metricPlot(spec, figure, index, data));
}

function metricPlot(
  spec: PlotSpec,
  figure: MetricName,
  index: number,
  { settings }: ReportData,
): ReportPlot {
  const { title, unit } = METRICS[figure];
  const points = settings.flatMap((cell) => pointOf(cell, spec, figure));
  const legend = [...new Set(points.map(({ series }) => series))];
  const heading = spec.title ?? `${title} over ${spec.x}`;
  const counts = settings.flatMap(({ intervals }) => intervals[figure]?.count ?? []);
  const repetitions = counts.length === 0 ? 0 : Math.min(...counts);
  const bars =
    repetitions > 1
      ? `bars are 95 % confidence intervals of the mean over ${repetitions} or more repetitions`
      : 'with a single repetition there are no intervals';
  return {
    name: `${index + 1}-${figure}-over-${spec.x.replaceAll(/[^a-zA-Z0-9]+/g, '-')}`,
    title: heading,
    caption: `${title}${unit === '' ? '' : ` (${unit})`}, over ${spec.x}; ${bars}.`,
    legend: spec.series === undefined ? [] : legend,
    options: (theme) => optionsOf(spec, figure, points, legend, theme),
  };
}

function pointOf(
  { parameters, intervals }: SettingData,
  spec: PlotSpec,
  figure: MetricName,
): CurvePoint[] {
  const interval = intervals[figure];
  if (interval === undefined) return [];
  const { scale } = METRICS[figure];
  const x = parameters[spec.x];
  const { mean, low = mean, high = mean } = interval;
  return [
    {
      x: x === undefined || x === null ? undefined : typeof x === 'number' ? x : formatValue(x),
      y: mean * scale,
      low: low * scale,
      high: high * scale,
      series: spec.series === undefined ? '' : formatValue(parameters[spec.series]),
      facet: spec.facet === undefined ? '' : formatValue(parameters[spec.facet]),
    },
  ];
}

/** How far the bars of series stand apart, in pixels, so that none hides another. */
const SERIES_OFFSET = 3;

function optionsOf(
  spec: PlotSpec,
  figure: MetricName,
  points: readonly CurvePoint[],
  legend: readonly string[],
  theme: Theme,
): Plot.PlotOptions {
  const { title, unit } = METRICS[figure];
  const facet = spec.facet === undefined ? {} : { fx: 'facet' };
  const marks = legend.flatMap((series, i) => {
    const { colour: stroke, dash: strokeDasharray, symbol } = seriesStyle(i, theme);
    const mine = points.filter((point) => point.series === series);
    const along = mine.filter(({ x }) => x !== undefined);
    const levels = mine.filter(({ x }) => x === undefined);
    const dx = (i - (legend.length - 1) / 2) * SERIES_OFFSET;
    const line = { ...facet, stroke, strokeWidth: 2, strokeDasharray };
    const at = { ...facet, x: 'x', dx };
    return [
      Plot.rect(levels, { ...facet, y1: 'low', y2: 'high', fill: stroke, fillOpacity: 0.18 }),
      Plot.ruleY(levels, { ...line, y: 'y' }),
      Plot.line(along, { ...line, ...at, y: 'y' }),
      Plot.ruleX(along, { ...at, y1: 'low', y2: 'high', stroke, strokeWidth: 1.5 }),
      Plot.dot(along, { ...at, y: 'y', symbol, r: 4.5, fill: stroke, stroke: theme.background }),
    ];
  });
  return {
    height: 340,
    marginLeft: 64,
    marginBottom: 44,
    marginTop: spec.facet === undefined ? 26 : 44,
    grid: true,
    x: {
      label: spec.x,
      labelAnchor: 'center',
      labelArrow: 'none',
      type: spec.xScale ?? (isNumeric(points) ? 'linear' : 'point'),
      ...(isNumeric(points) ? { ticks: ticksOf(points), tickFormat: formatTick } : {}),
      inset: 14,
    },
    y: {
      label: unit === '' ? title : `${title} (${unit})`,
      labelArrow: 'none',
      type: spec.yScale ?? 'linear',
      nice: true,
      zero: spec.yScale !== 'log' && isNearZero(points),
      tickFormat: spec.yScale === 'log' ? '~s' : formatTick,
    },
    fx: { label: null },
    marks: [Plot.frame({ stroke: theme.text, strokeOpacity: 0.4 }), ...marks],
  };
}

function isNumeric(points: readonly CurvePoint[]): boolean {
  return points.every(({ x }) => x === undefined || typeof x === 'number');
}

/** More would run into each other. */
const MAX_TICKS = 12;

/** The values that were varied, where there is room for them. */
function ticksOf(points: readonly CurvePoint[]): number[] | number {
  const values = [...new Set(points.flatMap(({ x }) => (typeof x === 'number' ? x : [])))];
  return values.length <= MAX_TICKS ? values : MAX_TICKS;
}

/** An axis that begins at 0 shows how large a difference is, but hides small ones. */
function isNearZero(points: readonly CurvePoint[]): boolean {
  const low = Math.min(...points.map((point) => point.low));
  const high = Math.max(...points.map((point) => point.high));
  return low < 0.5 * high;
}
