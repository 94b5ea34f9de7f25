/**
 * For each connection one piece for which we are interested in it: its other side holds it, and we
 * lack it. Only when we store this piece, the interest may have ended; so what the other sides of
 * all connections hold need not be read for each piece.
 */

import { grown } from '@cachetorrent/std';

import type { PieceIndex } from '../ids.ts';
import { type ConnectionColumn, type ConnectionLayout, moveValues } from './connection-columns.ts';

export class InterestReasons implements ConnectionColumn {
  /** For each connection, the number of the piece and 1; 0 if none is known. */
  #reasons: Int32Array = new Int32Array(0);

  constructor(layout: ConnectionLayout) {
    layout.addColumn(this);
  }

  grow(connections: number): void {
    this.#reasons = grown(this.#reasons, connections);
  }

  move(from: number, to: number, count: number): void {
    moveValues(this.#reasons, from, to, count);
  }

  clear(from: number, count: number): void {
    this.#reasons.fill(0, from, from + count);
  }

  /** The reason at position `at` is `piece`, or unknown if that is NO_PIECE. */
  set(at: number, piece: PieceIndex): void {
    this.#reasons[at] = piece + 1;
  }

  /** The reason at position `at`; NO_PIECE if none is known. */
  of(at: number): PieceIndex {
    return (this.#reasons[at]! - 1) as PieceIndex;
  }

  /**
   * The first position from `at` to `end` where the interest may have ended because we have stored
   * `piece`; `end` if there is none.
   */
  nextEnded(at: number, end: number, piece: PieceIndex): number {
    const reasons = this.#reasons;
    let next = at;
    while (next < end && reasons[next] !== 0 && reasons[next] !== piece + 1) next++;
    return next;
  }
}
