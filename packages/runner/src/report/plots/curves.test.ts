import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';

import type { Parameters } from '../../campaign/experiment/plan.ts';
import type { PlotSpec } from '../../campaign/experiment/schema.ts';
import type { MetricName } from '../../campaign/metrics.ts';
import type { ReportData } from '../report-data.ts';
import { type ReportPlot, svgForFile } from '../svg.ts';
import { metricPlots } from './curves.ts';

interface Point {
  readonly at: Parameters;
  /** A value as it is stored, with its interval. */
  readonly mean: number;
  readonly low?: number;
  readonly high?: number;
}

function plotsOf(spec: PlotSpec, metric: MetricName, points: readonly Point[]) {
  const settings = points.map(({ at, mean, low = mean, high = mean }) => ({
    parameters: at,
    intervals: { [metric]: { mean, low, high, count: 3 } },
  }));
  const parameterNames = [...new Set(points.flatMap(({ at }) => Object.keys(at)))];
  return metricPlots(spec, 0, { settings, campaign: { parameterNames } } as unknown as ReportData);
}

function plotOf(spec: Omit<PlotSpec, 'y'>, points: readonly Point[], metric: MetricName = 'p50Ms') {
  return plotsOf({ ...spec, y: metric }, metric, points)[0]!;
}

/** The texts of an element of the plot with this label, in their order. */
function textsOf(plot: ReportPlot, label: string): string[] {
  const { document } = parseHTML(`<html><body>${svgForFile(plot)}</body></html>`);
  const texts = document.querySelectorAll(`g[aria-label="${label}"] text`);
  return [...texts].map(({ textContent }) => textContent.trim());
}

/** The horizontal coordinates of each line of the plot, from its start to its end. */
function linesOf(plot: ReportPlot): number[][] {
  const { document } = parseHTML(`<html><body>${svgForFile(plot)}</body></html>`);
  return [...document.querySelectorAll('g[aria-label="line"] path')].map((path) =>
    Array.from(path.getAttribute('d')!.matchAll(/[ML]([\d.]+),/g), ([, x]) => Number(x)),
  );
}

const X_TICKS = 'x-axis tick label';
const Y_TICKS = 'y-axis tick label';

describe('curves over categories', () => {
  const sizes = ['16 MB', '8 MB', '128 MB'].map((size, i) => ({
    at: { size },
    mean: 1e3 * (i + 1),
  }));

  test('have them in the order of their numbers, and the line runs along the axis', () => {
    const plot = plotOf({ x: 'size' }, sizes);
    expect(textsOf(plot, X_TICKS)).toEqual(['8 MB', '16 MB', '128 MB']);
    expect(linesOf(plot)).toHaveLength(1);
    for (const line of linesOf(plot)) expect(line).toEqual(line.toSorted((a, b) => a - b));
  });

  test('have words in the order of the experiment', () => {
    const points = ['small', 'medium', 'large'].map((size) => ({ at: { size }, mean: 1e3 }));
    expect(textsOf(plotOf({ x: 'size' }, points), X_TICKS)).toEqual(['small', 'medium', 'large']);
  });

  test('have series and panels in the same orders', () => {
    const points = sizes.map(({ at, mean }) => ({ at: { ...at, leaders: 10 }, mean }));
    expect(plotOf({ x: 'leaders', series: 'size' }, points).legend).toEqual([
      '8 MB',
      '16 MB',
      '128 MB',
    ]);
    const panels = textsOf(plotOf({ x: 'leaders', facet: 'size' }, points), 'text');
    expect(panels).toEqual(['8 MB', '16 MB', '128 MB']);
  });
});

