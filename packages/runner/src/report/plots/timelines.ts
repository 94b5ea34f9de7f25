/**
 * The swarm over time: who is there, the pieces that peers hold, and the throughput within and
 * between AS.
 */

import * as Plot from '@observablehq/plot';

import { formatNumber } from '../labels.ts';
import type { DetailedSetting } from '../report-data.ts';
import { type ReportPlot, seriesStyle, WIDE_PLOT_WIDTH } from '../svg.ts';
import { axis, frame, type PanelItem, Panels, timeAxis } from './layout.ts';

interface TimePoint extends PanelItem {
  readonly seconds: number;
  readonly value: number;
  /** Index of the series. */
  readonly series: number;
}

const STATES = ['leechers', 'seeds', 'leaders'] as const;

/** Who is there over time, a panel for each setting in which peers come and go. */
export function populationPlot(all: readonly DetailedSetting[]): ReportPlot | undefined {
  const details = all.filter(({ records }) => records[0]?.result.churn !== undefined);
  const points = details.flatMap((detail) => {
    const { timeline } = detail.records[0]!.result;
    return STATES.flatMap((state, series) => {
      const counts = timeline[state] ?? [];
      if (state === 'leaders' && counts.every((count) => count === 0)) return [];
      return counts.map((value, i): TimePoint => {
        return { panel: detail.name, seconds: timeline.toMs[i]! / 1000, value, series };
      });
    });
  });
  if (points.length === 0) return undefined;
  const shown = STATES.filter((_, series) => points.some((point) => point.series === series));
  const panels = new Panels(details.map(({ name }) => name));
  return {
    name: 'population',
    title: 'Peers over time',
    caption: 'Peers that are there, in the whole swarm; first repetition.',
    legend: shown,
    options: (theme) => ({
      ...panels.options(),
      ...timeAxis({ ticks: 5 }, lastSecondsOf(points)),
      y: { ...axis('peers'), zero: true, tickFormat: formatNumber, ticks: 5 },
      marks: [
        frame(theme),
        panels.titles(theme),
        ...shown.map((state, series) => {
          const { colour: stroke, dash: strokeDasharray } = seriesStyle(series, theme);
          const curve = points.filter((point) => STATES[point.series] === state);
          const at = { ...panels.facets, x: 'seconds', y: 'value' } as const;
          return Plot.line(curve, { ...at, stroke, strokeWidth: 1.5, strokeDasharray });
        }),
      ],
    }),
  };
}

/** The share of pieces that peers hold, a curve for each setting. */
export function piecesHeldPlot(details: readonly DetailedSetting[]): ReportPlot | undefined {
  const names = details.map(({ name }) => name);
  const points = details.flatMap((detail, series) => {
    const [first] = detail.records;
    if (first === undefined) return [];
    const { timeline, peers, churn } = first.result;
    return timeline.toMs.map((ms, i): TimePoint => {
      const there = (timeline.leechers?.[i] ?? 0) + (timeline.seeds?.[i] ?? 0);
      const count = churn === undefined ? peers.as.length : Math.max(1, there);
      const value = (100 * timeline.piecesHeld[i]!) / (count * first.config.file.pieces);
      return { panel: detail.name, seconds: ms / 1000, value, series };
    });
  });
  if (points.length === 0) return undefined;
  return {
    name: 'progress',
    title: 'Pieces held over time',
    caption: details.some(({ records }) => records[0]?.result.churn !== undefined)
      ? 'Pieces that peers hold, in percent of the file for each that is there; first repetition.'
      : 'Pieces that all peers hold, in percent of the final number; first repetition.',
    legend: names,
    options: (theme) => ({
      width: WIDE_PLOT_WIDTH,
      height: 320,
      marginTop: 8,
      marginBottom: 40,
      ...timeAxis({}, lastSecondsOf(points)),
      y: { ...axis('share of all pieces (%)'), domain: [0, 100] },
      marks: [
        frame(theme),
        ...details.map((_, series) => {
          const { colour: stroke, dash: strokeDasharray } = seriesStyle(series, theme);
          const curve = points.filter((point) => point.series === series);
          const at = { x: 'seconds', y: 'value' };
          return Plot.line(curve, { ...at, stroke, strokeWidth: 2, strokeDasharray });
        }),
      ],
    }),
  };
}

const DIRECTIONS = ['intra-AS', 'inter-AS'] as const;

/** The throughput within an AS and between ASes, a panel for each setting. */
export function throughputPlot(details: readonly DetailedSetting[]): ReportPlot | undefined {
  const panels = new Panels(details.map(({ name }) => name));
  const points = details.flatMap(throughputPoints);
  if (points.length === 0) return undefined;
  return {
    name: 'rates',
    title: 'Throughput over time',
    caption: 'Pieces that arrived, in Mbit/s for the whole swarm; first repetition.',
    legend: DIRECTIONS,
    options: (theme) => ({
      ...panels.options(),
      ...timeAxis({ ticks: 5 }, lastSecondsOf(points)),
      y: { ...axis('rate (Mbit/s)'), zero: true, tickFormat: formatNumber, ticks: 5 },
      marks: [
        frame(theme),
        panels.titles(theme),
        ...DIRECTIONS.map((_, series) => {
          const { colour: stroke, dash: strokeDasharray } = seriesStyle(series, theme);
          const steps = points.filter((point) => point.series === series);
          const at = { ...panels.facets, x: 'seconds', y: 'value', curve: 'step-before' } as const;
          return Plot.line(steps, { ...at, stroke, strokeWidth: 1.5, strokeDasharray });
        }),
      ],
    }),
  };
}

function throughputPoints(detail: DetailedSetting): TimePoint[] {
  const [first] = detail.records;
  if (first === undefined) return [];
  const { toMs, insideBytes, outsideBytes } = first.result.timeline;
  return [insideBytes, outsideBytes].flatMap((bytes, series) =>
    toMs.map((ms, i): TimePoint => {
      const elapsedMs = ms - (toMs[i - 1] ?? 0);
      const value = elapsedMs === 0 ? 0 : (8 * bytes[i]!) / elapsedMs / 1000;
      return { panel: detail.name, seconds: ms / 1000, value, series };
    }),
  );
}

function lastSecondsOf(points: readonly TimePoint[]): number {
  return points.reduce((last, { seconds }) => Math.max(last, seconds), 0);
}
