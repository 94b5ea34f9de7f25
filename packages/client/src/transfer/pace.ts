/**
 * How much to keep asked for on a connection: what it brings in two seconds. A slow peer that is
 * asked for much keeps the last pieces waiting, since nothing is asked of two; a fast one, or one
 * that answers in pulses (Transmission: twice a second), that is asked for little stands idle.
 * Where what is asked for is the limit, it doubles with every look.
 */

const LOOK_AHEAD_S = 2;
const BYTES = { least: 2 ** 18, most: 2 ** 22 } as const;
/** What one look counts against those before. */
const WEIGHT = 0.5;

export class Pace {
  #bytesPerS = 0;
  #seenBytes = 0;
  #seenMs: number;

  constructor(nowMs: number) {
    this.#seenMs = nowMs;
  }

  /** Looks at the bytes received so far; to be called about twice a second. */
  look(receivedBytes: number, nowMs: number): void {
    const seconds = (nowMs - this.#seenMs) / 1_000;
    if (seconds <= 0) return;
    const bytesPerS = (receivedBytes - this.#seenBytes) / seconds;
    this.#bytesPerS += WEIGHT * (bytesPerS - this.#bytesPerS);
    this.#seenBytes = receivedBytes;
    this.#seenMs = nowMs;
  }

  /** Pieces to keep asked for: two at least, so that one can come while another is begun. */
  backlog(pieceBytes: number): number {
    const wanted = Math.max(BYTES.least, LOOK_AHEAD_S * this.#bytesPerS);
    return Math.max(2, Math.ceil(Math.min(BYTES.most, wanted) / pieceBytes));
  }
}
