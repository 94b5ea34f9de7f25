/** The time line itself: a slider, and the marks of events above it. */

import type { ReadonlySignal } from '@preact/signals';

import type { ShellState } from '../shell/shell-state.ts';
import { secondsText } from './clock-text.ts';
import type { Drawn } from './drawn.ts';
import { startScrub } from './scrub.ts';

interface SliderProps {
  readonly shell: ShellState;
  readonly drawn: ReadonlySignal<Drawn>;
}

const STEP_MS = 1000;
const PAGE_MS = 10_000;

/** How far a key moves the clock, in ms. Home and End are those of the browser. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -STEP_MS,
  ArrowDown: -STEP_MS,
  ArrowRight: STEP_MS,
  ArrowUp: STEP_MS,
  PageDown: -PAGE_MS,
  PageUp: PAGE_MS,
};

/** A slider over the time of the runs. */
export function Slider({ shell: { page }, drawn }: SliderProps) {
  const untilMs = drawn.value.untilMs;
  const atMs = Math.min(page.atMs.value, untilMs);
  const move = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    page.seek(page.atMs.value + step);
  };
  const drag = (): void => {
    const stopScrub = startScrub(page);
    const listening = new AbortController();
    for (const end of ['pointerup', 'pointercancel']) {
      const stop = (): void => {
        listening.abort();
        stopScrub();
      };
      addEventListener(end, stop, { signal: listening.signal });
    }
  };
  return (
    <input
      class="timeline-slider"
      type="range"
      aria-label="Time"
      aria-valuetext={`${secondsText(page.atMs.value)} of ${secondsText(page.untilMs.value)}`}
      min={0}
      max={Math.max(Math.ceil(untilMs), 1)}
      step={1}
      value={atMs}
      onInput={(event) => page.seek(event.currentTarget.valueAsNumber)}
      onKeyDown={move}
      onPointerDown={drag}
    />
  );
}
