/**
 * Estimates the download rate of a connection, and from it the backlog: what arrives in two
 * seconds. A backlog that is too large delays the last pieces on a slow connection, as no piece is
 * requested from two peers. One that is too small leaves a fast connection idle, and one to a peer
 * that answers in bursts (Transmission: twice a second). While the backlog limits the rate, it
 * doubles with every sample.
 */

const BACKLOG_S = 2;
const BACKLOG_BYTES = { min: 2 ** 18, max: 2 ** 22 } as const;
/** The weight of a new sample against the estimate so far. */
const SAMPLE_WEIGHT = 0.5;

/** An exponentially weighted average of the download rate of a connection. */
export class RateEstimate {
  #bytesPerS = 0;
  #sampledBytes = 0;
  #sampledAtMs: number;

  constructor(nowMs: number) {
    this.#sampledAtMs = nowMs;
  }

  /** Adds a sample: all bytes received so far. Call it about twice a second. */
  sample(receivedBytes: number, nowMs: number): void {
    const seconds = (nowMs - this.#sampledAtMs) / 1_000;
    if (seconds <= 0) return;
    const bytesPerS = (receivedBytes - this.#sampledBytes) / seconds;
    this.#bytesPerS += SAMPLE_WEIGHT * (bytesPerS - this.#bytesPerS);
    this.#sampledBytes = receivedBytes;
    this.#sampledAtMs = nowMs;
  }

  /** Returns the backlog in pieces: at least 2, so that one is requested while another arrives. */
  backlog(pieceBytes: number): number {
    const bytes = Math.max(BACKLOG_BYTES.min, BACKLOG_S * this.#bytesPerS);
    return Math.max(2, Math.ceil(Math.min(BACKLOG_BYTES.max, bytes) / pieceBytes));
  }
}
