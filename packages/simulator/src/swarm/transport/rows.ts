/**
 * The rows that the peers of an AS have in its tables. A peer has a row while it is in the swarm;
 * then another one gets it, so that memory is needed for those who are there. Messages name a peer
 * by its index in the AS, which no other peer ever has: what arrives for one who has left is
 * recognized, and dropped.
 */

import { assert } from '@cachetorrent/std';

/** The row of a peer that is not in the swarm. */
export const NO_ROW = -1;

export class Rows {
  /** For each peer that ever comes, by its index in the AS, its row. */
  readonly #rowOf: Int32Array;
  /** For each row, the peer that has it. */
  readonly #peerOf: number[] = [];
  readonly #unused: number[] = [];

  /** For the `peerCount` peers that ever come to the AS. */
  constructor(peerCount: number) {
    this.#rowOf = new Int32Array(peerCount).fill(NO_ROW);
  }

  /** One more than the greatest row in use so far. */
  get count(): number {
    return this.#peerOf.length;
  }

  /** The row of a peer; NO_ROW if it is not in the swarm. */
  of(localPeer: number): number {
    return this.#rowOf[localPeer]!;
  }

  /** The peer that has a row. */
  peerOf(row: number): number {
    return this.#peerOf[row]!;
  }

  /** A peer comes to the swarm: returns its row. */
  take(localPeer: number): number {
    assert(this.#rowOf[localPeer] === NO_ROW, 'a peer has one row');
    const row = this.#unused.pop() ?? this.#peerOf.length;
    this.#rowOf[localPeer] = row;
    this.#peerOf[row] = localPeer;
    return row;
  }

  /** A peer has left the swarm. */
  release(localPeer: number): void {
    const row = this.of(localPeer);
    this.#rowOf[localPeer] = NO_ROW;
    this.#unused.push(row);
  }
}
