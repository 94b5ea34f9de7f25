/** The traffic matrix between ASes: a heat map for each setting, of its first repetition. */

import * as Plot from '@observablehq/plot';

import type { DetailedSetting } from '../report-data.ts';
import type { ReportPlot } from '../svg.ts';
import { COLOUR_SCHEME } from '../theme.ts';
import { type PanelItem, Panels } from './layout.ts';

interface TrafficCell extends PanelItem {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** More tick labels would overlap. */
const MAX_TICKS = 15;

/** A panel for each setting; undefined if there are no records. */
export function trafficPlot(details: readonly DetailedSetting[]): ReportPlot | undefined {
  const cells = details.flatMap(trafficCells);
  if (cells.length === 0) return undefined;
  const panels = new Panels(details);
  const maxBytes = cells.reduce((max, { bytes }) => Math.max(max, bytes), 0);
  const asCount = cells.reduce((max, { to }) => Math.max(max, to), 0) + 1;
  const step = Math.ceil(asCount / MAX_TICKS);
  const ticks = Array.from({ length: asCount }, (_, as) => as).filter((as) => as % step === 0);
  return {
    name: 'traffic',
    title: 'Traffic between autonomous systems',
    caption:
      'Bytes sent from the AS of the row to the AS of the column, in the first repetition; the ' +
      'diagonal is intra-AS traffic. The colour scale is a square root.',
    legend: [],
    colourRange: ['0 bytes', formatBytes(maxBytes)],
    options: (theme) => ({
      ...panels.options(360),
      marginLeft: 44,
      color: { scheme: COLOUR_SCHEME, type: 'sqrt', domain: [0, maxBytes] },
      x: { label: 'to AS', labelArrow: 'none', ticks, tickSize: 0 },
      y: { label: 'from AS', labelArrow: 'none', ticks, tickSize: 0 },
      marks: [
        panels.titles(theme),
        Plot.cell(cells, {
          ...panels.facets,
          x: 'to',
          y: 'from',
          fill: 'bytes',
          inset: 0.5,
          title: ({ from, to, bytes }: TrafficCell) =>
            `AS ${from} to AS ${to}: ${formatBytes(bytes)}`,
        }),
      ],
    }),
  };
}

function trafficCells(detail: DetailedSetting): TrafficCell[] {
  const [first] = detail.records;
  if (first === undefined) return [];
  return first.result.trafficBytes.flatMap((row, from) =>
    row.map((bytes, to) => ({ panel: detail.name, from, to, bytes })),
  );
}

/** Formats bytes with three significant digits: 12.3 MB. */
function formatBytes(bytes: number): string {
  const [unit, scale] = BYTE_UNITS.find(([, least]) => bytes >= least) ?? ['bytes', 1];
  return `${Number((bytes / scale).toPrecision(3)).toLocaleString('en-US')} ${unit}`;
}

const BYTE_UNITS = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
] as const;
