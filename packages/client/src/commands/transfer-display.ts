/**
 * Shows the progress of a transfer: on a terminal as a bar that is redrawn, elsewhere as a line
 * every few seconds.
 */

import type { ClientStatus } from '../client/status.ts';
import type { CommandEnvironment } from './environment.ts';

const BAR_COLUMNS = { min: 5, max: 20 } as const;
const LINE_INTERVAL_MS = 3_000;
/** The time over which the rates are averaged. */
const RATE_WINDOW_MS = 5_000;

interface Sample {
  readonly atMs: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** Shows the progress of a transfer. */
export class TransferDisplay {
  readonly #screen: CommandEnvironment['stderr'];
  readonly #samples: Sample[] = [];
  #nextLineMs = 0;
  #isWorking = false;
  #isDrawn = false;

  constructor(screen: CommandEnvironment['stderr']) {
    this.#screen = screen;
  }

  /** Shows the status at `nowMs`. */
  show(status: ClientStatus, nowMs: number): void {
    const { receivedBytes, sentBytes } = status;
    this.#samples.push({ atMs: nowMs, receivedBytes, sentBytes });
    while (this.#samples[0]!.atMs < nowMs - RATE_WINDOW_MS) this.#samples.shift();
    if (this.#screen.isTTY === true) {
      this.#draw(status.pieces / status.pieceCount, this.#describe(status));
    } else if (nowMs >= this.#nextLineMs) {
      this.#nextLineMs = nowMs + LINE_INTERVAL_MS;
      this.#screen.write(`${this.#describe(status)}\n`);
    }
  }

  /** Shows the progress of work on the files before the transfer, such as "checked". */
  showWork(share: number, work: string, nowMs: number): void {
    const text = `${Math.floor(100 * share)} % of the files ${work}`;
    if (this.#screen.isTTY === true) {
      this.#draw(share, text);
    } else if (!this.#isWorking) {
      // Work that takes less than an interval is not worth a line.
      this.#isWorking = true;
      this.#nextLineMs = nowMs + LINE_INTERVAL_MS;
    } else if (nowMs >= this.#nextLineMs) {
      this.#nextLineMs = nowMs + LINE_INTERVAL_MS;
      this.#screen.write(`${text}\n`);
    }
  }

  /** Prints a sentence, above the bar. */
  print(sentence: string): void {
    this.clear();
    this.#screen.write(`${sentence}\n`);
  }

  /** Removes the bar, so that other output can follow. */
  clear(): void {
    if (this.#isDrawn) this.#screen.write('\r\x1b[K');
    this.#isDrawn = false;
  }

  /** Fits the bar beside the text: a line that wraps cannot be redrawn. */
  #draw(share: number, text: string): void {
    const columns = (this.#screen.columns ?? 80) - 1;
    const width = Math.min(BAR_COLUMNS.max, columns - text.length - 1);
    const filled = Math.floor(share * width);
    const bar =
      width < BAR_COLUMNS.min ? '' : `${'█'.repeat(filled)}${'░'.repeat(width - filled)} `;
    this.#screen.write(`\r${`${bar}${text}`.slice(0, columns)}\x1b[K`);
    this.#isDrawn = true;
  }

  #describe(status: ClientStatus): string {
    const { pieces, pieceCount, totalBytes, leftBytes, connections, role } = status;
    const [first, last] = [this.#samples[0]!, this.#samples.at(-1)!];
    const seconds = Math.max(0.001, (last.atMs - first.atMs) / 1_000);
    const down = (last.receivedBytes - first.receivedBytes) / seconds;
    const up = (last.sentBytes - first.sentBytes) / seconds;
    const percent = Math.floor((100 * pieces) / pieceCount);
    return [
      `${percent} % of ${formatBytes(totalBytes)}`,
      `↓ ${formatBytes(down)}/s ↑ ${formatBytes(up)}/s`,
      connections === 1 ? '1 peer' : `${connections} peers`,
      ...(role === 'peer' ? [] : [role]),
      ...(leftBytes > 0 && down > 0 ? [`${formatSeconds(leftBytes / down)} left`] : []),
    ].join(', ');
  }
}

function formatSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}

/** Formats a number of bytes in the largest unit in which it is at least 1. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let number = bytes;
  while (number >= 1_000 && unit < units.length - 1) {
    number /= 1_000;
    unit++;
  }
  return `${unit === 0 || number >= 100 ? Math.round(number) : number.toFixed(1)} ${units[unit]}`;
}
