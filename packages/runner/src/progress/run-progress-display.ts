/**
 * Shows the progress of a run: on a terminal as a bar that is redrawn in place, elsewhere (a log
 * file, a batch job) as a line every few seconds.
 */

import { expectedTrafficOf, type Progress, type Swarm } from '@cachetorrent/simulator';

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
  readonly #expectedMessages: number;
  readonly #startMs: number;
  #nextLineAtMs: number;
  #isDrawn = false;

  constructor(stream: OutputStream, nowMs: () => number, swarm: Swarm) {
    this.#stream = stream;
    this.#nowMs = nowMs;
    this.#expectedMessages = expectedTrafficOf(swarm).messages;
    this.#startMs = nowMs();
    this.#nextLineAtMs = this.#startMs + LINE_INTERVAL_MS;
  }

  show(progress: Progress): void {
    const nowMs = this.#nowMs();
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
    const share = completedShare(progress, this.#expectedMessages);
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
    const elapsedMs = nowMs - this.#startMs;
    const share = completedShare(progress, this.#expectedMessages);
    const leftMs = remainingMs(elapsedMs, share);
    return [
      // At first there is too little to estimate from.
      ...(leftMs === undefined ? [] : [`${formatDuration(leftMs)} left`]),
      `${progress.peersComplete} of ${progress.peers} peers complete`,
      `${Math.round(progress.simulatedMs / 1000)} s simulated`,
      `${perSecond(progress.messages, elapsedMs)} messages/s`,
    ];
  }
}

function perSecond(count: number, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (count / elapsedMs) * 1000 : 0;
  if (rate >= 1e6) return `${(rate / 1e6).toFixed(1)} M`;
  return rate >= 1e4 ? `${Math.round(rate / 1e3)} k` : `${Math.round(rate)}`;
}

/**
 * The share of a run that is completed, at most 0.99. It is the larger of two estimates: by
 * messages, out of those expected, and by complete peers. Nearly all peers complete at the end of
 * a run, so for most of the time messages are the better measure.
 */
export function completedShare(progress: Progress, expectedMessages: number): number {
  const byMessages = progress.messages / expectedMessages;
  const byPeers = progress.peersComplete / progress.peers;
  return Math.min(0.99, Math.max(byMessages, byPeers));
}

/** The estimated remaining time of a run; undefined below a share of 2 %. */
export function remainingMs(elapsedMs: number, share: number): number | undefined {
  if (share < 0.02) return undefined;
  return (elapsedMs * (1 - share)) / share;
}
