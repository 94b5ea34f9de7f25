/** Pictures of real and simulated runs side by side: one of each kind for a scenario. */

import * as Plot from '@observablehq/plot';

import { axis, frame, Panels, timeAxis } from '../../packages/runner/src/report/plots/layout.ts';
import {
  type ReportPlot,
  seriesStyle,
  WIDE_PLOT_WIDTH,
} from '../../packages/runner/src/report/svg.ts';
import type { Theme } from '../../packages/runner/src/report/theme.ts';
import { type ComparedFigure, compareRuns, type SettingRuns } from './comparison.ts';
import type { FigureGroup } from './figures.ts';
import { capacityBytes, leechersOf, type ObservedRun } from './observed-run.ts';
import { groupsOf, pieceText, type Scenario } from './scenarios.ts';

const SERIES = ['real', 'simulated'] as const;
type Series = (typeof SERIES)[number];

interface CurvePoint {
  readonly panel: string;
  readonly series: Series;
  /** Points are connected if they are of one run. */
  readonly run: string;
  readonly x: number;
  readonly y: number;
}

/** The pictures of a scenario, from the runs of its settings. */
export function plotsOf(scenario: Scenario, runs: readonly SettingRuns[]): readonly ReportPlot[] {
  const present = runs.filter(({ pairs }) => pairs.length > 0);
  if (present.length === 0) return [];
  return [
    completionPlot(scenario, present),
    utilisationPlot(scenario, present),
    ...(groupsOf(scenario).length > 1
      ? [figuresPlot(scenario, present, 'exchange', 'Who serves whom', 'share of what is sent')]
      : []),
    ...(scenario.network === undefined
      ? []
      : [figuresPlot(scenario, present, 'borders', 'Traffic over borders', 'copies of the file')]),
    figuresPlot(scenario, present, 'messages', 'Messages', 'messages per peer'),
  ];
}

function completionPlot(scenario: Scenario, runs: readonly SettingRuns[]): ReportPlot {
  const classes = groupsOf(scenario);
  const panelOf = (pieceKiB: number, name: string): string =>
    classes.length === 1 ? pieceText(pieceKiB) : `${pieceText(pieceKiB)}, ${name}`;
  const names = runs.flatMap(({ setting }) =>
    classes.map((name) => panelOf(setting.pieceKiB, name)),
  );
  const points = runs.flatMap((setting) =>
    eachRun(setting, (run, series, key) =>
      classes.flatMap((name) => {
        const times = leechersOf(run, name).map(({ completedS }) => completedS ?? Infinity);
        const sorted = times.sort((a, b) => a - b).filter(Number.isFinite);
        const panel = panelOf(setting.setting.pieceKiB, name);
        const at = (x: number, y: number): CurvePoint => ({ panel, series, run: key, x, y });
        return [at(0, 0), ...sorted.map((s, i) => at(s, (100 * (i + 1)) / times.length))];
      }),
    ),
  );
  return {
    name: `${scenario.name}-completion`,
    title: `${scenario.title}: completion times`,
    caption: 'The share of leechers that are complete, a curve for each run.',
    legend: SERIES,
    options: (theme) => ({
      ...curveOptions(names, points, theme, 'step-after'),
      y: { ...axis('complete (%)'), domain: [0, 100], ticks: 5 },
    }),
  };
}

function utilisationPlot(scenario: Scenario, runs: readonly SettingRuns[]): ReportPlot {
  const names = runs.map(({ setting }) => pieceText(setting.pieceKiB));
  const points = runs.flatMap((setting) =>
    eachRun(setting, (run, series, key) => {
      const panel = pieceText(setting.setting.pieceKiB);
      // The last second is not a whole one.
      return run.sentBytes.slice(0, -1).map((bytes, s): CurvePoint => {
        const y = bytes / capacityBytes(run.peers, s, s + 1);
        return { panel, series, run: key, x: s + 0.5, y };
      });
    }),
  );
  return {
    name: `${scenario.name}-utilisation`,
    title: `${scenario.title}: upload utilisation`,
    caption: 'The share of all upload capacity that is used in each second, a curve for each run.',
    legend: SERIES,
    options: (theme) => ({
      ...curveOptions(names, points, theme, 'linear'),
      y: { ...axis('utilisation'), zero: true, ticks: 5 },
    }),
  };
}

