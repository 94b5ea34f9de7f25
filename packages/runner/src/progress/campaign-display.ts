/**
 * Shows how far a campaign is: on a terminal as a bar that is drawn over, elsewhere as a line
 * every few seconds. What goes wrong is told at once, in lines of its own.
 */

import { RunTimeEstimator } from '../campaign/estimate.ts';
import { type PlannedRun, formatParameters } from '../campaign/experiment/plan.ts';
import type { SweepEvent } from '../campaign/sweep.ts';
import { duration, type Screen } from './display.ts';

const BAR_COLUMNS = 24;
/** Time between two lines where there is no terminal. */
const LINE_EVERY_MS = 10_000;

export class CampaignDisplay {
  readonly #screen: Screen;
  readonly #nowMs: () => number;
  readonly #startMs: number;
  #lineAtMs: number;
  #drawn = false;
  #pace = new RunTimeEstimator();
  #stored = 0;
  #done = 0;
  #failed = 0;
  #total = 0;
  /** Expected ms of one core: of what is done since the start, and of what is left. */
  #doneMs = 0;
  #leftMs = 0;

  constructor(screen: Screen, nowMs: () => number) {
    this.#screen = screen;
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
    this.#lineAtMs = this.#startMs + LINE_EVERY_MS;
  }

  show(event: SweepEvent): void {
    switch (event.kind) {
      case 'begun': {
        const { stored, missing, damaged, estimator } = event.inventory;
        this.#pace = estimator;
        for (const { file, problem } of damaged) this.#say(`${file} ${problem}: made again`);
        this.#stored = stored.length;
        this.#total = stored.length + missing.length;
        for (const run of missing) this.#leftMs += this.#expectedMs(run);
        break;
      }
      case 'done':
        this.#done++;
        this.#advance(event.run);
        break;
      case 'retry':
        this.#say(`${nameOf(event.run)} failed, and is tried again: ${firstLine(event.error)}`);
        break;
      case 'failed':
        this.#failed++;
        this.#say(`${nameOf(event.run)} failed again: ${firstLine(event.error)}`);
        this.#advance(event.run);
        break;
    }
    this.#draw();
  }

  /** Makes room for what is written next. */
  clear(): void {
    if (this.#drawn) this.#screen.write('\r\x1b[K');
    this.#drawn = false;
  }

  #advance(run: PlannedRun): void {
    const ms = this.#expectedMs(run);
    this.#doneMs += ms;
    this.#leftMs -= ms;
  }

  #expectedMs({ setting }: PlannedRun): number {
    return this.#pace.expectedMs(setting.swarm);
  }

  #say(line: string): void {
    this.clear();
    this.#screen.write(`${line}\n`);
  }

  #draw(): void {
    const nowMs = this.#nowMs();
    if (this.#screen.isTTY === true) {
      const over = this.#stored + this.#done + this.#failed;
      const filled = Math.round((over / Math.max(1, this.#total)) * BAR_COLUMNS);
      const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_COLUMNS - filled)}`;
      const line = `${bar} ${this.#tell(nowMs)}`.slice(0, (this.#screen.columns ?? 80) - 1);
      this.#screen.write(`\r${line}\x1b[K`);
      this.#drawn = true;
    } else if (nowMs >= this.#lineAtMs) {
      this.#lineAtMs = nowMs + LINE_EVERY_MS;
      this.#screen.write(`${this.#tell(nowMs)}\n`);
    }
  }

  #tell(nowMs: number): string {
    const parts = [`${this.#stored + this.#done} of ${this.#total} runs`];
    if (this.#failed > 0) parts.push(`${this.#failed} failed`);
    const elapsedMs = nowMs - this.#startMs;
    if (this.#doneMs > 0 && this.#leftMs > 0) {
      parts.push(`${duration((elapsedMs * this.#leftMs) / this.#doneMs)} left`);
    }
    return parts.join(', ');
  }
}

/** `leaders=30, seed 7`. */
export function nameOf({ setting, seed }: PlannedRun): string {
  return [formatParameters(setting.parameters), `seed ${seed}`]
    .filter((part) => part !== '')
    .join(', ');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}
