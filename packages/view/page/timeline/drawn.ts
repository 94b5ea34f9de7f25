/**
 * What the time line and the curves draw, and where: they have one scale, which changes at most
 * once a second while a recording grows.
 */

import { computed, type ReadonlySignal, signal } from '@preact/signals';

import { follow } from '../follow.ts';
import type { FramePoint, SwarmEvent } from '../scene.ts';
import type { ShellState } from '../shell/shell-state.ts';

/** What is drawn. */
export interface Drawn {
  /** The end of the scale, in ms. */
  readonly untilMs: number;
  /** By run: the figures of its frames, and its events. */
  readonly points: readonly (readonly FramePoint[])[];
  readonly events: readonly (readonly SwarmEvent[])[];
}

/** The space beside the scale, in pixels: for the figures of the axes. */
export const MARGIN_LEFT = 48;
export const MARGIN_RIGHT = 24;

const INTERVAL_MS = 1000;

/** What is drawn of the runs of a page, as long as there is the page. */
export function drawnOf({ page, shownEvents }: ShellState): ReadonlySignal<Drawn> {
  const newest = computed<Drawn>(() => ({
    untilMs: page.untilMs.value,
    points: page.runs.map(({ points }) => points.value),
    events: shownEvents.map(({ value }) => value),
  }));
  const drawn = signal(newest.peek());
  follow(newest, drawn, INTERVAL_MS);
  return drawn;
}

/** Where a time is, as a CSS length from the left. */
export function placeOf(ms: number, untilMs: number): string {
  const share = untilMs > 0 ? Math.min(ms / untilMs, 1) : 0;
  return `calc(${MARGIN_LEFT}px + ${share} * (100% - ${MARGIN_LEFT + MARGIN_RIGHT}px))`;
}