describe('curves over numbers', () => {
  test('run along the axis, whatever the order of the values', () => {
    const points = [50, 10, 30].map((leaders) => ({ at: { leaders }, mean: 1e3 * leaders }));
    const plot = plotOf({ x: 'leaders' }, points);
    expect(textsOf(plot, X_TICKS)).toEqual(['10', '30', '50']);
    const [line] = linesOf(plot);
    expect(line).toHaveLength(3);
    expect(line).toEqual(line!.toSorted((a, b) => a - b));
  });

  test('are one line for each value of a parameter that the plot does not show', () => {
    const points = [10, 30].flatMap((leaders) =>
      ['random', 'tit-for-tat'].map((choker) => ({ at: { leaders, choker }, mean: 1e3 })),
    );
    const plot = plotOf({ x: 'leaders' }, points);
    expect(linesOf(plot)).toHaveLength(2);
    expect(plot.caption).toContain('a line for each choker of leechers.');
  });

  test('are one line if a parameter varies with the one of the axis', () => {
    const points = [10, 30].map((share) => ({ at: { share, leaders: share }, mean: 1e3 }));
    expect(linesOf(plotOf({ x: 'share' }, points))).toHaveLength(1);
  });

  test('have a name and a unit instead of the field', () => {
    const points = [{ at: { 'seeds.upload': 2_000 }, mean: 1e3 }];
    const plot = plotOf({ x: 'seeds.upload' }, points);
    expect(plot.title).toBe('Median completion time over upload capacity of seeds');
    expect(textsOf(plot, 'x-axis label')).toEqual(['upload capacity of seeds (kbit/s)']);
  });
});

describe('the vertical axis of curves', () => {
  const wide = [10, 30].map((leaders) => ({ at: { leaders }, mean: 5, low: -20, high: 30 }));

  test.each(['leaderCount', 'redundancy', 'controlMessages'] as const)(
    'of %s is not negative where an interval is',
    (metric) => {
      const ticks = textsOf(plotOf({ x: 'leaders' }, wide, metric), Y_TICKS);
      expect(ticks[0]).toBe('0');
      expect(ticks.filter((tick) => /^[-−]/.test(tick))).toEqual([]);
    },
  );

  test('ends where the metric does, and so do the intervals', () => {
    const cut = wide.map((point) => ({ ...point, low: 0 }));
    const [drawn, expected] = [wide, cut].map((points) =>
      svgForFile(plotOf({ x: 'leaders' }, points, 'leaderCount')),
    );
    expect(drawn).toBe(expected);
  });

  test('of a share ends at 100 %', () => {
    const points = [{ at: { leaders: 10 }, mean: 0.9, low: 0.4, high: 1.4 }];
    const ticks = textsOf(plotOf({ x: 'leaders' }, points, 'interAsShare'), Y_TICKS);
    expect(ticks.at(-1)).toBe('100');
  });

  test.each([
    { title: undefined, label: 'time (s)' },
    { title: 'The median completion time', label: 'time (s)' },
    { title: 'Half of the peers', label: 'median completion time (s)' },
  ])('does not repeat the title $title', ({ title, label }) => {
    const spec = { x: 'leaders', ...(title === undefined ? {} : { title }) };
    expect(textsOf(plotOf(spec, wide), 'y-axis label')).toEqual([label]);
  });

  test('is linear where 0 has no place on a logarithmic one, and the caption says so', () => {
    const points = [0, 100].map((meanGap) => ({ at: { meanGap }, mean: meanGap }));
    const plot = plotOf({ x: 'meanGap', xScale: 'log', yScale: 'log' }, points, 'leaderCount');
    expect(textsOf(plot, X_TICKS)).toEqual(['0', '100']);
    expect(textsOf(plot, Y_TICKS)[0]).toBe('0');
    for (const name of ['horizontal', 'vertical']) {
      expect(plot.caption).toContain(`The ${name} axis is linear, because some values are 0.`);
    }
  });

  test('is logarithmic although an interval reaches 0', () => {
    const points = [{ at: { leaders: 10 }, mean: 100, low: -5, high: 200 }];
    const plot = plotOf({ x: 'leaders', yScale: 'log' }, points, 'leaderCount');
    expect(svgForFile(plot)).not.toContain('NaN');
    expect(textsOf(plot, Y_TICKS)).toContain('200');
  });
});

test('plots of several metrics with one title are told apart', () => {
  const spec: PlotSpec = { x: 'leaders', y: ['p50Ms', 'p90Ms'], title: 'Times' };
  expect(plotsOf(spec, 'p50Ms', []).map(({ title }) => title)).toEqual([
    'Times: median completion time',
    'Times: 90th percentile of completion times',
  ]);
});

test('a plot without values says so', () => {
  const plot = plotOf({ x: 'leaders' }, []);
  expect(plot.caption).toBe('No run has a value of this metric.');
  expect(svgForFile(plot)).toContain('no values');
});
