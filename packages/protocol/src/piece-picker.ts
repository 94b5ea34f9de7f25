/**
 * Chooses which piece to ask for next: the rarest first (BEP 3; Legout et al. 2006).
 *
 * A piece's rarity is the number of our neighbours that hold it. The pieces that we lack stand
 * in one row, the rarest first, and pieces of one rarity stand together in a bucket:
 *
 *     order         7 2 | 0 5 9 | 1 3 4 6 8
 *     holders       0 0 | 1 1 1 | 2 2 2 2 2
 *     bucketStart   0     2       5          10
 *
 * When a piece gains a holder it changes places with the last of its bucket, and the border
 * moves one step over it. So counting a holder takes constant time, and nothing is ever sorted.
 * A piece that is stored leaves the row, so that nobody has to step over it again.
 *
 * Ties go by chance: a bucket is searched from a random place on. We do not model endgame mode:
 * a piece that has been asked for is not asked for again.
 */

import { assert, type Random } from '@cachetorrent/std';

import { Bitfield, wordsFor } from './bitfield.ts';
import { NO_PIECE, type PieceIndex } from './ids.ts';

/** How a leader treats the pieces that its followers asked for. */
export type Preference =
  /** Of equally rare pieces, a wanted one goes first. */
  | 'within-rarity'
  /** A wanted piece goes first, however common it is. */
  | 'absolute';

type Row = Uint16Array | Uint32Array;

const HOLDERS_MAX = 65_535;

export class PiecePicker {
  readonly #random: Random;
  readonly #preference: Preference;

  /** The pieces that we lack, rarest first. */
  readonly #order: Row;
  /** For each piece that we lack, its place in `order`. */
  readonly #place: Row;
  /** For each piece, how many neighbours hold it. */
  readonly #holders: Uint16Array;
  /** For each rarity up to `top`, the first place of its bucket; then the end of the row. */
  #bucketStart: Int32Array;
  /** The greatest rarity there is. */
  #top = 0;
  /** One bit for each piece that is neither asked for nor stored. */
  readonly #free: Uint32Array;
  /** The pieces that followers asked for, where we lead. */
  #wanted: Bitfield | undefined;

  constructor(pieceCount: number, random: Random, preference: Preference = 'within-rarity') {
    this.#random = random;
    this.#preference = preference;
    const Row = pieceCount <= 65_536 ? Uint16Array : Uint32Array;
    this.#order = new Row(pieceCount);
    this.#place = new Row(pieceCount);
    for (let piece = 0; piece < pieceCount; piece++) {
      this.#order[piece] = piece;
      this.#place[piece] = piece;
    }
    this.#holders = new Uint16Array(pieceCount);
    this.#bucketStart = new Int32Array(32);
    this.#bucketStart[1] = pieceCount;
    this.#free = new Uint32Array(wordsFor(pieceCount)).fill(0xffff_ffff);
    const spare = pieceCount & 31;
    if (spare !== 0) this.#free[this.#free.length - 1] = 2 ** spare - 1;
  }

