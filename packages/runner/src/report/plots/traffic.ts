/** The traffic matrix between ASes: a heat map for each setting, of its first repetition. */

import * as Plot from '@observablehq/plot';

import type { DetailedSetting } from '../report-data.ts';
import type { ReportPlot } from '../svg.ts';
import { COLOUR_SCHEME } from '../theme.ts';
import { type PanelItem, Panels } from './layout.ts';

/** What the AS of one group send to those of another. A group is consecutive AS, by its first. */
interface TrafficCell extends PanelItem {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** More cells could not be told apart, and would make the page slow. */
const MAX_GROUPS = 50;

/** More tick labels would overlap. */
const MAX_TICKS = 15;

/** A panel for each setting; undefined if there are no records. */
export function trafficPlot(details: readonly DetailedSetting[]): ReportPlot | undefined {
  const asCount = Math.max(0, ...details.map(({ records }) => records[0]?.result.asCount ?? 0));
  const groupSize = Math.ceil(asCount / MAX_GROUPS);
  const cells = details.flatMap((detail) => trafficCells(detail, groupSize));
  if (cells.length === 0) return undefined;
  const panels = new Panels(details.map(({ name }) => name));
  const maxBytes = cells.reduce((max, { bytes }) => Math.max(max, bytes), 0);
  const groups = [...new Set(cells.map(({ from }) => from))];
  const step = Math.ceil(groups.length / MAX_TICKS);
  const ticks = groups.filter((_, i) => i % step === 0);
  const groupName = (first: number) =>
    groupSize === 1 ? `AS ${first}` : `AS ${first} to ${Math.min(first + groupSize, asCount) - 1}`;
  return {
    name: 'traffic',
    title: 'Traffic between autonomous systems',
    caption:
      'Bytes sent from the AS of the row to the AS of the column, in the first repetition; the ' +
      'diagonal is intra-AS traffic. The colour scale is a square root.' +
      (groupSize === 1 ? '' : ` A row or column stands for ${groupSize} consecutive AS.`),
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
          // Gaps would hide small cells.
          inset: groups.length > MAX_TICKS ? 0 : 0.5,
          title: ({ from, to, bytes }: TrafficCell) =>
            `from ${groupName(from)}, to ${groupName(to)}: ${formatBytes(bytes)}`,
        }),
      ],
    }),
  };
}

function trafficCells(detail: DetailedSetting, groupSize: number): TrafficCell[] {
  const [first] = detail.records;
  if (first === undefined) return [];
  const groupOf = (as: number) => as - (as % groupSize);
  const { trafficBytes } = first.result;
  const rows = Map.groupBy(trafficBytes.keys(), groupOf);
  return [...rows].flatMap(([from, members]) => {
    const sums = new Map<number, number>();
    for (const as of members) {
      trafficBytes[as]!.forEach((bytes, to) => {
        sums.set(groupOf(to), (sums.get(groupOf(to)) ?? 0) + bytes);
      });
    }
    return Array.from(sums, ([to, bytes]) => ({ panel: detail.name, from, to, bytes }));
  });
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
