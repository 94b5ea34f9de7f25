/**
 * What a peer knows of each piece, and which to ask for next: the rarest first (BEP 3; Legout et
 * al. 2006), rarity being the number of neighbours that hold a piece.
 *
 * The counts are kept bit by bit, 32 pieces to a word (`peer-tables.ts`). So the rarest of many
 * pieces are found without looking at any of them: from the most significant bit down, whoever has
 * a 0 stays, if there is anybody who has.
 *
 * Of equally rare pieces each is as likely as another. We do not model endgame mode: a piece that
 * has been asked for is not asked for again.
 */

import { assert, type Random } from '@cachetorrent/std';

import { bitAt, Bitfield, countBits, wordsFor } from '../tables/bitfield.ts';
import { NO_PIECE, type PieceIndex } from '../ids.ts';
import type { PeerMemory } from '../tables/peer-memory.ts';
import { PeerTables } from '../tables/peer-tables.ts';

/** How a leader treats the pieces that its followers asked for. */
export type RequestPriority =
  /** Of equally rare pieces, a wanted one goes first. */
  | 'within-rarity'
  /** A wanted piece goes first, however common it is. */
  | 'absolute';

/**
 * The pieces that a search has left, in words that are not empty, and which words these are. They
 * last one call, so all pickers share them.
 */
let candidates = new Uint32Array(64);
let places = new Uint32Array(64);
let placeCount = 0;

/** Chooses which piece to ask for next: the rarest first (BEP 3). */
export class PiecePicker {
  readonly #random: Random;
  readonly #preference: RequestPriority;
  readonly #pieceCount: number;
  readonly #tables: PeerTables;
  readonly #row: number;
  /** The free pieces of all, and where ours begin. */
  readonly #free: Uint32Array;
  readonly #firstWord: number;
  #storedCount = 0;
  /** The pieces that followers asked for, where we lead. */
  #wanted: Bitfield | undefined;

  constructor(
    pieceCount: number,
    random: Random,
    preference: RequestPriority = 'within-rarity',
    { tables, row }: PeerMemory = { tables: new PeerTables(pieceCount, 1, 0), row: 0 },
  ) {
    this.#random = random;
    this.#preference = preference;
    this.#pieceCount = pieceCount;
    this.#tables = tables;
    this.#row = row;
    this.#free = tables.free;
    this.#firstWord = row * tables.hasWords;
    for (let piece = 0 as PieceIndex; piece < pieceCount; piece++) this.release(piece);
  }

  /** Pieces that are held. */
  get storedCount(): number {
    return this.#storedCount;
  }

  /** Whether `piece` is held. */
  isStored(piece: PieceIndex): boolean {
    return this.#tables.isStored(this.#row, piece);
  }

