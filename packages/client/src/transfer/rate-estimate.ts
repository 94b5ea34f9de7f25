/** Estimates the download rate of a connection, from which our peer derives how much to request. */

/** The weight of a new sample against the estimate so far. */
const SAMPLE_WEIGHT = 0.5;

/** An exponentially weighted average of the download rate of a connection. */
export class RateEstimate {
  /** The rate, in kbit/s. */
  kbps = 0;
  #sampledBytes = 0;
  #sampledAtMs: number;

  constructor(nowMs: number) {
    this.#sampledAtMs = nowMs;
  }

  /** Adds a sample: all bytes received so far. Call it about twice a second. */
  sample(receivedBytes: number, nowMs: number): void {
    const elapsedMs = nowMs - this.#sampledAtMs;
    if (elapsedMs <= 0) return;
    const kbps = (8 * (receivedBytes - this.#sampledBytes)) / elapsedMs;
    this.kbps = this.kbps === 0 ? kbps : this.kbps + SAMPLE_WEIGHT * (kbps - this.kbps);
    this.#sampledBytes = receivedBytes;
    this.#sampledAtMs = nowMs;
  }
}
