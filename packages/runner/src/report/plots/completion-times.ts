/** The distribution of completion times, separately for leaders, followers and plain peers. */

import * as Plot from '@observablehq/plot';
import { quantileSorted } from 'simple-statistics';

import type { DetailedSetting } from '../report-data.ts';
import { type ReportPlot, seriesStyle } from '../svg.ts';
import { axis, frame, type PanelItem, Panels, timeAxis } from './layout.ts';

interface CdfPoint extends PanelItem {
  readonly seconds: number;
  readonly percent: number;
  readonly role: string;
}

/** The roles that download, in the order of their colours. */
const ROLES = [
  { role: 'peer', name: 'peers' },
  { role: 'leader', name: 'leaders' },
  { role: 'follower', name: 'followers' },
] as const;

/** Enough points for a smooth curve. */
const POINT_COUNT = 200;

/** A panel for each setting; undefined if no peer has completed. */
export function completionTimesPlot(details: readonly DetailedSetting[]): ReportPlot | undefined {
  const points = details.flatMap((detail) => ROLES.flatMap(({ role }) => cdfPoints(detail, role)));
  if (points.length === 0) return undefined;
  const panels = new Panels(details.map(({ name }) => name));
  const roles = ROLES.filter(({ role }) => points.some((point) => point.role === role));
  const repetitions = Math.max(...details.map(({ records }) => records.length));
  return {
    name: 'completion-times',
    title: 'Completion times',
    caption:
      'Cumulative distribution of the completion times of the peers of each role, ' +
      `over all repetitions (up to ${repetitions}).`,
    legend: roles.map(({ name }) => name),
    options: (theme) => ({
      ...panels.options(),
      ...timeAxis({ ticks: 5 }),
      y: { ...axis('completed peers (%)'), domain: [0, 100], ticks: 5 },
      marks: [
        frame(theme),
        panels.titles(theme),
        ...roles.map(({ role }, i) => {
          const { colour: stroke, dash: strokeDasharray } = seriesStyle(i, theme);
          const curve = points.filter((point) => point.role === role);
          const at = { ...panels.facets, x: 'seconds', y: 'percent', curve: 'step-after' } as const;
          return Plot.line(curve, { ...at, stroke, strokeWidth: 2, strokeDasharray });
        }),
      ],
    }),
  };
}

function cdfPoints(detail: DetailedSetting, role: string): CdfPoint[] {
  const times = detail.records
    .flatMap(({ result: { peers, measuredFromMs = 0 } }) =>
      peers.completionMs.flatMap((ms, i) => {
        const isMeasured = (peers.arrivedMs?.[i] ?? 0) >= measuredFromMs;
        return ms === null || peers.role[i] !== role || !isMeasured ? [] : ms;
      }),
    )
    .sort((a, b) => a - b);
  if (times.length === 0) return [];
  return Array.from({ length: POINT_COUNT + 1 }, (_, i) => ({
    seconds: quantileSorted(times, i / POINT_COUNT) / 1000,
    percent: (100 * i) / POINT_COUNT,
    panel: detail.name,
    role,
  }));
}
