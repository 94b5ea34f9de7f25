/** The speeds of the clock, in simulated seconds for each second. */

import { effect } from '@preact/signals';

import { hasEnded } from '../player.ts';
import type { PageState } from '../state.ts';

/** The speeds that can be chosen. */
export const SPEEDS: readonly number[] = [0.1, 1, 5, 20, 60, 200, 600, 3600];

/** A run should not take longer to show, in seconds, unless the user wants it. */
const SHOWN_MAX_S = 120;

/** Takes the next speed that is faster (`by` 1) or slower (−1). */
export function stepSpeed(page: PageState, by: 1 | -1): void {
  const speed = page.speed.value;
  const next =
    by === 1 ? SPEEDS.find((each) => each > speed) : SPEEDS.findLast((each) => each < speed);
  if (next !== undefined) page.speed.value = next;
}

/** Takes a faster speed for long recordings once they have been read, unless one was chosen. */
export function suitSpeed(page: PageState): void {
  const before = page.speed.peek();
  const stop = effect(() => {
    if (!page.runs.every((run) => hasEnded(run))) return;
    const isChosen = page.speed.peek() !== before;
    const isLive = page.runs.some(({ run }) => run.isLive);
    if (!isChosen && !isLive) page.speed.value = Math.max(before, speedFor(page.untilMs.peek()));
    queueMicrotask(() => stop());
  });
}

/** The least speed at which a run of so many ms is shown soon enough. */
export function speedFor(untilMs: number): number {
  const seconds = untilMs / 1000;
  return SPEEDS.find((speed) => seconds / speed <= SHOWN_MAX_S) ?? SPEEDS.at(-1)!;
}
