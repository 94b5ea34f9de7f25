/** A metric over a parameter: a curve for each series, with confidence intervals. */

import { plainUnitOf, quantityKindAt } from '@cachetorrent/simulator/configuration';
import * as Plot from '@observablehq/plot';

import type { PlotSpec } from '../../campaign/experiment/schema.ts';
import { type MetricName, METRICS } from '../../campaign/metrics.ts';
import { fieldPath } from '../../configuration/parameters.ts';
import { type SettingData, type ReportData, formatValue } from '../report-data.ts';
import { type ReportPlot, seriesStyle, formatTick } from '../svg.ts';
import type { Theme } from '../theme.ts';

interface CurvePoint {
  /** Undefined for a setting without the parameter, which is drawn as a horizontal line. */
  readonly x: number | string | undefined;
  readonly y: number;
  readonly low: number;
  readonly high: number;
  readonly series: string;
  readonly facet: string;
}

/** Returns a plot for each metric of `spec`. */
export function metricPlots(
  spec: PlotSpec,
  index: number,
  data: ReportData,
): readonly ReportPlot[] {
  return [spec.y].flat().map((metric) => metricPlot(spec, metric, index, data));
}

function metricPlot(
  spec: PlotSpec,
  metric: MetricName,
  index: number,
  { settings }: ReportData,
): ReportPlot {
  const { title, unit } = METRICS[metric];
  const points = settings.flatMap((setting) => pointOf(setting, spec, metric));
  const legend = [...new Set(points.map(({ series }) => series))];
  const heading = spec.title ?? `${title} over ${spec.x}`;
  const counts = settings.flatMap(({ intervals }) => intervals[metric]?.count ?? []);
  const repetitions = counts.length === 0 ? 0 : Math.min(...counts);
  const bars =
    repetitions > 1
      ? `bars are 95 % confidence intervals of the mean over at least ${repetitions} repetitions`
      : 'a single repetition has no confidence interval';
  return {
    name: `${index + 1}-${metric}-over-${spec.x.replaceAll(/[^a-zA-Z0-9]+/g, '-')}`,
    title: heading,
    caption: `${title}${unit === '' ? '' : ` (${unit})`}, over ${spec.x}; ${bars}.`,
    legend: spec.series === undefined ? [] : legend,
    options: (theme) => optionsOf(spec, metric, points, legend, theme),
  };
}

function pointOf(
  { parameters, intervals }: SettingData,
  spec: PlotSpec,
  metric: MetricName,
): CurvePoint[] {
  const interval = intervals[metric];
  if (interval === undefined) return [];
  const { scale } = METRICS[metric];
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

/** The name of a parameter, with the unit of its numbers. */
function axisLabel(parameter: string): string {
  const kind = quantityKindAt(fieldPath(parameter) ?? []);
  return kind === undefined ? parameter : `${parameter} (${plainUnitOf(kind)})`;
}

/** Horizontal distance between the bars of two series, in pixels, so that none hides another. */
const SERIES_OFFSET = 3;

function optionsOf(
  spec: PlotSpec,
  metric: MetricName,
  points: readonly CurvePoint[],
  legend: readonly string[],
  theme: Theme,
): Plot.PlotOptions {
  const { title, unit } = METRICS[metric];
  const facet = spec.facet === undefined ? {} : { fx: 'facet' };
  const marks = legend.flatMap((series, i) => {
    const { colour: stroke, dash: strokeDasharray, symbol } = seriesStyle(i, theme);
    const seriesPoints = points.filter((point) => point.series === series);
    const along = seriesPoints.filter(({ x }) => x !== undefined);
    const levels = seriesPoints.filter(({ x }) => x === undefined);
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
      label: axisLabel(spec.x),
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

/** More tick labels would overlap. */
const MAX_TICKS = 12;

/** Returns the varied values as ticks, if there are not too many. */
function ticksOf(points: readonly CurvePoint[]): number[] | number {
  const values = [...new Set(points.flatMap(({ x }) => (typeof x === 'number' ? x : [])))];
  return values.length <= MAX_TICKS ? values : MAX_TICKS;
}

/** Whether the axis should begin at 0, which shows relative differences but hides small ones. */
function isNearZero(points: readonly CurvePoint[]): boolean {
  const low = Math.min(...points.map((point) => point.low));
  const high = Math.max(...points.map((point) => point.high));
  return low < 0.5 * high;
}
