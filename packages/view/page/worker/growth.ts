/** Tells the page what has come of a recording: soon, but not too often. */

import type { RunEnd } from '../scene.ts';
import type { RecordingIndex } from './recording-index.ts';
import type { RunListener } from './run-worker.ts';

/** The time between two messages to the page, in ms. */
const INTERVAL_MS = 220;

export class GrowthReports {
  readonly #listener: RunListener;
  readonly #index: RecordingIndex;
  readonly #untilMs: () => number;
  #lastMs = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(listener: RunListener, index: RecordingIndex, untilMs: () => number) {
    this.#listener = listener;
    this.#index = index;
    this.#untilMs = untilMs;
  }

  /** Something has come. */
  changed(): void {
    if (this.#timer !== undefined) return;
    const waitMs = this.#lastMs + INTERVAL_MS - performance.now();
    if (waitMs <= 0) return this.#report();
    this.#timer = setTimeout(() => this.#report(), waitMs);
  }

  /** Nothing more will come: the recording has ended like this, or cannot be read any further. */
  ended(end?: RunEnd): void {
    this.#index.end();
    this.#report(end);
  }

  #report(end?: RunEnd): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastMs = performance.now();
    const untilMs = this.#untilMs();
    this.#listener.onGrowth({ ...this.#index.take(), untilMs, ...(end !== undefined && { end }) });
  }
}
