/**
 * The trust in the data of a peer, after libtorrent's trust points: one point for each of its
 * pieces that passes the hash check, minus two for each that fails; too few points are bad.
 */

const MAX_POINTS = 8;
const BAD_POINTS = -7;
const FAILURE_COST = 2;

/** Counts the pieces of a peer that passed and failed the hash check. */
export class PieceTrust {
  #points = 0;

  /** Whether so many pieces have failed that the connection should be closed. */
  get isBad(): boolean {
    return this.#points <= BAD_POINTS;
  }

  /** Whether more pieces have failed than passed, by their weight. */
  get isDoubtful(): boolean {
    return this.#points < 0;
  }

  /** The points: the more, the better. */
  get points(): number {
    return this.#points;
  }

  /** Records that a piece to which the peer contributed has passed the hash check. */
  recordPass(): void {
    this.#points = Math.min(MAX_POINTS, this.#points + 1);
  }

  /** Records that a piece from the peer has failed the hash check. */
  recordFailure(): void {
    this.#points -= FAILURE_COST;
  }
}
