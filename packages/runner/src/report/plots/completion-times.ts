/** How many peers had completed by when: leaders, followers and others apart. */

import * as Plot from '@observablehq/plot';
import { quantileSorted } from 'simple-statistics';

import type { DetailedSetting } from '../report-data.ts';
import { type ReportPlot, seriesStyle } from '../svg.ts';
import { axis, timeAxis } from './axes.ts';
import { frame, Panels, type PanelItem } from './layout.ts';

interface CdfPoint extends PanelItem {
  readonly seconds: number;
  readonly percent: number;
  readonly role: string;
}

/** Of those who download, in the order of their colours. */
const ROLES = [
  { role: 'peer', name: 'peers' },
  { role: 'leader', name: 'leaders' },
  { role: 'follower', name: 'followers' },
] as const;

/** So many points draw a smooth curve. */
const POINT_COUNT = 200;

export function completionTimesPlot(details: readonly DetailedSetting[]): ReportPlot | undefined {
  const steps = details.flatMap((detail) => ROLES.flatMap(({ role }) => cdfPoints(detail, role)));
  if (steps.length === 0) return undefined;
  const panels = new Panels(details);
  const roles = ROLES.filter(({ role }) => steps.some((step) => step.role === role));
  const seeds = Math.max(...details.map(({ records }) => records.length));
  return {
    name: 'completion-times',
    title: 'Peers that have completed',
    caption:
      'Share of the peers of each role that held the whole file by the time, ' +
      `the peers of all repetitions (up to ${seeds}) together.`,
    legend: roles.map(({ name }) => name),
    options: (theme) => ({
      ...panels.options(),
      ...timeAxis({ ticks: 5 }),
      y: { ...axis('completed (%)'), domain: [0, 100], ticks: 5 },
      marks: [
        frame(theme),
        panels.titles(theme),
        ...roles.map(({ role }, i) => {
          const { colour: stroke, dash: strokeDasharray } = seriesStyle(i, theme);
          const mine = steps.filter((step) => step.role === role);
          const at = { ...panels.facets, x: 'seconds', y: 'percent' };
          return Plot.line(mine, { ...at, stroke, strokeWidth: 2, strokeDasharray });
        }),
      ],
    }),
  };
}

function cdfPoints(detail: DetailedSetting, role: string): CdfPoint[] {
  const times = detail.records
    .flatMap(({ result: { peers } }) =>
      peers.completionMs.flatMap((ms, i) => (ms === null || peers.role[i] !== role ? [] : ms)),
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
