/** Bytes that may be sent per second: a bucket that fills at that rate, and is soon full. */

const BURST_S = 0.25;
const BURST_BYTES_MIN = 2 ** 15;

export class Allowance {
  readonly #bytesPerS: number;
  readonly #most: number;
  #bytes: number;
  #filledMs: number;

  /** Infinity for no limit. */
  constructor(bytesPerS: number, nowMs: number) {
    this.#bytesPerS = bytesPerS;
    this.#most = Math.max(BURST_BYTES_MIN, bytesPerS * BURST_S);
    this.#bytes = this.#most;
    this.#filledMs = nowMs;
  }

  /** Takes `bytes` where there are any left at all; what is taken too much is owed. */
  take(bytes: number, nowMs: number): boolean {
    if (this.#bytesPerS === Infinity) return true;
    const filled = this.#bytes + ((nowMs - this.#filledMs) / 1_000) * this.#bytesPerS;
    this.#bytes = Math.min(this.#most, filled);
    this.#filledMs = nowMs;
    if (this.#bytes <= 0) return false;
    this.#bytes -= bytes;
    return true;
  }
}
