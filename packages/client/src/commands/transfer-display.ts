/**
 * Shows how far a download is: on a terminal as a bar that is drawn over, elsewhere as a line
 * every few seconds.
 */

import type { ClientStatus } from '../status.ts';
import type { Surroundings } from './surroundings.ts';

const BAR_COLUMNS = 20;
const LINE_EVERY_MS = 3_000;
/** The span over which speeds are taken. */
const WINDOW_MS = 5_000;

interface Sample {
  readonly atMs: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

export class TransferDisplay {
  readonly #screen: Surroundings['stderr'];
  readonly #samples: Sample[] = [];
  #lineAtMs = 0;
  #isDrawn = false;

  constructor(screen: Surroundings['stderr']) {
    this.#screen = screen;
  }

  show(status: ClientStatus, nowMs: number): void {
    const { receivedBytes, sentBytes } = status;
    this.#samples.push({ atMs: nowMs, receivedBytes, sentBytes });
    while (this.#samples[0]!.atMs < nowMs - WINDOW_MS) this.#samples.shift();
    if (this.#screen.isTTY === true) {
      const share = status.pieces / status.pieceCount;
      const filled = Math.floor(share * BAR_COLUMNS);
      const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_COLUMNS - filled)}`;
      const line = `${bar} ${this.#tell(status)}`.slice(0, (this.#screen.columns ?? 80) - 1);
      this.#screen.write(`\r${line}\x1b[K`);
      this.#isDrawn = true;
    } else if (nowMs >= this.#lineAtMs) {
      this.#lineAtMs = nowMs + LINE_EVERY_MS;
      this.#screen.write(`${this.#tell(status)}\n`);
    }
  }

  /** A sentence for the user, above the bar. */
  say(sentence: string): void {
    this.clear();
    this.#screen.write(`${sentence}\n`);
  }

  /** Makes room for what is written next. */
  clear(): void {
    if (this.#isDrawn) this.#screen.write('\r\x1b[K');
    this.#isDrawn = false;
  }

  #tell(status: ClientStatus): string {
    const { pieces, pieceCount, totalBytes, leftBytes, connections, standing } = status;
    const [first, last] = [this.#samples[0]!, this.#samples.at(-1)!];
    const seconds = Math.max(0.001, (last.atMs - first.atMs) / 1_000);
    const down = (last.receivedBytes - first.receivedBytes) / seconds;
    const up = (last.sentBytes - first.sentBytes) / seconds;
    const percent = Math.floor((100 * pieces) / pieceCount);
    const role = standing === 'peer' ? '' : `, ${standing}`;
    return (
      `${percent} % of ${inWords(totalBytes)}, ${inWords(leftBytes)} left, ` +
      `↓ ${inWords(down)}/s ↑ ${inWords(up)}/s, ${connections} peers${role}`
    );
  }
}

/** A number of bytes in the largest unit that leaves something before the point. */
export function inWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let number = bytes;
  while (number >= 1_000 && unit < units.length - 1) {
    number /= 1_000;
    unit++;
  }
  return `${unit === 0 || number >= 100 ? Math.round(number) : number.toFixed(1)} ${units[unit]}`;
}
