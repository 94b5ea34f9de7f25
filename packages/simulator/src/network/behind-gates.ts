/**
 * What an AS remembers of a round of an allocation, if all of its uploads and downloads were kept
 * from freezing by its gates: the border that all flows out of it cross, and that into it. Until a
 * flow of it is fixed, it is enough to compare the gates with the least of their shares.
 */

import { type Direction, INCOMING, OUTGOING } from './border-shares.ts';

export class BehindGates {
  #areAll = false;
  /** For each direction, the least share that was kept from freezing; Infinity if there is none. */
  readonly #leastKbps: [number, number] = [Infinity, Infinity];

  /** A round begins in which all are looked at; or `areAll` is false, and they have changed. */
  restart(areAll: boolean): void {
    this.#areAll = areAll;
    this.#leastKbps.fill(Infinity);
  }

  /** An upload (outgoing) or a download has a share; whether the gate has less. */
  add(direction: Direction, kbps: number, isBehindGate: boolean): void {
    if (!isBehindGate) this.#areAll = false;
    else if (kbps < this.#leastKbps[direction]) this.#leastKbps[direction] = kbps;
  }

  /** Whether all are still kept from freezing, with the present shares of the gates. */
  holds(outOfKbps: number, intoKbps: number): boolean {
    const [out, into] = [this.#leastKbps[OUTGOING], this.#leastKbps[INCOMING]];
    return (
      this.#areAll &&
      (out === Infinity || outOfKbps < out) &&
      (into === Infinity || intoKbps < into)
    );
  }
}
