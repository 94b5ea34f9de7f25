/**
 * The peers of each AS: one list, ordered by AS, and where the part of each AS begins.
 *
 *     starts   0     3   4        …
 *     peers    1 2 5 3   4 6 7    …
 *     AS       0     1   2        …
 */

/** The peers of all AS. The tracker is not one. */
export class Members {
  readonly #peers: Uint32Array;
  readonly #starts: Uint32Array;

  /** `asOf` has the AS of each node, of which the first is the tracker. */
  constructor(asOf: ArrayLike<number>, systems: number) {
    const starts = new Uint32Array(systems + 1);
    for (let peer = 1; peer < asOf.length; peer++) starts[asOf[peer]! + 1]! += 1;
    for (let as = 0; as < systems; as++) starts[as + 1]! += starts[as]!;
    const next = starts.slice();
    this.#peers = new Uint32Array(Math.max(0, asOf.length - 1));
    for (let peer = 1; peer < asOf.length; peer++) {
      const as = asOf[peer]!;
      this.#peers[next[as]!] = peer;
      next[as]! += 1;
    }
    this.#starts = starts;
  }

  /** The peers of an AS, by their ids. */
  of(as: number): Uint32Array {
    return this.#peers.subarray(this.#starts[as], this.#starts[as + 1]);
  }
}
