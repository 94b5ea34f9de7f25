/**
 * Shows how far a run is: on a terminal as a bar that is drawn over, elsewhere (a log file, a
 * batch job) as a line every few seconds.
 */

import { expectationOf, type Progress, type Swarm } from '@cachetorrent/simulator';

import { completedShare, remainingMs } from './estimate.ts';

/** Where it is shown: `process.stderr`, for instance. */
export interface OutputStream {
  /** Shows text as it is; `\r` returns to the beginning of the line. */
  write(text: string): unknown;
  /** Whether it is a terminal, on which a line can be drawn over. */
  readonly isTTY?: boolean;
  /** How wide it is, in characters; 80 where absent. */
  readonly columns?: number;
}

const BAR_COLUMNS = 16;
/** Time between two lines where there is no terminal. */
const LINE_INTERVAL_MS = 3_000;

export class RunProgressDisplay {
  readonly #stream: OutputStream;
  readonly #nowMs: () => number;
  readonly #expectedMessages: number;
  readonly #startMs: number;
  #nextLineAtMs: number;
  #isDrawn = false;

  constructor(screen: OutputStream, nowMs: () => number, swarm: Swarm) {
    this.#stream = screen;
    this.#nowMs = nowMs;
    this.#expectedMessages = expectationOf(swarm).messages;
    this.#startMs = nowMs();
    this.#nextLineAtMs = this.#startMs + LINE_INTERVAL_MS;
  }

  show(progress: Progress): void {
    const nowMs = this.#nowMs();
    if (this.#stream.isTTY === true) {
      this.#draw(progress, nowMs);
    } else if (nowMs >= this.#nextLineAtMs) {
      this.#nextLineAtMs = nowMs + LINE_INTERVAL_MS;
      this.#stream.write(`${this.#statusText(progress, nowMs)}\n`);
    }
  }

  /** Makes room for what is written next. */
  clear(): void {
    if (this.#isDrawn) this.#stream.write('\r\x1b[K');
    this.#isDrawn = false;
  }

  #draw(progress: Progress, nowMs: number): void {
    const share = completedShare(progress, this.#expectedMessages);
    const filled = Math.round(share * BAR_COLUMNS);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_COLUMNS - filled)}`;
    // A line that breaks could not be drawn over.
    const line = `${bar} ${this.#statusText(progress, nowMs)}`.slice(
      0,
      (this.#stream.columns ?? 80) - 1,
    );
    this.#stream.write(`\r${line}\x1b[K`);
    this.#isDrawn = true;
  }

  #statusText(progress: Progress, nowMs: number): string {
    const elapsedMs = nowMs - this.#startMs;
    const share = completedShare(progress, this.#expectedMessages);
    const leftMs = remainingMs(elapsedMs, share);
    const parts = [
      `${progress.peersComplete} of ${progress.peers} peers`,
      `${Math.round(progress.simulatedMs / 1000)} s simulated`,
      `${perSecond(progress.messages, elapsedMs)} messages/s`,
      // At first nobody knows.
      ...(leftMs === undefined ? [] : [`${formatDuration(leftMs)} left`]),
    ];
    return parts.join(', ');
  }
}

function perSecond(count: number, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (count / elapsedMs) * 1000 : 0;
  if (rate >= 1e6) return `${(rate / 1e6).toFixed(1)} M`;
  return rate >= 1e4 ? `${Math.round(rate / 1e3)} k` : `${Math.round(rate)}`;
}

/** For people: 80 s, 12 min, 1.5 h. */
export function formatDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
