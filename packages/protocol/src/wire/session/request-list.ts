/**
 * The outstanding requests in one direction: which bytes of which piece.
 *
 * There are a few hundred at most, and most are answered in the order in which they were sent, so
 * arrays that are searched from the start suffice. The last request replaces a removed one.
 *
 * A cancelled request may be answered nevertheless. It remains in the list, marked as cancelled,
 * until it is answered or its slot is needed.
 */

import { assert } from '@cachetorrent/std';

/** The index of a request that is not in the list. */
export const NOT_FOUND = -1;

export class RequestList {
  readonly #pieces: Uint32Array;
  readonly #begins: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #cancelled: Uint8Array;
  #count = 0;
  #cancelledCount = 0;

  constructor(capacity: number) {
    this.#pieces = new Uint32Array(capacity);
    this.#begins = new Uint32Array(capacity);
    this.#lengths = new Uint32Array(capacity);
    this.#cancelled = new Uint8Array(capacity);
  }

  /** The number of outstanding requests, without the cancelled ones. */
  get outstandingCount(): number {
    return this.#count - this.#cancelledCount;
  }

  /** The number of requests, cancelled ones included: indices are less than this. */
  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.outstandingCount === this.#pieces.length;
  }

  /** Adds a request. The list must not be full. */
  add(piece: number, begin: number, length: number): void {
    if (this.#count === this.#pieces.length) this.#removeCancelled();
    const index = this.#count++;
    this.#pieces[index] = piece;
    this.#begins[index] = begin;
    this.#lengths[index] = length;
    this.#cancelled[index] = 0;
  }

  /** Returns the index of the request that begins at this byte; NOT_FOUND if there is none. */
  find(piece: number, begin: number): number {
    for (let index = 0; index < this.#count; index++) {
      if (this.#begins[index] === begin && this.#pieces[index] === piece) return index;
    }
    return NOT_FOUND;
  }

  /** Returns the index of the request for exactly these bytes; NOT_FOUND if there is none. */
  findExactly(piece: number, begin: number, length: number): number {
    for (let index = 0; index < this.#count; index++) {
      if (
        this.#begins[index] === begin &&
        this.#pieces[index] === piece &&
        this.#lengths[index] === length
      )
        return index;
    }
    return NOT_FOUND;
  }

  pieceAt(index: number): number {
    return this.#pieces[index]!;
  }
  beginAt(index: number): number {
    return this.#begins[index]!;
  }
  lengthAt(index: number): number {
    return this.#lengths[index]!;
  }
  isCancelled(index: number): boolean {
    return this.#cancelled[index] === 1;
  }

  /** Makes a cancelled request outstanding again. */
  reactivate(index: number): void {
    this.#cancelledCount -= this.#cancelled[index]!;
    this.#cancelled[index] = 0;
  }

  cancel(index: number): void {
    if (this.#cancelled[index] === 1) return;
    this.#cancelled[index] = 1;
    this.#cancelledCount++;
  }

  cancelAll(): void {
    this.#cancelled.fill(1, 0, this.#count);
    this.#cancelledCount = this.#count;
  }

  remove(index: number): void {
    this.#cancelledCount -= this.#cancelled[index]!;
    const last = --this.#count;
    this.#pieces[index] = this.#pieces[last]!;
    this.#begins[index] = this.#begins[last]!;
    this.#lengths[index] = this.#lengths[last]!;
    this.#cancelled[index] = this.#cancelled[last]!;
  }

  #removeCancelled(): void {
    const index = this.#cancelled.indexOf(1);
    assert(
      index !== NOT_FOUND && index < this.#count,
      'no more requests are outstanding than the list has slots',
    );
    this.remove(index);
  }
}
