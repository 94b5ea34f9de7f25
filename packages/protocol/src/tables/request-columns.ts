/**
 * What a peer knows of its requests on each connection, if pieces are moved as blocks: the adjacent
 * pieces that a fast connection gets next (`piece-choice.ts`), and the oldest request that is
 * unanswered (`unanswered.ts`).
 */

import {
  type ConnectionColumn,
  type ConnectionLayout,
  grown,
  moveValues,
} from './connection-columns.ts';

export class RequestColumns implements ConnectionColumn {
  /** The next of the adjacent pieces. */
  nextPiece: Int32Array = new Int32Array(0);
  /** The piece after the last of them: the same as the next if none is left. */
  endPiece: Int32Array = new Int32Array(0);
  /** The first block of the oldest request and 1; 0 if it is not known. */
  oldestBlock: Int32Array = new Int32Array(0);
  /** Since when it is known to be the oldest, in ms. */
  oldestSinceMs: Float64Array = new Float64Array(0);
  /** 1 if a later request has been answered. */
  isOvertaken: Uint8Array = new Uint8Array(0);

  constructor(layout: ConnectionLayout) {
    layout.addColumn(this);
  }

  grow(connections: number): void {
    this.nextPiece = grown(this.nextPiece, new Int32Array(connections));
    this.endPiece = grown(this.endPiece, new Int32Array(connections));
    this.oldestBlock = grown(this.oldestBlock, new Int32Array(connections));
    this.oldestSinceMs = grown(this.oldestSinceMs, new Float64Array(connections));
    this.isOvertaken = grown(this.isOvertaken, new Uint8Array(connections));
  }

  move(from: number, to: number, count: number): void {
    for (const column of this.#columns()) moveValues(column, from, to, count);
  }

  clear(from: number, count: number): void {
    for (const column of this.#columns()) column.fill(0, from, from + count);
  }

  #columns(): (Int32Array | Float64Array | Uint8Array)[] {
    const { nextPiece, endPiece, oldestBlock, oldestSinceMs, isOvertaken } = this;
    return [nextPiece, endPiece, oldestBlock, oldestSinceMs, isOvertaken];
  }
}
