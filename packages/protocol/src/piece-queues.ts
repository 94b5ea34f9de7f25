/**
 * A queue of pieces for each connection: what has been asked for, or what waits to be sent.
 *
 * The queues are linked lists in one pool of cells, so that a peer of many connections, of which
 * few are busy, pays for what is queued and not for what could be:
 *
 *     head[c] ──▶ cell 4 (piece 17) ──▶ cell 0 (piece 3) ──▶ NONE      tail[c] = 0
 *
 * Cells that nothing uses form a list of their own.
 */

import { type Connection, NO_PIECE, type PieceIndex } from './ids.ts';

const NONE = -1;

export class PieceQueues {
  #head: Int32Array;
  #tail: Int32Array;
  #length: Uint16Array;
  #piece = new Int32Array(8);
  #next = chain(0, 8);
  #unused = 0;

  constructor(connections: number) {
    this.#head = new Int32Array(connections).fill(NONE);
    this.#tail = new Int32Array(connections).fill(NONE);
    this.#length = new Uint16Array(connections);
  }

  /** Makes room for `connections` queues; new ones are empty. */
  reserve(connections: number): void {
    const before = this.#head.length;
    if (connections <= before) return;
    const size = Math.max(connections, 2 * before);
    const head = new Int32Array(size).fill(NONE);
    const tail = new Int32Array(size).fill(NONE);
    const length = new Uint16Array(size);
    head.set(this.#head);
    tail.set(this.#tail);
    length.set(this.#length);
    this.#head = head;
    this.#tail = tail;
    this.#length = length;
  }

  lengthOf(connection: Connection): number {
    return this.#length[connection]!;
  }

  /** The piece that came first; NO_PIECE where the queue is empty. */
  first(connection: Connection): PieceIndex {
    const cell = this.#head[connection]!;
    return (cell === NONE ? NO_PIECE : this.#piece[cell]!) as PieceIndex;
  }

  has(connection: Connection, piece: PieceIndex): boolean {
    for (let cell = this.#head[connection]!; cell !== NONE; cell = this.#next[cell]!) {
      if (this.#piece[cell] === piece) return true;
    }
    return false;
  }

  push(connection: Connection, piece: PieceIndex): void {
    if (this.#unused === NONE) this.#growPool();
    const cell = this.#unused;
    this.#unused = this.#next[cell]!;
    this.#piece[cell] = piece;
    this.#next[cell] = NONE;
    if (this.#head[connection] === NONE) this.#head[connection] = cell;
    else this.#next[this.#tail[connection]!] = cell;
    this.#tail[connection] = cell;
    this.#length[connection]!++;
  }

  /** Takes out the piece that came first; NO_PIECE where the queue is empty. */
  shift(connection: Connection): PieceIndex {
    const piece = this.first(connection);
    if (piece !== NO_PIECE) this.#unlink(connection, NONE, this.#head[connection]!);
    return piece;
  }

  /** Takes out the first occurrence of `piece`; returns false where it is not queued. */
  remove(connection: Connection, piece: PieceIndex): boolean {
    let before = NONE;
    for (let cell = this.#head[connection]!; cell !== NONE; cell = this.#next[cell]!) {
      if (this.#piece[cell] === piece) {
        this.#unlink(connection, before, cell);
        return true;
      }
      before = cell;
    }
    return false;
  }

  #unlink(connection: Connection, before: number, cell: number): void {
    const after = this.#next[cell]!;
    if (before === NONE) this.#head[connection] = after;
    else this.#next[before] = after;
    if (after === NONE) this.#tail[connection] = before;
    this.#length[connection]!--;
    this.#next[cell] = this.#unused;
    this.#unused = cell;
  }

  #growPool(): void {
    const before = this.#piece.length;
    const piece = new Int32Array(2 * before);
    const next = chain(before, 2 * before);
    piece.set(this.#piece);
    next.set(this.#next.subarray(0, before));
    this.#piece = piece;
    this.#next = next;
    this.#unused = before;
  }
}

/** Cells from `first` on, each leading to the next; the last to none. */
function chain(first: number, size: number): Int32Array {
  const next = new Int32Array(size).fill(NONE);
  for (let cell = first; cell + 1 < size; cell++) next[cell] = cell + 1;
  return next;
}
