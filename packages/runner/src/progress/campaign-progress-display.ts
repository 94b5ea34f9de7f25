/**
 * Shows how far a campaign is: on a terminal as a bar that is drawn over, elsewhere as a line
 * every few seconds. What goes wrong is told at once, in lines of its own.
 */

import { RunTimeEstimator } from '../campaign/estimate.ts';
import { type PlannedRun, formatParameters } from '../campaign/experiment/plan.ts';
import type { SweepEvent } from '../campaign/sweep.ts';
import { formatDuration, type OutputStream } from './run-progress-display.ts';

const BAR_COLUMNS = 24;
/** Time between two lines where there is no terminal. */
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
  /** Expected ms of one core: of what is done since the start, and of what is left. */
  #doneMs = 0;
  #remainingMs = 0;

  constructor(screen: OutputStream, nowMs: () => number) {
    this.#stream = screen;
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
    this.#nextLineAtMs = this.#startMs + LINE_INTERVAL_MS;
  }

  show(event: SweepEvent): void {
    switch (event.kind) {
      case 'started': {
        const { stored, missing, damaged, estimator } = event.status;
        this.#estimator = estimator;
        for (const { file, problem } of damaged) this.#printLine(`${file} ${problem}: made again`);
        this.#stored = stored.length;
        this.#total = stored.length + missing.length;
        for (const run of missing) this.#remainingMs += this.#expectedMs(run);
        break;
      }
      case 'done':
        this.#done++;
        this.#advance(event.run);
        break;
      case 'retry':
        this.#printLine(
          `${runName(event.run)} failed, and is tried again: ${firstLine(event.error)}`,
        );
        break;
      case 'failed':
        this.#failed++;
        this.#printLine(`${runName(event.run)} failed again: ${firstLine(event.error)}`);
        this.#advance(event.run);
        break;
    }
    this.#draw();
  }

  /** Makes room for what is written next. */
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
      const over = this.#stored + this.#done + this.#failed;
      const filled = Math.round((over / Math.max(1, this.#total)) * BAR_COLUMNS);
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

/** `leaders=30, seed 7`. */
export function runName({ setting, seed }: PlannedRun): string {
  return [formatParameters(setting.parameters), `seed ${seed}`]
    .filter((part) => part !== '')
    .join(', ');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}
