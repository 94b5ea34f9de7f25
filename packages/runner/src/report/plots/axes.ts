/** The axes of plots over time. */

import type { PlotOptions, ScaleOptions } from '@observablehq/plot';

import { formatTick } from '../svg.ts';

/** An axis with its name beside its middle. */
export function axis(label: string): ScaleOptions {
  return { label, labelAnchor: 'center', labelArrow: 'none' };
}

/** What plots over time have in common; in panels, there is room for a few `ticks` only. */
export function timeAxis(room: Pick<ScaleOptions, 'ticks'> = {}): PlotOptions {
  const x = { ...axis('time (s)'), zero: true, tickFormat: formatTick, ...room };
  return { marginLeft: 62, grid: true, x };
}
