/**
 * How many pieces each connection has carried in the last 20 seconds.
 *
 * One ring remembers the latest pieces of all connections, the oldest first; a count for each
 * connection is kept beside it. What is too old leaves the ring when a rate is next asked for.
 *
 * The original brings a connection's rate up to date only when a piece arrives on it, so that a
 * dead connection keeps its rank (habit `staleRates`).
 */

import type { Connection } from './ids.ts';

/** The span over which rates are taken, as in the original and in mainline BitTorrent. */
export const RATE_WINDOW_MS = 20_000;

export class RateMeter {
  readonly #stale: boolean;
  #counts: Uint16Array;
  #atMs = new Float64Array(8);
  #connection = new Int32Array(8);
  #first = 0;
  #size = 0;

  constructor(connections: number, stale: boolean) {
    this.#stale = stale;
    this.#counts = new Uint16Array(connections);
  }

  reserve(connections: number): void {
    if (connections <= this.#counts.length) return;
    const counts = new Uint16Array(Math.max(connections, 2 * this.#counts.length));
    counts.set(this.#counts);
    this.#counts = counts;
  }

  /** A piece has been carried on `connection`. */
  add(connection: Connection, nowMs: number): void {
    if (this.#stale) this.#forget(connection, nowMs - RATE_WINDOW_MS);
    if (this.#size === this.#atMs.length) this.#grow();
    const place = (this.#first + this.#size) % this.#atMs.length;
    this.#atMs[place] = nowMs;
    this.#connection[place] = connection;
    this.#size++;
    this.#counts[connection]!++;
  }

  /** Lets go of what is too old by now. Call before `of`. */
  advance(nowMs: number): void {
    if (this.#stale) return;
    while (this.#size > 0 && this.#atMs[this.#first]! <= nowMs - RATE_WINDOW_MS) {
      this.#counts[this.#connection[this.#first]!]!--;
      this.#first = (this.#first + 1) % this.#atMs.length;
      this.#size--;
    }
  }

  /** Pieces carried on `connection` in the window. */
  of(connection: Connection): number {
    return this.#counts[connection]!;
  }

  /** Drops what `connection` carried up to `untilMs`, and closes the gaps. */
  #forget(connection: Connection, untilMs: number): void {
    const length = this.#atMs.length;
    let kept = 0;
    for (let i = 0; i < this.#size; i++) {
      const from = (this.#first + i) % length;
      if (this.#connection[from] === connection && this.#atMs[from]! <= untilMs) {
        this.#counts[connection]!--;
        continue;
      }
      const to = (this.#first + kept) % length;
      this.#atMs[to] = this.#atMs[from]!;
      this.#connection[to] = this.#connection[from]!;
      kept++;
    }
    this.#size = kept;
  }

  #grow(): void {
    const length = this.#atMs.length;
    const atMs = new Float64Array(2 * length);
    const connection = new Int32Array(2 * length);
    for (let i = 0; i < this.#size; i++) {
      atMs[i] = this.#atMs[(this.#first + i) % length]!;
      connection[i] = this.#connection[(this.#first + i) % length]!;
    }
    this.#atMs = atMs;
    this.#connection = connection;
    this.#first = 0;
  }
}
