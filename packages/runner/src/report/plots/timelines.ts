/** The swarm over time: how much of the file it holds, and what crosses borders meanwhile. */

import * as Plot from '@observablehq/plot';

import type { DetailedSetting } from '../report-data.ts';
import { type ReportPlot, seriesStyle, formatTick, WIDE_PLOT_WIDTH } from '../svg.ts';
import { axis, timeAxis } from './axes.ts';
import { frame, Panels, type PanelItem } from './layout.ts';

interface TimePoint extends PanelItem {
  readonly seconds: number;
  readonly value: number;
  readonly kind: number;
}

/** How full the swarm is, a curve for each detail. */
export function piecesHeldPlot(details: readonly DetailedSetting[]): ReportPlot | undefined {
  const names = details.map(({ name }) => name);
  const moments = details.flatMap((detail, kind) => {
    const [first] = detail.records;
    if (first === undefined) return [];
    const { timeline, peers } = first.result;
    const all = peers.as.length * first.config.pieces;
    return timeline.toMs.map((ms, i): TimePoint => {
      const value = (100 * timeline.piecesHeld[i]!) / all;
      return { panel: detail.name, seconds: ms / 1000, value, kind };
    });
  });
  if (moments.length === 0) return undefined;
  return {
    name: 'progress',
    title: 'The swarm over time',
    caption: 'Pieces that the peers hold, of all that they will hold, in the first repetition.',
    legend: names,
    options: (theme) => ({
      width: WIDE_PLOT_WIDTH,
      height: 320,
      marginTop: 8,
      marginBottom: 40,
      ...timeAxis(),
      y: { ...axis('pieces held (%)'), domain: [0, 100] },
      marks: [
        frame(theme),
        ...details.map((_, kind) => {
          const { colour: stroke, dash: strokeDasharray } = seriesStyle(kind, theme);
          const mine = moments.filter((moment) => moment.kind === kind);
          const at = { x: 'seconds', y: 'value' };
          return Plot.line(mine, { ...at, stroke, strokeWidth: 2, strokeDasharray });
        }),
      ],
    }),
  };
}

const DIRECTIONS = ['within an AS', 'between AS'] as const;

/** What is delivered, within an AS and between them, a panel for each detail. */
export function throughputPlot(details: readonly DetailedSetting[]): ReportPlot | undefined {
  const panels = new Panels(details);
  const moments = details.flatMap(throughputPoints);
  if (moments.length === 0) return undefined;
  return {
    name: 'rates',
    title: 'Delivered pieces over time',
    caption: 'Pieces that arrived, in Mbit/s of the whole swarm, in the first repetition.',
    legend: DIRECTIONS,
    options: (theme) => ({
      ...panels.options(),
      ...timeAxis({ ticks: 5 }),
      y: { ...axis('Mbit/s'), zero: true, tickFormat: formatTick, ticks: 5 },
      marks: [
        frame(theme),
        panels.titles(theme),
        ...DIRECTIONS.map((_, kind) => {
          const { colour: stroke, dash: strokeDasharray } = seriesStyle(kind, theme);
          const mine = moments.filter((moment) => moment.kind === kind);
          const at = { ...panels.facets, x: 'seconds', y: 'value', curve: 'step-before' } as const;
          return Plot.line(mine, { ...at, stroke, strokeWidth: 1.5, strokeDasharray });
        }),
      ],
    }),
  };
}

function throughputPoints(detail: DetailedSetting): TimePoint[] {
  const [first] = detail.records;
  if (first === undefined) return [];
  const { toMs, insideBytes, outsideBytes } = first.result.timeline;
  return [insideBytes, outsideBytes].flatMap((bytes, kind) =>
    toMs.map((ms, i): TimePoint => {
      const elapsedMs = ms - (toMs[i - 1] ?? 0);
      const value = elapsedMs === 0 ? 0 : (8 * bytes[i]!) / elapsedMs / 1000;
      return { panel: detail.name, seconds: ms / 1000, value, kind };
    }),
  );
}
