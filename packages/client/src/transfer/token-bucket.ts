/**
 * Limits the upload rate by a token bucket: it fills at the permitted rate, and holds what
 * arrives in a quarter of a second.
 */

const CAPACITY_S = 0.25;
const CAPACITY_BYTES_MIN = 2 ** 15;

/** A token bucket; one token is one byte. */
export class TokenBucket {
  readonly #bytesPerS: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAtMs: number;

  /** The bucket starts full. `bytesPerS` is Infinity for no limit. */
  constructor(bytesPerS: number, nowMs: number) {
    this.#bytesPerS = bytesPerS;
    this.#capacity = Math.max(CAPACITY_BYTES_MIN, bytesPerS * CAPACITY_S);
    this.#tokens = this.#capacity;
    this.#filledAtMs = nowMs;
  }

  /** The time until the next tokens can be taken, at the last `take`. */
  get waitMs(): number {
    return this.#tokens > 0 ? 0 : (1_000 * (1 - this.#tokens)) / this.#bytesPerS;
  }

  /** Takes `bytes` tokens if any are left; the bucket may go into debt. Returns whether it did. */
  take(bytes: number, nowMs: number): boolean {
    if (this.#bytesPerS === Infinity) return true;
    const filled = this.#tokens + ((nowMs - this.#filledAtMs) / 1_000) * this.#bytesPerS;
    this.#tokens = Math.min(this.#capacity, filled);
    this.#filledAtMs = nowMs;
    if (this.#tokens <= 0) return false;
    this.#tokens -= bytes;
    return true;
  }
}