  /** Whether `piece` is neither asked for nor stored. */
  isFree(piece: PieceIndex): boolean {
    return (this.#free[piece >>> 5]! & (1 << (piece & 31))) !== 0;
  }

  /** A neighbour has told us that it holds `piece`, which we lack. */
  addHolder(piece: PieceIndex): void {
    const holders = this.#holders[piece]!;
    if (holders === this.#top) this.#raiseTop();

    const bucketLast = this.#bucketStart[holders + 1]! - 1;
    this.#exchange(this.#place[piece]!, bucketLast);
    this.#bucketStart[holders + 1] = bucketLast;
    this.#holders[piece] = holders + 1;
  }

  /** A neighbour that held `piece`, which we lack, has left. */
  removeHolder(piece: PieceIndex): void {
    const holders = this.#holders[piece]!;
    assert(holders > 0, 'only a holder can leave');

    const bucketFirst = this.#bucketStart[holders]!;
    this.#exchange(this.#place[piece]!, bucketFirst);
    this.#bucketStart[holders] = bucketFirst + 1;
    this.#holders[piece] = holders - 1;
  }

  /** `piece` has been asked for. */
  take(piece: PieceIndex): void {
    this.#free[piece >>> 5]! &= ~(1 << (piece & 31));
  }

  /** `piece` was asked for, but will not come. */
  release(piece: PieceIndex): void {
    this.#free[piece >>> 5]! |= 1 << (piece & 31);
  }

  /** `piece` is stored: it leaves the row, and each bucket behind it moves up by one place. */
  store(piece: PieceIndex): void {
    this.take(piece);
    this.#wanted?.remove(piece);
    let hole = this.#place[piece]!;
    for (let rarity = this.#holders[piece]!; rarity <= this.#top; rarity++) {
      const bucketLast = this.#bucketStart[rarity + 1]! - 1;
      this.#bucketStart[rarity + 1] = bucketLast;
      if (bucketLast === hole) continue; // The hole is at its end already; or it is empty.
      const moved = this.#order[bucketLast]!;
      this.#order[hole] = moved;
      this.#place[moved] = hole;
      hole = bucketLast;
    }
  }

  /** A follower has asked for `piece`, which we lack. */
  want(piece: PieceIndex): void {
    this.#wanted ??= new Bitfield(this.#holders.length);
    this.#wanted.add(piece);
  }

  /** Whether a free piece is among those in `has`, a row of bits that begins at `start`. */
  hasFree(has: Uint32Array, start: number): boolean {
    const free = this.#free;
    for (let word = 0; word < free.length; word++) {
      if ((free[word]! & has[start + word]!) !== 0) return true;
    }
    return false;
  }

  /**
   * The rarest free piece among those in `has`, a row of bits that begins at `start`; NO_PIECE
   * where there is none. A leader prefers what its followers asked for.
   */
  next(has: Uint32Array, start: number): PieceIndex {
    if (!this.hasFree(has, start)) return NO_PIECE;
    const wanted = this.#wanted;
    if (wanted === undefined || wanted.count === 0) return this.#rarest(has, start);
    if (this.#preference === 'absolute') {
      const piece = this.#rarestWanted(wanted, has, start, false);
      return piece === NO_PIECE ? this.#rarest(has, start) : piece;
    }
    return this.#rarestWanted(wanted, has, start, true);
  }

  #rarest(has: Uint32Array, start: number): PieceIndex {
    for (let rarity = 0; rarity <= this.#top; rarity++) {
      const first = this.#bucketStart[rarity]!;
      const end = this.#bucketStart[rarity + 1]!;
      if (first === end) continue;
      const middle = first + this.#random.below(end - first);
      const piece = this.#firstFree(middle, end, has, start);
      if (piece !== NO_PIECE) return piece;
      const other = this.#firstFree(first, middle, has, start);
      if (other !== NO_PIECE) return other;
    }
    return NO_PIECE;
  }

  /** Of the rarest, a wanted one; `orElse` any other of that rarity, where none is wanted. */
  #rarestWanted(wanted: Bitfield, has: Uint32Array, start: number, orElse: boolean): PieceIndex {
    for (let rarity = 0; rarity <= this.#top; rarity++) {
      const first = this.#bucketStart[rarity]!;
      const size = this.#bucketStart[rarity + 1]! - first;
      if (size === 0) continue;
      const offset = this.#random.below(size);
      let choice = NO_PIECE;
      for (let step = 0; step < size; step++) {
        const wrapped = offset + step < size ? offset + step : offset + step - size;
        const piece = this.#order[first + wrapped]! as PieceIndex;
        if (!this.#isFreeIn(piece, has, start)) continue;
        if (wanted.has(piece)) return piece;
        if (choice === NO_PIECE) choice = piece;
      }
      if (orElse && choice !== NO_PIECE) return choice;
    }
    return NO_PIECE;
  }

  #firstFree(from: number, to: number, has: Uint32Array, start: number): PieceIndex {
    for (let place = from; place < to; place++) {
      const piece = this.#order[place]! as PieceIndex;
      if (this.#isFreeIn(piece, has, start)) return piece;
    }
    return NO_PIECE;
  }

  #isFreeIn(piece: PieceIndex, has: Uint32Array, start: number): boolean {
    const word = piece >>> 5;
    return (this.#free[word]! & has[start + word]! & (1 << (piece & 31))) !== 0;
  }

  /** Opens a bucket above all others, empty at first. */
  #raiseTop(): void {
    assert(this.#top < HOLDERS_MAX, 'a piece has fewer than 65,536 holders');
    this.#top++;
    if (this.#top + 1 === this.#bucketStart.length) {
      const grown = new Int32Array(2 * this.#bucketStart.length);
      grown.set(this.#bucketStart);
      this.#bucketStart = grown;
    }
    this.#bucketStart[this.#top + 1] = this.#bucketStart[this.#top]!;
  }

  #exchange(placeA: number, placeB: number): void {
    const pieceA = this.#order[placeA]!;
    const pieceB = this.#order[placeB]!;
    this.#order[placeA] = pieceB;
    this.#order[placeB] = pieceA;
    this.#place[pieceA] = placeB;
    this.#place[pieceB] = placeA;
  }
}