  /** Whether `piece` is neither asked for nor stored. */
  isFree(piece: PieceIndex): boolean {
    return (this.#free[this.#firstWord + (piece >>> 5)]! & (1 << (piece & 31))) !== 0;
  }

  /** A neighbour has told us that it holds `piece`. */
  addHolder(piece: PieceIndex): void {
    this.#tables.addHolder(this.#row, piece);
  }

  /** A neighbour that held `piece` has left. */
  removeHolder(piece: PieceIndex): void {
    this.#tables.removeHolder(this.#row, piece);
  }

  /** `piece` has been asked for. */
  take(piece: PieceIndex): void {
    this.#free[this.#firstWord + (piece >>> 5)]! &= ~(1 << (piece & 31));
  }

  /** `piece` was asked for, but will not come. */
  release(piece: PieceIndex): void {
    this.#free[this.#firstWord + (piece >>> 5)]! |= 1 << (piece & 31);
  }

  /** `piece` is stored; returns false where it was before. */
  store(piece: PieceIndex): boolean {
    if (this.isStored(piece)) return false;
    this.take(piece);
    this.#wanted?.remove(piece);
    this.#tables.store(this.#row, piece);
    this.#storedCount++;
    return true;
  }

  /** A follower has asked for `piece`, which we lack. */
  want(piece: PieceIndex): void {
    this.#wanted ??= new Bitfield(this.#pieceCount);
    this.#wanted.add(piece);
  }

  /** Whether a free piece is among those in `has`, a row of bits that begins at `start`. */
  hasFree(has: Uint32Array, start: number): boolean {
    const words = wordsFor(this.#pieceCount);
    for (let word = 0; word < words; word++) {
      if ((this.#free[this.#firstWord + word]! & has[start + word]!) !== 0) return true;
    }
    return false;
  }

  /**
   * The rarest free piece among those in `has`, a row of bits that begins at `start`; NO_PIECE
   * where there is none. A leader prefers what its followers asked for.
   */
  next(has: Uint32Array, start: number): PieceIndex {
    if (!this.#gather(has, start)) return NO_PIECE;
    const wanted = this.#wanted;
    if (wanted === undefined || wanted.count === 0) {
      this.#keepRarest();
    } else if (this.#preference === 'absolute') {
      keepThoseIn(wanted.words);
      this.#keepRarest();
    } else {
      this.#keepRarest();
      keepThoseIn(wanted.words);
    }
    return this.#drawOne();
  }

  /** The same as `next` where `piece` is all that there is. Chance is asked as it is there. */
  only(piece: PieceIndex): PieceIndex {
    this.#random.below(1);
    return piece;
  }

  /** All free pieces among those in `has` are candidates; returns whether there are any. */
  #gather(has: Uint32Array, start: number): boolean {
    const words = wordsFor(this.#pieceCount);
    if (candidates.length < words) {
      candidates = new Uint32Array(2 * words);
      places = new Uint32Array(2 * words);
    }
    const free = this.#free;
    placeCount = 0;
    for (let word = 0; word < words; word++) {
      const both = free[this.#firstWord + word]! & has[start + word]!;
      if (both === 0) continue;
      candidates[placeCount] = both;
      places[placeCount++] = word;
    }
    return placeCount > 0;
  }

  /** Bit by bit of the count, from the greatest: candidates that have a 0 stay, if any has. */
  #keepRarest(): void {
    const { lines, lineWords, countBits } = this.#tables;
    const firstLine = this.#tables.lineOf(this.#row);
    for (let bit = countBits[this.#row]! - 1; bit >= 0; bit--) {
      const first = firstLine + bit;
      let any = 0;
      for (let i = 0; i < placeCount && any === 0; i++) {
        any = candidates[i]! & ~lines[first + places[i]! * lineWords]!;
      }
      if (any === 0) continue;
      let kept = 0;
      for (let i = 0; i < placeCount; i++) {
        const place = places[i]!;
        const rest = candidates[i]! & ~lines[first + place * lineWords]!;
        if (rest === 0) continue;
        candidates[kept] = rest;
        places[kept++] = place;
      }
      placeCount = kept;
    }
  }

  /** One of the candidates, each as likely as another. */
  #drawOne(): PieceIndex {
    let count = 0;
    for (let i = 0; i < placeCount; i++) count += countBits(candidates[i]!);
    let nth = this.#random.below(count);
    for (let i = 0; i < placeCount; i++) {
      const here = countBits(candidates[i]!);
      if (nth < here) return (32 * places[i]! + bitAt(candidates[i]!, nth)) as PieceIndex;
      nth -= here;
    }
    assert(false, 'one of the candidates is drawn');
  }
}

/** Candidates that are in `preferred` stay, if any is. */
function keepThoseIn(preferred: Uint32Array): void {
  let any = 0;
  for (let i = 0; i < placeCount; i++) any |= candidates[i]! & preferred[places[i]!]!;
  if (any === 0) return;
  let kept = 0;
  for (let i = 0; i < placeCount; i++) {
    const rest = candidates[i]! & preferred[places[i]!]!;
    if (rest === 0) continue;
    candidates[kept] = rest;
    places[kept++] = places[i]!;
  }
  placeCount = kept;
}
