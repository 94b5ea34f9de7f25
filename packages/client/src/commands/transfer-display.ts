/**
 * Shows how far a download is: on a terminal as a bar that is drawn over, elsewhere as a line
 * every few seconds.
 */

import type { ClientStatus } from '../status.ts';
import type { CommandEnvironment } from './surroundings.ts';

const BAR_COLUMNS = 20;
/** A shorter bar says nothing. */
const BAR_COLUMNS_LEAST = 5;
const LINE_EVERY_MS = 3_000;
/** The span over which speeds are taken. */
const WINDOW_MS = 5_000;

interface Sample {
  readonly atMs: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

export class TransferDisplay {
  readonly #screen: CommandEnvironment['stderr'];
  readonly #samples: Sample[] = [];
  #lineAtMs = 0;
  #isDrawn = false;

  constructor(screen: CommandEnvironment['stderr']) {
    this.#screen = screen;
  }

  show(status: ClientStatus, nowMs: number): void {
    const { receivedBytes, sentBytes } = status;
    this.#samples.push({ atMs: nowMs, receivedBytes, sentBytes });
    while (this.#samples[0]!.atMs < nowMs - WINDOW_MS) this.#samples.shift();
    if (this.#screen.isTTY === true) {
      this.#draw(status.pieces / status.pieceCount, this.#tell(status));
    } else if (nowMs >= this.#lineAtMs) {
      this.#lineAtMs = nowMs + LINE_EVERY_MS;
      this.#screen.write(`${this.#tell(status)}\n`);
    }
  }

  /** While the disk is looked through for what is there already. */
  showChecked(pieces: number, pieceCount: number): void {
    if (this.#screen.isTTY !== true) return;
    const share = pieces / pieceCount;
    this.#draw(share, `${Math.floor(100 * share)} % of what is there is checked`);
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

  /** The bar has the room that the words leave: a line that breaks cannot be drawn over. */
  #draw(share: number, words: string): void {
    const columns = (this.#screen.columns ?? 80) - 1;
    const room = Math.min(BAR_COLUMNS, columns - words.length - 1);
    const filled = Math.floor(share * room);
    const bar =
      room < BAR_COLUMNS_LEAST ? '' : `${'█'.repeat(filled)}${'░'.repeat(room - filled)} `;
    this.#screen.write(`\r${`${bar}${words}`.slice(0, columns)}\x1b[K`);
    this.#isDrawn = true;
  }

  #tell(status: ClientStatus): string {
    const { pieces, pieceCount, totalBytes, leftBytes, connections, standing } = status;
    const [first, last] = [this.#samples[0]!, this.#samples.at(-1)!];
    const seconds = Math.max(0.001, (last.atMs - first.atMs) / 1_000);
    const down = (last.receivedBytes - first.receivedBytes) / seconds;
    const up = (last.sentBytes - first.sentBytes) / seconds;
    const percent = Math.floor((100 * pieces) / pieceCount);
    return [
      `${percent} % of ${inWords(totalBytes)}`,
      `↓ ${inWords(down)}/s ↑ ${inWords(up)}/s`,
      connections === 1 ? '1 peer' : `${connections} peers`,
      ...(standing === 'peer' ? [] : [standing]),
      ...(leftBytes > 0 && down > 0 ? [`${timeInWords(leftBytes / down)} left`] : []),
    ].join(', ');
  }
}

function timeInWords(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
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
