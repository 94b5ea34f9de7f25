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

import { nthSetBit, Bitfield, popcount, wordsFor } from '../tables/bitfield.ts';
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
let eligible = new Uint32Array(64);
let eligibleWords = new Uint32Array(64);
let eligibleCount = 0;

/** Chooses which piece to ask for next: the rarest first (BEP 3). */
export class PiecePicker {
  readonly #random: Random;
  readonly #requestPriority: RequestPriority;
  readonly #pieceCount: number;
  readonly #tables: PeerTables;
  readonly #row: number;
  /** The free pieces of all, and where ours begin. */
  readonly #requestable: Uint32Array;
  readonly #firstWord: number;
  #storedCount = 0;
  /** The pieces that followers asked for, where we lead. */
  #requestedByFollowers: Bitfield | undefined;

  constructor(
    pieceCount: number,
    random: Random,
    preference: RequestPriority = 'within-rarity',
    { tables, row }: PeerMemory = { tables: new PeerTables(pieceCount, 1, 0), row: 0 },
  ) {
    this.#random = random;
    this.#requestPriority = preference;
    this.#pieceCount = pieceCount;
    this.#tables = tables;
    this.#row = row;
    this.#requestable = tables.requestable;
    this.#firstWord = row * tables.pieceWords;
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
  isRequestable(piece: PieceIndex): boolean {
    return (this.#requestable[this.#firstWord + (piece >>> 5)]! & (1 << (piece & 31))) !== 0;
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
  markRequested(piece: PieceIndex): void {
    this.#requestable[this.#firstWord + (piece >>> 5)]! &= ~(1 << (piece & 31));
  }

  /** `piece` was asked for, but will not come. */
  release(piece: PieceIndex): void {
    this.#requestable[this.#firstWord + (piece >>> 5)]! |= 1 << (piece & 31);
  }

  /** `piece` is stored; returns false where it was before. */
  store(piece: PieceIndex): boolean {
    if (this.isStored(piece)) return false;
    this.markRequested(piece);
    this.#requestedByFollowers?.remove(piece);
    this.#tables.store(this.#row, piece);
    this.#storedCount++;
    return true;
  }

  /** A follower has asked for `piece`, which we lack. */
  markRequestedByFollower(piece: PieceIndex): void {
    this.#requestedByFollowers ??= new Bitfield(this.#pieceCount);
    this.#requestedByFollowers.add(piece);
  }

  /** Whether a free piece is among those in `has`, a row of bits that begins at `start`. */
  hasRequestable(has: Uint32Array, start: number): boolean {
    const words = wordsFor(this.#pieceCount);
    for (let word = 0; word < words; word++) {
      if ((this.#requestable[this.#firstWord + word]! & has[start + word]!) !== 0) return true;
    }
    return false;
  }

  /**
   * The rarest free piece among those in `has`, a row of bits that begins at `start`; NO_PIECE
   * where there is none. A leader prefers what its followers asked for.
   */
  next(has: Uint32Array, start: number): PieceIndex {
    if (!this.#collectEligible(has, start)) return NO_PIECE;
    const wanted = this.#requestedByFollowers;
    if (wanted === undefined || wanted.count === 0) {
      this.#keepRarest();
    } else if (this.#requestPriority === 'absolute') {
      keepThoseIn(wanted.words);
      this.#keepRarest();
    } else {
      this.#keepRarest();
      keepThoseIn(wanted.words);
    }
    return this.#drawEligible();
  }

  /** The same as `next` where `piece` is all that there is. Chance is asked as it is there. */
  onlyChoice(piece: PieceIndex): PieceIndex {
    this.#random.below(1);
    return piece;
  }

  /** All free pieces among those in `has` are candidates; returns whether there are any. */
  #collectEligible(has: Uint32Array, start: number): boolean {
    const words = wordsFor(this.#pieceCount);
    if (eligible.length < words) {
      eligible = new Uint32Array(2 * words);
      eligibleWords = new Uint32Array(2 * words);
    }
    const free = this.#requestable;
    eligibleCount = 0;
    for (let word = 0; word < words; word++) {
      const both = free[this.#firstWord + word]! & has[start + word]!;
      if (both === 0) continue;
      eligible[eligibleCount] = both;
      eligibleWords[eligibleCount++] = word;
    }
    return eligibleCount > 0;
  }

  /** Bit by bit of the count, from the greatest: candidates that have a 0 stay, if any has. */
  #keepRarest(): void {
    const { availability, counterBits, usedCounterBits } = this.#tables;
    const firstLine = this.#tables.availabilityStart(this.#row);
    for (let bit = usedCounterBits[this.#row]! - 1; bit >= 0; bit--) {
      const first = firstLine + bit;
      let any = 0;
      for (let i = 0; i < eligibleCount && any === 0; i++) {
        any = eligible[i]! & ~availability[first + eligibleWords[i]! * counterBits]!;
      }
      if (any === 0) continue;
      let kept = 0;
      for (let i = 0; i < eligibleCount; i++) {
        const place = eligibleWords[i]!;
        const rest = eligible[i]! & ~availability[first + place * counterBits]!;
        if (rest === 0) continue;
        eligible[kept] = rest;
        eligibleWords[kept++] = place;
      }
      eligibleCount = kept;
    }
  }

  /** One of the candidates, each as likely as another. */
  #drawEligible(): PieceIndex {
    let count = 0;
    for (let i = 0; i < eligibleCount; i++) count += popcount(eligible[i]!);
    let nth = this.#random.below(count);
    for (let i = 0; i < eligibleCount; i++) {
      const here = popcount(eligible[i]!);
      if (nth < here) return (32 * eligibleWords[i]! + nthSetBit(eligible[i]!, nth)) as PieceIndex;
      nth -= here;
    }
    assert(false, 'one of the candidates is drawn');
  }
}

/** Candidates that are in `preferred` stay, if any is. */
function keepThoseIn(preferred: Uint32Array): void {
  let any = 0;
  for (let i = 0; i < eligibleCount; i++) any |= eligible[i]! & preferred[eligibleWords[i]!]!;
  if (any === 0) return;
  let kept = 0;
  for (let i = 0; i < eligibleCount; i++) {
    const rest = eligible[i]! & preferred[eligibleWords[i]!]!;
    if (rest === 0) continue;
    eligible[kept] = rest;
    eligibleWords[kept++] = eligibleWords[i]!;
  }
  eligibleCount = kept;
}
