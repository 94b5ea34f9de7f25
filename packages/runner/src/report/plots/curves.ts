/** A metric over a parameter, with confidence intervals; a curve for each value of another one. */

import * as Plot from '@observablehq/plot';

import type { Parameters } from '../../campaign/experiment/plan.ts';
import type { PlotSpec } from '../../campaign/experiment/schema.ts';
import { type MetricName, METRICS } from '../../campaign/metrics.ts';
import {
  formatNumber,
  formatValue,
  metricLabel,
  parameterLabel,
  parameterWords,
  valueName,
  withUnit,
} from '../labels.ts';
import type { ReportData, SettingData } from '../report-data.ts';
import { LETTER_WIDTH, PLOT_WIDTH, type ReportPlot, seriesStyle } from '../svg.ts';
import type { Theme } from '../theme.ts';
import { orderedNames, orderedValues } from '../value-order.ts';
import { axis, frame, type PanelItem, Panels } from './layout.ts';
import {
  categoryTicks,
  numberTicks,
  type ScaleType,
  type ValueScale,
  valueScale,
} from './scales.ts';

interface CurvePoint extends PanelItem {
  /** Undefined for a setting without the parameter, which is drawn as a horizontal line. */
  readonly x: number | string | undefined;
  readonly y: number;
  readonly low: number;
  readonly high: number;
  readonly series: string;
  /** Points are connected if they are on one line of one series. */
  readonly line: string;
}

interface Curves {
  readonly spec: PlotSpec;
  readonly metric: MetricName;
  /** In the order of the horizontal axis, so that lines go along it. */
  readonly points: readonly CurvePoint[];
  /** The categories of the horizontal axis in their order; undefined for a scale of numbers. */
  readonly categories: readonly string[] | undefined;
  readonly series: readonly string[];
  readonly panels: readonly string[];
  readonly xScale: ScaleType;
  readonly yScale: ValueScale;
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
  data: ReportData,
): ReportPlot {
  const settings = data.settings.filter(({ intervals }) => intervals[metric] !== undefined);
  const lineNames = namesOfLines(spec, data.campaign.parameterNames, settings);
  const curves = curvesOf(spec, metric, settings, lineNames);
  const { label } = METRICS[metric];
  const only = typeof spec.y === 'string' || spec.y.length === 1;
  const heading =
    spec.title === undefined
      ? `${capitalized(label)} over ${parameterWords(spec.x)}`
      : only
        ? spec.title
        : `${spec.title}: ${label}`;
  return {
    name: `${index + 1}-${metric}-over-${spec.x.replaceAll(/[^a-zA-Z0-9]+/g, '-')}`,
    title: heading,
    caption: captionOf(curves, settings, lineNames),
    legend: spec.series === undefined ? [] : curves.series,
    options: (theme) => optionsOf(curves, heading, theme),
  };
}

function curvesOf(
  spec: PlotSpec,
  metric: MetricName,
  settings: readonly SettingData[],
  lineNames: readonly string[],
): Curves {
  const valuesOf = (name: string) => settings.map(({ parameters }) => parameters[name]);
  const xValues = valuesOf(spec.x).filter((x) => x !== undefined && x !== null);
  const isNumeric = xValues.every((x) => typeof x === 'number');
  const categories = isNumeric ? undefined : orderedValues(xValues);
  const placeOf = ({ x }: CurvePoint) =>
    x === undefined ? -1 : typeof x === 'number' ? x : categories!.indexOf(x);
  const points = settings
    .map((setting) => pointOf(setting, spec, metric, isNumeric, lineNames))
    .sort((a, b) => placeOf(a) - placeOf(b));
  const namesOf = (parameter: string | undefined) =>
    parameter === undefined ? [''] : orderedNames(parameter, valuesOf(parameter));
  return {
    spec,
    metric,
    points,
    categories,
    series: namesOf(spec.series),
    panels: namesOf(spec.facet),
    xScale: isNumeric ? logIfPositive(spec.xScale, numbersOf(points)) : 'point',
    yScale: valueScale(
      points,
      logIfPositive(
        spec.yScale,
        points.map(({ y }) => y),
      ),
    ),
  };
}

/** A logarithmic axis has no place for 0. */
function logIfPositive(asked: PlotSpec['yScale'], values: readonly number[]): 'linear' | 'log' {
  return asked === 'log' && values.every((value) => value > 0) ? 'log' : 'linear';
}

function pointOf(
  { parameters, intervals }: SettingData,
  spec: PlotSpec,
  metric: MetricName,
  isNumeric: boolean,
  lineNames: readonly string[],
): CurvePoint {
  const { scale, unit } = METRICS[metric];
  const { mean, low = mean, high = mean } = intervals[metric]!;
  const x = parameters[spec.x];
  const limit = unit === '%' ? 100 : Infinity;
  return {
    x: x === undefined || x === null ? undefined : isNumeric ? (x as number) : formatValue(x),
    y: mean * scale,
    // An interval may reach values that the metric cannot have.
    low: Math.max(low * scale, 0),
    high: Math.min(high * scale, limit),
    series: spec.series === undefined ? '' : valueName(spec.series, parameters[spec.series]),
    panel: spec.facet === undefined ? '' : valueName(spec.facet, parameters[spec.facet]),
    line: lineNames.map((name) => formatValue(parameters[name])).join(),
  };
}

