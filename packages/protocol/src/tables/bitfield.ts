/**
 * Sets of pieces as rows of bits: piece n is bit n mod 32 of word n div 32. (The bitfields on the
 * wire use another order of bits; the wire codec converts.)
 */

import type { PieceIndex } from '../ids.ts';

/** The number of words in a row of bits for `pieceCount` pieces. */
export function wordsFor(pieceCount: number): number {
  return (pieceCount + 31) >>> 5;
}

/** The number of set bits of a word (Hacker's Delight, 5-1). */
export function popcount(word: number): number {
  let bits = word - ((word >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  bits = (bits + (bits >>> 4)) & 0x0f0f_0f0f;
  return Math.imul(bits, 0x0101_0101) >>> 24;
}

/** The position of the set bit that has `nth` set bits below it. */
export function nthSetBit(word: number, nth: number): number {
  let rest = word;
  for (let n = 0; n < nth; n++) rest &= rest - 1;
  return 31 - Math.clz32(rest & -rest);
}

/** The pieces that are in either of two rows of bits of the same length. */
export function unionOf(words: Uint32Array, others: Uint32Array): Uint32Array {
  return words.map((word, index) => word | others[index]!);
}

/** Calls `act` for each of the `pieceCount` pieces that is in a set, which is words of bits. */
export function eachPiece(
  words: Uint32Array,
  pieceCount: number,
  act: (piece: PieceIndex) => void,
): void {
  for (let word = 0; word < wordsFor(pieceCount); word++) {
    for (let rest = words[word]!; rest !== 0; rest &= rest - 1) {
      const piece = 32 * word + nthSetBit(rest, 0);
      if (piece < pieceCount) act(piece as PieceIndex);
    }
  }
}

/** A set of pieces. */
export class Bitfield {
  /** The bits; piece 0 is the lowest bit of the first word. */
  readonly words: Uint32Array;
  #count = 0;

  constructor(pieceCount: number) {
    this.words = new Uint32Array(wordsFor(pieceCount));
  }

  /** The number of pieces in the set. */
  get count(): number {
    return this.#count;
  }

  /** Whether `piece` is in the set. */
  has(piece: PieceIndex): boolean {
    return (this.words[piece >>> 5]! & (1 << (piece & 31))) !== 0;
  }

  /** Adds `piece`; returns false if it is in the set already. */
  add(piece: PieceIndex): boolean {
    if (this.has(piece)) return false;
    this.words[piece >>> 5]! |= 1 << (piece & 31);
    this.#count++;
    return true;
  }

  /** Removes `piece`; returns false if it is not in the set. */
  remove(piece: PieceIndex): boolean {
    if (!this.has(piece)) return false;
    this.words[piece >>> 5]! &= ~(1 << (piece & 31));
    this.#count--;
    return true;
  }
}