function eachRun(
  { pairs }: SettingRuns,
  pointsOf: (run: ObservedRun, series: Series, key: string) => readonly CurvePoint[],
): CurvePoint[] {
  return pairs.flatMap(({ seed, real, simulated }) => [
    ...pointsOf(real, 'real', `real ${seed}`),
    ...pointsOf(simulated, 'simulated', `simulated ${seed}`),
  ]);
}

function curveOptions(
  names: readonly string[],
  points: readonly CurvePoint[],
  theme: Theme,
  curve: 'linear' | 'step-after',
): Plot.PlotOptions {
  const panels = new Panels(names, { columns: 3 });
  return {
    ...panels.options(),
    ...timeAxis({ ticks: 5 }),
    marks: [
      frame(theme),
      panels.titles(theme),
      ...SERIES.map((series, i) => {
        const { colour: stroke, dash: strokeDasharray } = seriesStyle(i, theme);
        const own = points.filter((point) => point.series === series);
        const at = { ...panels.facets, x: 'x', y: 'y', z: 'run', curve } as const;
        return Plot.line(own, { ...at, stroke, strokeDasharray, strokeOpacity: 0.7 });
      }),
    ],
  };
}

interface FigurePoint {
  readonly panel: string;
  readonly series: Series;
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Space for the names of classes or messages. */
const NAMES_WIDTH = 150;
const MARGIN_RIGHT = 20;
const ROW_HEIGHT = 22;
/** By how many pixels the two series are apart. */
const SERIES_OFFSET = 4;

/** The figures of a group with their confidence intervals. */
function figuresPlot(
  scenario: Scenario,
  runs: readonly SettingRuns[],
  group: FigureGroup,
  title: string,
  label: string,
): ReportPlot {
  const points = runs.flatMap((setting) =>
    compareRuns(setting)
      .filter((figure) => figure.group === group)
      .flatMap((figure) =>
        SERIES.map((series) => figurePoint(figure, series, pieceText(setting.setting.pieceKiB))),
      ),
  );
  const names = [...new Set(points.map(({ name }) => name))];
  const panels = new Panels(
    runs.map(({ setting }) => pieceText(setting.pieceKiB)),
    { columns: 3, width: WIDE_PLOT_WIDTH - NAMES_WIDTH - MARGIN_RIGHT },
  );
  const most = Math.max(...points.map(({ high }) => high));
  return {
    name: `${scenario.name}-${group}`,
    title: `${scenario.title}: ${title.toLowerCase()}`,
    caption: `${title}: means over the runs, with 95 % confidence intervals.`,
    legend: SERIES,
    options: (theme) => ({
      ...panels.options(ROW_HEIGHT * names.length),
      marginLeft: NAMES_WIDTH,
      grid: true,
      x: { ...axis(label), ...scaleOf(group, most), clamp: true },
      y: { type: 'point', domain: names, label: null, padding: 0.6 },
      marks: [
        frame(theme),
        panels.titles(theme),
        ...SERIES.flatMap((series, i) => {
          const { colour: stroke, symbol } = seriesStyle(i, theme);
          const own = points.filter((point) => point.series === series);
          const at = { ...panels.facets, y: 'name', dy: (2 * i - 1) * SERIES_OFFSET };
          return [
            Plot.ruleY(own, { ...at, x1: 'low', x2: 'high', stroke, strokeWidth: 1.5 }),
            Plot.dot(own, { ...at, x: 'value', symbol, r: 4, fill: stroke }),
          ];
        }),
      ],
    }),
  };
}

function scaleOf(group: FigureGroup, most: number): Plot.ScaleOptions {
  if (group === 'exchange') return { domain: [0, 1], ticks: 4 };
  if (group === 'borders') return { domain: [0, most], nice: true, ticks: 4 };
  return {
    type: 'symlog',
    domain: [0, 2 * Math.max(1, most)],
    ticks: [0, 10, 100, 1_000],
    tickFormat: ',d',
  };
}

function figurePoint(figure: ComparedFigure, series: Series, panel: string): FigurePoint {
  const { mean, low = mean, high = mean } = figure[series];
  return { panel, series, name: figure.name, value: mean, low: Math.max(0, low), high };
}