/** The parameters in which settings differ that have one place in the plot. */
function namesOfLines(
  { x, series, facet }: PlotSpec,
  parameterNames: readonly string[],
  settings: readonly SettingData[],
): readonly string[] {
  const shown = [x, series, facet].filter((name) => name !== undefined);
  const placeOf = (parameters: Parameters) =>
    JSON.stringify(shown.map((name) => parameters[name] ?? null));
  const atPlace = Map.groupBy(settings, ({ parameters }) => placeOf(parameters));
  return parameterNames.filter(
    (name) =>
      !shown.includes(name) &&
      [...atPlace.values()].some(
        (same) => new Set(same.map(({ parameters }) => formatValue(parameters[name]))).size > 1,
      ),
  );
}

function captionOf(
  { spec, metric, points, xScale, yScale }: Curves,
  settings: readonly SettingData[],
  lineNames: readonly string[],
): string {
  if (points.length === 0) return 'No run has a value of this metric.';
  const counts = settings.flatMap(({ intervals }) => intervals[metric]?.count ?? []);
  const repetitions = Math.min(...counts);
  const over = repetitions === Math.max(...counts) ? repetitions : `at least ${repetitions}`;
  const sentences = [
    repetitions > 1
      ? `Means over ${over} repetitions; bars are 95 % confidence intervals, each for its own mean.`
      : 'A single repetition has no confidence interval.',
  ];
  if (points.some(({ x }) => x === undefined)) {
    const levels = repetitions > 1 ? 'Horizontal lines with bands' : 'Horizontal lines';
    sentences.push(`${levels} are settings without ${parameterWords(spec.x)}.`);
  }
  if (lineNames.length > 0) {
    sentences.push(`Each series has a line for each ${lineNames.map(parameterWords).join(', ')}.`);
  }
  if (spec.xScale === 'log' && xScale === 'linear') sentences.push(notLogarithmic('horizontal'));
  if (spec.yScale === 'log' && yScale.type === 'linear') sentences.push(notLogarithmic('vertical'));
  return sentences.join(' ');
}

function notLogarithmic(axisName: string): string {
  return `The ${axisName} axis is linear, because some values are 0.`;
}

/** Horizontal distance between the bars of two series, in pixels, so that none hides another. */
const SERIES_OFFSET = 3;
const PANEL_HEIGHT = 270;
const MAX_COLUMNS = 3;
const INSET = 14;
const MARGIN_RIGHT = 20;

function optionsOf(curves: Curves, heading: string, theme: Theme): Plot.PlotOptions {
  const { spec, metric, points, categories, xScale, yScale } = curves;
  const marginLeft = 34 + LETTER_WIDTH * formatNumber(Math.ceil(yScale.domain[1])).length;
  const width = PLOT_WIDTH - marginLeft - MARGIN_RIGHT;
  const panels = new Panels(curves.panels, { columns: MAX_COLUMNS, width });
  const { height = 0, marginBottom = 0, ...common } = panels.options(PANEL_HEIGHT);
  if (points.length === 0) {
    const text = Plot.text(['no values'], { frameAnchor: 'middle' });
    return { width: PLOT_WIDTH, height, marginLeft, marks: [frame(theme), text] };
  }
  const innerWidth = panels.width - 2 * INSET;
  const ticks =
    categories === undefined
      ? numberTicks(numbersOf(points), xScale, innerWidth)
      : categoryTicks(categories, innerWidth);
  const { label, quantity, unit } = METRICS[metric];
  const isNamed = heading.toLowerCase().includes(label.toLowerCase());
  return {
    ...common,
    width: PLOT_WIDTH,
    height: height + ticks.height,
    marginLeft,
    marginRight: MARGIN_RIGHT,
    marginBottom: marginBottom + ticks.height,
    marginTop: spec.facet === undefined ? 26 : 44,
    grid: true,
    x: { ...axis(parameterLabel(spec.x)), type: xScale, ...ticks.options, inset: INSET },
    y: {
      label: isNamed ? withUnit(quantity, unit) : metricLabel(metric),
      labelArrow: 'none',
      tickFormat: yScale.type === 'log' ? '~s' : formatNumber,
      ...yScale,
    },
    marks: [
      frame(theme),
      ...(spec.facet === undefined ? [] : [panels.titles(theme)]),
      ...curves.series.flatMap((series, i) => seriesMarks(curves, series, i, panels, theme)),
    ],
  };
}

function numbersOf(points: readonly CurvePoint[]): number[] {
  return points.flatMap(({ x }) => (typeof x === 'number' ? x : []));
}

function seriesMarks(
  { points, categories, series: all }: Curves,
  series: string,
  i: number,
  { facets }: Panels,
  theme: Theme,
): Plot.Markish[] {
  const { colour: stroke, dash: strokeDasharray, symbol } = seriesStyle(i, theme);
  const own = points.filter((point) => point.series === series);
  const along = own.filter(({ x }) => x !== undefined);
  const levels = own.filter(({ x }) => x === undefined);
  const dx = (i - (all.length - 1) / 2) * SERIES_OFFSET;
  // Words are in no order along which a line could run, unless it leads the eye along a series.
  const isLine = all.length > 1 || categories?.every((name) => !/\d/.test(name)) !== true;
  const line = { ...facets, stroke, strokeWidth: 2, strokeDasharray };
  const at = { ...facets, x: 'x', dx };
  return [
    Plot.rect(levels, { ...facets, y1: 'low', y2: 'high', fill: stroke, fillOpacity: 0.18 }),
    Plot.ruleY(levels, { ...line, y: 'y' }),
    ...(isLine ? [Plot.line(along, { ...line, ...at, y: 'y', z: 'line' })] : []),
    Plot.ruleX(along, { ...at, y1: 'low', y2: 'high', stroke, strokeWidth: 1.5 }),
    Plot.dot(along, { ...at, y: 'y', symbol, r: 4.5, fill: stroke, stroke: theme.background }),
  ];
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
