/** How many peers had completed by when: leaders, followers and others apart. */

import * as Plot from '@observablehq/plot';
import { quantileSorted } from 'simple-statistics';

import type { Detail } from '../data.ts';
import { type Drawing, looksOf } from '../svg.ts';
import { axis, overTime } from './axes.ts';
import { frame, Panels, type Placed } from './panels.ts';

interface Step extends Placed {
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
const POINTS = 200;

export function distributions(details: readonly Detail[]): Drawing | undefined {
  const steps = details.flatMap((detail) => ROLES.flatMap(({ role }) => stepsOf(detail, role)));
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
      ...overTime({ ticks: 5 }),
      y: { ...axis('completed (%)'), domain: [0, 100], ticks: 5 },
      marks: [
        frame(theme),
        panels.names(theme),
        ...roles.map(({ role }, i) => {
          const { colour: stroke, dash: strokeDasharray } = looksOf(i, theme);
          const mine = steps.filter((step) => step.role === role);
          const at = { ...panels.place, x: 'seconds', y: 'percent' };
          return Plot.line(mine, { ...at, stroke, strokeWidth: 2, strokeDasharray });
        }),
      ],
    }),
  };
}

function stepsOf(detail: Detail, role: string): Step[] {
  const times = detail.records
    .flatMap(({ result: { peers } }) =>
      peers.completionMs.flatMap((ms, i) => (ms === null || peers.role[i] !== role ? [] : ms)),
    )
    .sort((a, b) => a - b);
  if (times.length === 0) return [];
  return Array.from({ length: POINTS + 1 }, (_, i) => ({
    seconds: quantileSorted(times, i / POINTS) / 1000,
    percent: (100 * i) / POINTS,
    panel: detail.name,
    role,
  }));
}
