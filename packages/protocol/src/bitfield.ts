/**
 * Sets of pieces as rows of bits: piece n is bit n mod 32 of word n div 32 of its row.
 *
 * A table of rows keeps one set for each connection of a peer in one typed array. (On the wire
 * the order of bits is another one; the wire's codec converts.)
 */

import type { PieceIndex } from './ids.ts';

/** The words of a row for so many pieces. */
export function wordsFor(pieceCount: number): number {
  return (pieceCount + 31) >>> 5;
}

/** One set of pieces. */
export class Bitfield {
  readonly words: Uint32Array;
  #count = 0;

  constructor(pieceCount: number) {
    this.words = new Uint32Array(wordsFor(pieceCount));
  }

  /** How many pieces are in the set. */
  get count(): number {
    return this.#count;
  }

  has(piece: PieceIndex): boolean {
    return (this.words[piece >>> 5]! & (1 << (piece & 31))) !== 0;
  }

  /** Puts `piece` in; returns false where it was in already. */
  add(piece: PieceIndex): boolean {
    const before = this.words[piece >>> 5]!;
    const after = (before | (1 << (piece & 31))) >>> 0;
    if (after === before) return false;
    this.words[piece >>> 5] = after;
    this.#count++;
    return true;
  }

  /** Takes `piece` out; returns false where it was not in. */
  remove(piece: PieceIndex): boolean {
    if (!this.has(piece)) return false;
    this.words[piece >>> 5]! &= ~(1 << (piece & 31));
    this.#count--;
    return true;
  }
}

/** A growing table of sets of pieces, one row for each connection. */
export class BitRows {
  readonly #rowWords: number;
  #words: Uint32Array;

  constructor(pieceCount: number, rows: number) {
    this.#rowWords = wordsFor(pieceCount);
    this.#words = new Uint32Array(this.#rowWords * rows);
  }

  /** The rows one after another; a row begins at `rowStart(row)`. Replaced when it grows. */
  get words(): Uint32Array {
    return this.#words;
  }

  rowStart(row: number): number {
    return row * this.#rowWords;
  }

  /** Makes room for `rows` rows; new ones are empty. */
  reserve(rows: number): void {
    const needed = rows * this.#rowWords;
    if (needed <= this.#words.length) return;
    const grown = new Uint32Array(Math.max(needed, 2 * this.#words.length));
    grown.set(this.#words);
    this.#words = grown;
  }

  has(row: number, piece: PieceIndex): boolean {
    return (this.#words[row * this.#rowWords + (piece >>> 5)]! & (1 << (piece & 31))) !== 0;
  }

  /** Puts `piece` in; returns false where it was in already. */
  add(row: number, piece: PieceIndex): boolean {
    const index = row * this.#rowWords + (piece >>> 5);
    const before = this.#words[index]!;
    const after = (before | (1 << (piece & 31))) >>> 0;
    if (after === before) return false;
    this.#words[index] = after;
    return true;
  }

  /** Takes `piece` out; returns false where it was not in. */
  remove(row: number, piece: PieceIndex): boolean {
    if (!this.has(row, piece)) return false;
    this.#words[row * this.#rowWords + (piece >>> 5)]! &= ~(1 << (piece & 31));
    return true;
  }

  clearRow(row: number): void {
    this.#words.fill(0, row * this.#rowWords, (row + 1) * this.#rowWords);
  }
}
