/**
 * Requests that are open in one direction: which bytes of which piece.
 *
 * A few hundred at most, and mostly answered in the order in which they were made, so a row of
 * numbers that is searched from its beginning does. Whoever leaves is replaced by the last.
 *
 * A cancelled request may be answered all the same. It stays, marked, until it is, or until its
 * place is needed.
 */

import { assert } from '@cachetorrent/std';

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

  /** How many are open, the cancelled ones left out. */
  get openCount(): number {
    return this.#count - this.#cancelledCount;
  }

  /** How many there are: places run from 0 to this. */
  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.openCount === this.#pieces.length;
  }

  /** There must be room: `isFull` tells. */
  add(piece: number, begin: number, length: number): void {
    if (this.#count === this.#pieces.length) this.#forgetCancelled();
    const place = this.#count++;
    this.#pieces[place] = piece;
    this.#begins[place] = begin;
    this.#lengths[place] = length;
    this.#cancelled[place] = 0;
  }

  /** The place of the request that begins there; NOT_FOUND where there is none. */
  find(piece: number, begin: number): number {
    for (let place = 0; place < this.#count; place++) {
      if (this.#begins[place] === begin && this.#pieces[place] === piece) return place;
    }
    return NOT_FOUND;
  }

  /** The same with that length. */
  findExactly(piece: number, begin: number, length: number): number {
    for (let place = 0; place < this.#count; place++) {
      if (
        this.#begins[place] === begin &&
        this.#pieces[place] === piece &&
        this.#lengths[place] === length
      )
        return place;
    }
    return NOT_FOUND;
  }

  pieceAt(place: number): number {
    return this.#pieces[place]!;
  }
  beginAt(place: number): number {
    return this.#begins[place]!;
  }
  lengthAt(place: number): number {
    return this.#lengths[place]!;
  }
  isCancelled(place: number): boolean {
    return this.#cancelled[place] === 1;
  }

  /** Asks again for what was cancelled. */
  revive(place: number): void {
    this.#cancelledCount -= this.#cancelled[place]!;
    this.#cancelled[place] = 0;
  }

  cancel(place: number): void {
    if (this.#cancelled[place] === 1) return;
    this.#cancelled[place] = 1;
    this.#cancelledCount++;
  }

  cancelAll(): void {
    this.#cancelled.fill(1, 0, this.#count);
    this.#cancelledCount = this.#count;
  }

  remove(place: number): void {
    this.#cancelledCount -= this.#cancelled[place]!;
    const last = --this.#count;
    this.#pieces[place] = this.#pieces[last]!;
    this.#begins[place] = this.#begins[last]!;
    this.#lengths[place] = this.#lengths[last]!;
    this.#cancelled[place] = this.#cancelled[last]!;
  }

  #forgetCancelled(): void {
    const place = this.#cancelled.indexOf(1);
    assert(place !== NOT_FOUND && place < this.#count, 'no more requests are open than may be');
    this.remove(place);
  }
}
