/**
 * Shows the progress of a campaign: on a terminal as a bar that is redrawn in place, elsewhere as
 * a line every few seconds. Failed and damaged runs are reported at once, on separate lines.
 */

import { RunTimeEstimator } from '../campaign/estimate.ts';
import { type PlannedRun, formatParameters } from '../campaign/experiment/plan.ts';
import type { SweepEvent } from '../campaign/sweep.ts';
import { formatDuration } from '../format.ts';
import type { OutputStream } from './run-progress-display.ts';

const BAR_COLUMNS = 24;
/** The time between two lines if the stream is not a terminal. */
const LINE_INTERVAL_MS = 10_000;

export class CampaignProgressDisplay {
  readonly #stream: OutputStream;
  readonly #nowMs: () => number;
  readonly #startMs: number;
  #nextLineAtMs: number;
  #isDrawn = false;
  #estimator = new RunTimeEstimator();
  #stored = 0;
  #done = 0;
  #failed = 0;
  #total = 0;
  /** The expected time on one core of the runs done since the start, and of those remaining. */
  #doneMs = 0;
  #remainingMs = 0;

  constructor(stream: OutputStream, nowMs: () => number) {
    this.#stream = stream;
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
    this.#nextLineAtMs = this.#startMs + LINE_INTERVAL_MS;
  }

  show(event: SweepEvent): void {
    switch (event.kind) {
      case 'started': {
        const { stored, missing, damaged, estimator } = event.status;
        this.#estimator = estimator;
        for (const { file, problem } of damaged) {
          this.#printLine(`${file} ${problem}: repeating the run`);
        }
        this.#stored = stored.length;
        this.#total = stored.length + missing.length;
        for (const run of missing) this.#remainingMs += this.#expectedMs(run);
        break;
      }
      case 'waiting':
        this.#printLine(`waiting for ${event.reason}`);
        break;
      case 'done':
        this.#done++;
        this.#advance(event.run);
        break;
      case 'retry':
        this.#printLine(`${runName(event.run)} failed, trying again: ${firstLine(event.error)}`);
        break;
      case 'failed':
        this.#failed++;
        this.#printLine(`${runName(event.run)} failed again: ${firstLine(event.error)}`);
        this.#advance(event.run);
        break;
    }
    this.#draw();
  }

  /** Removes the bar, so that other text can be written. */
  clear(): void {
    if (this.#isDrawn) this.#stream.write('\r\x1b[K');
    this.#isDrawn = false;
  }

  #advance(run: PlannedRun): void {
    const ms = this.#expectedMs(run);
    this.#doneMs += ms;
    this.#remainingMs -= ms;
  }

  #expectedMs({ setting }: PlannedRun): number {
    return this.#estimator.expectedMs(setting.swarm);
  }

  #printLine(line: string): void {
    this.clear();
    this.#stream.write(`${line}\n`);
  }

  #draw(): void {
    const nowMs = this.#nowMs();
    if (this.#stream.isTTY === true) {
      const processed = this.#stored + this.#done + this.#failed;
      const filled = Math.round((processed / Math.max(1, this.#total)) * BAR_COLUMNS);
      const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_COLUMNS - filled)}`;
      const line = `${bar} ${this.#statusText(nowMs)}`.slice(0, (this.#stream.columns ?? 80) - 1);
      this.#stream.write(`\r${line}\x1b[K`);
      this.#isDrawn = true;
    } else if (nowMs >= this.#nextLineAtMs) {
      this.#nextLineAtMs = nowMs + LINE_INTERVAL_MS;
      this.#stream.write(`${this.#statusText(nowMs)}\n`);
    }
  }

  #statusText(nowMs: number): string {
    const parts = [`${this.#stored + this.#done} of ${this.#total} runs`];
    if (this.#failed > 0) parts.push(`${this.#failed} failed`);
    const elapsedMs = nowMs - this.#startMs;
    if (this.#doneMs > 0 && this.#remainingMs > 0) {
      parts.push(`${formatDuration((elapsedMs * this.#remainingMs) / this.#doneMs)} left`);
    }
    return parts.join(', ');
  }
}

/** The parameters and the seed of a run: `leaders=30, seed 7`. */
export function runName({ setting, seed }: PlannedRun): string {
  return [formatParameters(setting.parameters), `seed ${seed}`]
    .filter((part) => part !== '')
    .join(', ');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}
