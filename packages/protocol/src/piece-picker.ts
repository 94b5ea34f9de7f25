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

import { bitAt, Bitfield, countBits, wordsFor } from './bitfield.ts';
import { NO_PIECE, type PieceIndex } from './ids.ts';
import { COUNT, FREE, LINE_WORDS, type PeerMemory, PeerTables, STORED } from './peer-tables.ts';

/** How a leader treats the pieces that its followers asked for. */
export type Preference =
  /** Of equally rare pieces, a wanted one goes first. */
  | 'within-rarity'
  /** A wanted piece goes first, however common it is. */
  | 'absolute';

/** The pieces that a search has left, word by word: it lasts one call, so all pickers share it. */
let candidates = new Uint32Array(64);

export class PiecePicker {
  readonly #random: Random;
  readonly #preference: Preference;
  readonly #pieceCount: number;
  readonly #tables: PeerTables;
  readonly #row: number;
  /** The lines of all, and where ours begin. */
  readonly #words: Uint32Array;
  readonly #start: number;
  #storedCount = 0;
  /** The pieces that followers asked for, where we lead. */
  #wanted: Bitfield | undefined;

  constructor(
    pieceCount: number,
    random: Random,
    preference: Preference = 'within-rarity',
    { tables, row }: PeerMemory = { tables: new PeerTables(pieceCount, 1, 0), row: 0 },
  ) {
    this.#random = random;
    this.#preference = preference;
    this.#pieceCount = pieceCount;
    this.#tables = tables;
    this.#row = row;
    this.#words = tables.lines;
    this.#start = row * tables.rowWords;
    for (let piece = 0 as PieceIndex; piece < pieceCount; piece++) this.release(piece);
  }

  get storedCount(): number {
    return this.#storedCount;
  }

  isStored(piece: PieceIndex): boolean {
    return (this.#words[this.#lineOf(piece) + STORED]! & (1 << (piece & 31))) !== 0;
  }

  /** Whether `piece` is neither asked for nor stored. */
  isFree(piece: PieceIndex): boolean {
    return (this.#words[this.#lineOf(piece) + FREE]! & (1 << (piece & 31))) !== 0;
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
    this.#words[this.#lineOf(piece) + FREE]! &= ~(1 << (piece & 31));
  }

  /** `piece` was asked for, but will not come. */
  release(piece: PieceIndex): void {
    this.#words[this.#lineOf(piece) + FREE]! |= 1 << (piece & 31);
  }

  /** `piece` is stored; returns false where it was before. */
  store(piece: PieceIndex): boolean {
    if (this.isStored(piece)) return false;
    this.take(piece);
    this.#wanted?.remove(piece);
    this.#words[this.#lineOf(piece) + STORED]! |= 1 << (piece & 31);
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
    const rows = wordsFor(this.#pieceCount);
    let line = this.#start + FREE;
    for (let word = 0; word < rows; word++, line += LINE_WORDS) {
      if ((this.#words[line]! & has[start + word]!) !== 0) return true;
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

  #lineOf(piece: PieceIndex): number {
    return this.#start + (piece >>> 5) * LINE_WORDS;
  }

  /** All free pieces among those in `has` are candidates; returns whether there are any. */
  #gather(has: Uint32Array, start: number): boolean {
    const rows = wordsFor(this.#pieceCount);
    if (candidates.length < rows) candidates = new Uint32Array(2 * rows);
    const words = this.#words;
    let any = 0;
    let line = this.#start + FREE;
    for (let word = 0; word < rows; word++, line += LINE_WORDS) {
      const free = words[line]! & has[start + word]!;
      candidates[word] = free;
      any |= free;
    }
    return any !== 0;
  }

  /** Bit by bit of the count, from the greatest: candidates that have a 0 stay, if any has. */
  #keepRarest(): void {
    const words = this.#words;
    const rows = wordsFor(this.#pieceCount);
    for (let bit = this.#tables.countBits[this.#row]! - 1; bit >= 0; bit--) {
      let any = 0;
      let line = this.#start + COUNT + bit;
      for (let word = 0; word < rows && any === 0; word++, line += LINE_WORDS) {
        any = candidates[word]! & ~words[line]!;
      }
      if (any === 0) continue;
      line = this.#start + COUNT + bit;
      for (let word = 0; word < rows; word++, line += LINE_WORDS) {
        candidates[word]! &= ~words[line]!;
      }
    }
  }

  /** One of the candidates, each as likely as another. */
  #drawOne(): PieceIndex {
    const rows = wordsFor(this.#pieceCount);
    let count = 0;
    for (let word = 0; word < rows; word++) count += countBits(candidates[word]!);
    let nth = this.#random.below(count);
    for (let word = 0; word < rows; word++) {
      const here = countBits(candidates[word]!);
      if (nth < here) return (32 * word + bitAt(candidates[word]!, nth)) as PieceIndex;
      nth -= here;
    }
    assert(false, 'one of the candidates is drawn');
  }
}

/** Candidates that are in `preferred` stay, if any is. */
function keepThoseIn(preferred: Uint32Array): void {
  let any = 0;
  for (let word = 0; word < preferred.length; word++) any |= candidates[word]! & preferred[word]!;
  if (any === 0) return;
  for (let word = 0; word < preferred.length; word++) candidates[word]! &= preferred[word]!;
}
