/**
 * Shows the progress of a run: on a terminal as a bar that is redrawn in place, elsewhere (a log
 * file, a batch job) as a line every few seconds.
 *
 * The remaining time is estimated from the pieces that have arrived. Before the first one, peers
 * connect to one another, at a pace that says nothing about the rest.
 */

import type { Progress } from '@cachetorrent/simulator';

import { formatDuration } from '../format.ts';

/** A stream for progress and messages, such as `process.stderr`. */
export interface OutputStream {
  /** Writes text; `\r` returns to the beginning of the line. */
  write(text: string): unknown;
  /** Whether the stream is a terminal, on which a line can be redrawn. */
  readonly isTTY?: boolean;
  /** The width of the terminal in characters; 80 if undefined. */
  readonly columns?: number;
}

const BAR_COLUMNS = 8;
/** The time between two lines if the stream is not a terminal. */
const LINE_INTERVAL_MS = 3_000;

export class RunProgressDisplay {
  readonly #stream: OutputStream;
  readonly #nowMs: () => number;
  /** When the phase began, and the share of the pieces that had arrived by then. */
  #phase: Progress['phase'] | undefined;
  #phaseStartMs: number;
  #phaseStartShare = 0;
  readonly #startMs: number;
  #nextLineAtMs: number;
  #isDrawn = false;

  constructor(stream: OutputStream, nowMs: () => number) {
    this.#stream = stream;
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
    this.#phaseStartMs = this.#startMs;
    this.#nextLineAtMs = this.#startMs + LINE_INTERVAL_MS;
  }

  show(progress: Progress): void {
    const nowMs = this.#nowMs();
    if (progress.phase !== this.#phase) {
      this.#phase = progress.phase;
      this.#phaseStartMs = nowMs;
      this.#phaseStartShare = completedShare(progress);
    }
    if (this.#stream.isTTY === true) {
      this.#draw(progress, nowMs);
    } else if (nowMs >= this.#nextLineAtMs) {
      this.#nextLineAtMs = nowMs + LINE_INTERVAL_MS;
      this.#stream.write(`${this.#status(progress, nowMs).join(', ')}\n`);
    }
  }

  /** Removes the bar, so that other text can be written. */
  clear(): void {
    if (this.#isDrawn) this.#stream.write('\r\x1b[K');
    this.#isDrawn = false;
  }

  #draw(progress: Progress, nowMs: number): void {
    const share = completedShare(progress);
    const filled = Math.floor(share * BAR_COLUMNS);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_COLUMNS - filled)}`;
    const columns = this.#stream.columns ?? 80;
    const parts = this.#status(progress, nowMs);
    const line = () => `${bar} ${parts.join(', ')}`;
    // A line that wraps cannot be redrawn.
    while (parts.length > 1 && line().length >= columns) parts.pop();
    this.#stream.write(`\r${line().slice(0, columns - 1)}\x1b[K`);
    this.#isDrawn = true;
  }

  /** What the line says, the most important part first. */
  #status(progress: Progress, nowMs: number): string[] {
    const { phase, simulatedMs, peersComplete, peers, messages } = progress;
    if (phase === 'laying out') return [`laying out the network of ${peers} peers`];
    const rates = [
      `${Math.round(simulatedMs / 1000)} s simulated`,
      `${perSecond(messages, nowMs - this.#startMs)} messages/s`,
    ];
    if (phase === 'connecting') return [`connecting ${peers} peers`, ...rates];

    const elapsedMs = nowMs - this.#phaseStartMs;
    const leftMs = remainingMs(elapsedMs, this.#phaseStartShare, completedShare(progress));
    return [
      // At first there is too little to estimate from.
      ...(leftMs === undefined ? [] : [`${formatDuration(leftMs)} left`]),
      `${peersComplete} of ${peers} peers complete`,
      ...rates,
    ];
  }
}

function perSecond(count: number, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (count / elapsedMs) * 1000 : 0;
  if (rate >= 1e6) return `${(rate / 1e6).toFixed(1)} M`;
  return rate >= 1e4 ? `${Math.round(rate / 1e3)} k` : `${Math.round(rate)}`;
}

/** The share of the pieces that have arrived, at most 0.99. */
export function completedShare({ piecesReceived, pieces }: Progress): number {
  return Math.min(0.99, piecesReceived / pieces);
}

/**
 * The estimated remaining time of a run that has advanced from one share to another in `elapsedMs`;
 * undefined if that is less than 2 %.
 */
export function remainingMs(
  elapsedMs: number,
  fromShare: number,
  share: number,
): number | undefined {
  if (share - fromShare < 0.02) return undefined;
  return (elapsedMs * (1 - share)) / (share - fromShare);
}
