/**
 * How far a peer's data is trusted, after libtorrent: one point for each piece of its that is
 * good, two off for each that fails its hash; at the bottom it is bad and is left.
 */

const MOST = 8;
const BAD = -7;
const FAILURE_COSTS = 2;

/** Counts a peer's pieces that passed their hash, and those that failed. */
export class PieceTrust {
  #points = 0;

  /** Whether so many have failed that it is to be left. */
  get isBad(): boolean {
    return this.#points <= BAD;
  }

  /** A piece to which it gave has passed its hash. */
  passed(): void {
    this.#points = Math.min(MOST, this.#points + 1);
  }

  /** A piece that it gave has failed. */
  failed(): void {
    this.#points -= FAILURE_COSTS;
  }
}
