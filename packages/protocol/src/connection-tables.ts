/**
 * What messages change most on connections, in two tables that all peers of one host share: a
 * byte of flags for each connection, and a row of bits for the pieces its other side has told of.
 *
 *     flags   │ peer 0: c0 c1 c2 . │ peer 1: c0 c1 │ peer 2: c0 …
 *     has     │ peer 0: row row row . │ peer 1: row row │ …
 *
 * A peer has a block of connections in them. One that outgrows its block moves to a larger one at
 * the end. So a thousand peers have two arrays between them, and not two each.
 */

import { wordsFor } from './bitfield.ts';

export class ConnectionTables {
  /** Replaced when the tables grow: do not keep them over calls that may open a connection. */
  flags: Uint8Array;
  has: Uint32Array;
  /** Words of a row of `has`. */
  readonly rowWords: number;
  #used = 0;

  /** Tables for peers of so many pieces, with room for `capacity` connections at first. */
  constructor(pieceCount: number, capacity: number) {
    this.rowWords = wordsFor(pieceCount);
    this.flags = new Uint8Array(capacity);
    this.has = new Uint32Array(capacity * this.rowWords);
  }

  /** A block of so many connections, all flags 0 and all rows empty; returns its first number. */
  allocate(connections: number): number {
    const block = this.#used;
    this.#used += connections;
    if (this.#used > this.flags.length) this.#grow(this.#used);
    return block;
  }

  /** A larger block with the contents of a block of `connections`, which is given up. */
  enlarge(block: number, connections: number, larger: number): number {
    const moved = this.allocate(larger);
    this.flags.copyWithin(moved, block, block + connections);
    const { rowWords } = this;
    this.has.copyWithin(moved * rowWords, block * rowWords, (block + connections) * rowWords);
    return moved;
  }

  #grow(needed: number): void {
    const capacity = Math.max(needed, Math.ceil(1.5 * this.flags.length));
    const flags = new Uint8Array(capacity);
    const has = new Uint32Array(capacity * this.rowWords);
    flags.set(this.flags);
    has.set(this.has);
    this.flags = flags;
    this.has = has;
  }
}
