/**
 * The piece picker: what a peer knows of each piece, and which piece it requests next, the rarest
 * first (BEP 3; Legout et al. 2006). A piece is the rarer, the fewer neighbours hold it.
 *
 * These numbers are kept as bit-sliced counters, 32 pieces to a word (`peer-tables.ts`). The rarest
 * of many pieces are therefore found without reading any counter: from the most significant bit
 * down, pieces whose bit is 0 are kept and all others dropped, if there is a piece whose bit is 0.
 *
 * Equally rare pieces have equal probability. A piece is requestable while one of its blocks is
 * neither requested nor received.
 */

import { assert, type Random, unreachable } from '@cachetorrent/std';

import { Bitfield, nthSetBit, popcount, wordsFor } from '../tables/bitfield.ts';
import {
  type BlockIndex,
  type Connection,
  NO_CONNECTION,
  NO_PIECE,
  type PieceIndex,
} from '../ids.ts';
import type { PeerMemory } from '../tables/connections.ts';
import type { PartialPieces } from '../tables/partial-pieces.ts';
import { PeerTables } from '../tables/peer-tables.ts';

/** How a leader ranks the pieces that its followers have requested. */
export type RequestPriority =
  /** Before other pieces of the same rarity. */
  | 'within-rarity'
  /** Before all other pieces. */
  | 'absolute';

/**
 * The pieces that a search has not excluded yet, as words of bits without empty words, and the
 * index of each word. They are used within one call only, so all pickers share them.
 */
let eligible = new Uint32Array(64);
let wordIndices = new Uint32Array(64);
let wordCount = 0;
/** A set of pieces, as words of bits; used within one call only. */
let marked = new Uint32Array(64);

/** The most blocks of partial pieces, before which these are completed. */
const PARTIAL_BLOCKS_MAX = 2_048;

/** How a client orders the pieces of which blocks are left to request. */
export interface PickOrder {
  /** See `ClientOptions`. */
  readonly partialPieces: 'first' | 'seeds-apart' | 'among-rarest' | 'fewest-missing';
  readonly pieceOrder: 'rarest' | 'random' | 'in-order';
  readonly randomFirstPieces: number;
}

/** Chooses which piece to request next: the rarest first (BEP 3), or as `PickOrder` says. */
export class PiecePicker {
  readonly #random: Random;
  readonly #requestPriority: RequestPriority;
  readonly #pieceCount: number;
  readonly #tables: PeerTables;
  readonly #row: number;
  readonly #firstWord: number;
  /** The pieces that are under way, and how they are ordered; absent if pieces are moved whole. */
  readonly #partial: PartialPieces | undefined;
  readonly #order: PickOrder;
  #storedCount = 0;
  /** The word in which `findLacked` has found a piece last. */
  #lackedWord = 0;
  /** The pieces that followers have requested, if we are a leader. */
  #requestedByFollowers: Bitfield | undefined;

  constructor(
    pieceCount: number,
    random: Random,
    requestPriority: RequestPriority = 'within-rarity',
    { tables, row }: PeerMemory = { tables: new PeerTables(pieceCount, 1, 0), row: 0 },
    partial?: PartialPieces,
    order: PickOrder = { partialPieces: 'first', pieceOrder: 'rarest', randomFirstPieces: 0 },
  ) {
    this.#random = random;
    this.#requestPriority = requestPriority;
    this.#pieceCount = pieceCount;
    this.#tables = tables;
    this.#row = row;
    this.#firstWord = row * tables.pieceWords;
    this.#partial = partial;
    this.#order = order;
    const words = wordsFor(pieceCount);
    const last = this.#firstWord + words - 1;
    for (const pieces of [this.#requestable, this.#lacked]) {
      pieces.fill(0xffff_ffff, this.#firstWord, last);
      pieces[last] = 0xffff_ffff >>> (32 * words - pieceCount);
    }
  }

  /** The requestable pieces of all peers; ours begin at `#firstWord`. */
  get #requestable(): Uint32Array {
    return this.#tables.requestable;
  }

  /** The pieces that peers lack, in the same layout. */
  get #lacked(): Uint32Array {
    return this.#tables.lacked;
  }

  /** Whether all pieces are stored. */
  get isComplete(): boolean {
    return this.#storedCount === this.#pieceCount;
  }

  /** The number of pieces that are stored. */
  get storedCount(): number {
    return this.#storedCount;
  }

  /** Whether `piece` is stored. */
  isStored(piece: PieceIndex): boolean {
    return this.#tables.isStored(this.#row, piece);
  }

  /** Whether `piece` is not stored. For one piece after another this is faster than `isStored`. */
  isLacked(piece: PieceIndex): boolean {
    return (this.#lacked[this.#firstWord + (piece >>> 5)]! & (1 << (piece & 31))) !== 0;
  }

  /** The pieces that are stored, as words of bits. */
  storedPieces(): Uint32Array {
    const words = wordsFor(this.#pieceCount);
    const stored = new Uint32Array(words).fill(0xffff_ffff);
    stored[words - 1]! >>>= 32 * words - this.#pieceCount;
    for (let word = 0; word < words; word++)
      stored[word]! &= ~this.#lacked[this.#firstWord + word]!;
    return stored;
  }

  /** Whether `piece` has a block that is neither requested nor received. */
  isRequestable(piece: PieceIndex): boolean {
    return (this.#requestable[this.#firstWord + (piece >>> 5)]! & (1 << (piece & 31))) !== 0;
  }

  /** One more neighbour holds `piece`. */
  addHolder(piece: PieceIndex): void {
    this.#tables.addHolder(this.#row, piece);
  }

  /** One neighbour fewer holds `piece`. */
  removeHolder(piece: PieceIndex): void {
    this.#tables.removeHolder(this.#row, piece);
  }

  /** A neighbour is gone: one fewer holds each piece that it has announced on `connection`. */
  removeAllHolders(connection: Connection): void {
    this.#tables.removeAllHolders(this.#row, connection);
  }

  /** All blocks of `piece` have been requested. */
  markRequested(piece: PieceIndex): void {
    this.#requestable[this.#firstWord + (piece >>> 5)]! &= ~(1 << (piece & 31));
  }

  /** A block of `piece` is requestable again. */
  release(piece: PieceIndex): void {
    this.#requestable[this.#firstWord + (piece >>> 5)]! |= 1 << (piece & 31);
  }

  /** Stores `piece`; returns false if it was stored before. */
  store(piece: PieceIndex): boolean {
    if (this.isStored(piece)) return false;
    this.markRequested(piece);
    this.#requestedByFollowers?.remove(piece);
    this.#tables.store(this.#row, piece);
    this.#storedCount++;
    return true;
  }

  /** A follower has requested `piece`, which we lack. */
  markRequestedByFollower(piece: PieceIndex): void {
    this.#requestedByFollowers ??= new Bitfield(this.#pieceCount);
    this.#requestedByFollowers.add(piece);
  }

  /** We lead no longer: no follower waits for a piece. */
  forgetFollowers(): void {
    this.#requestedByFollowers = undefined;
  }

  /** Whether a piece in `announced`, a row of bits that begins at `start`, is requestable. */
  hasRequestable(announced: Uint32Array, start: number): boolean {
    const words = wordsFor(this.#pieceCount);
    for (let word = 0; word < words; word++) {
      if ((this.#requestable[this.#firstWord + word]! & announced[start + word]!) !== 0)
        return true;
    }
    return false;
  }

  /** Whether any piece is requestable. */
  hasAnyRequestable(): boolean {
    const end = this.#firstWord + wordsFor(this.#pieceCount);
    for (let word = this.#firstWord; word < end; word++) {
      if (this.#requestable[word] !== 0) return true;
    }
    return false;
  }

  /** Calls `act` for each piece in `announced`, a row of bits from `start` on, that we lack. */
  eachLacked(announced: Uint32Array, start: number, act: (piece: PieceIndex) => void): void {
    const words = wordsFor(this.#pieceCount);
    for (let word = 0; word < words; word++) {
      let rest = this.#lacked[this.#firstWord + word]! & announced[start + word]!;
      for (; rest !== 0; rest &= rest - 1) act((32 * word + nthSetBit(rest, 0)) as PieceIndex);
    }
  }

  /** A piece in `announced`, a row of bits that begins at `start`, that we lack; or NO_PIECE. */
  findLacked(announced: Uint32Array, start: number): PieceIndex {
    // Most of what was lacked a moment ago still is: begins where it was found.
    const words = wordsFor(this.#pieceCount);
    for (let n = 0, word = this.#lackedWord; n < words; n++, word++) {
      if (word === words) word = 0;
      const found = this.#lacked[this.#firstWord + word]! & announced[start + word]!;
      if (found === 0) continue;
      this.#lackedWord = word;
      return (32 * word + nthSetBit(found, 0)) as PieceIndex;
    }
    return NO_PIECE;
  }

  /**
   * The requestable piece in `announced`, a row of bits that begins at `start`, that is next in
   * order; NO_PIECE if there is none. A leader prefers pieces that its followers have requested.
   *
   * @param connection The connection for which a piece is preferred that is requested on no other
   *   one; NO_CONNECTION if that does not matter.
   * @param isSeed Whether the other side is a seed, which matters to `seeds-apart` only.
   * @param completesPartial Whether partial pieces come before all others.
   */
  next(
    announced: Uint32Array,
    start: number,
    connection: Connection = NO_CONNECTION,
    isSeed = false,
    completesPartial = false,
  ): PieceIndex {
    if (!this.#collectEligible(announced, start)) return NO_PIECE;
    const requested = this.#requestedByFollowers;
    const hasRequested = requested !== undefined && requested.count > 0;
    const partial = this.#partial;
    if (hasRequested && this.#requestPriority === 'absolute') keepPreferred(requested.words);
    if (partial === undefined) this.#keepFirstInOrder();
    else this.#keepInOrder(partial, connection, isSeed, completesPartial);
    if (hasRequested && this.#requestPriority === 'within-rarity') keepPreferred(requested.words);
    return this.#drawEligible();
  }

  /**
   * Whether so many pieces are partial that they are completed before others are begun: more than
   * 1.5 for each of `connections`, or more than 32 MiB (libtorrent: `pick_pieces`).
   */
  completesPartial(connections: number): boolean {
    const partial = this.#partial;
    if (partial === undefined || this.#order.partialPieces !== 'among-rarest') return false;
    const count = partial.withFreeCount;
    return count > 1.5 * connections || count * partial.blocksPerPiece > PARTIAL_BLOCKS_MAX;
  }

  /** Keeps the pieces that a client requests next, in view of those that are under way. */
  #keepInOrder(
    partial: PartialPieces,
    connection: Connection,
    isSeed: boolean,
    completesPartial: boolean,
  ): void {
    const { partialPieces, pieceOrder, randomFirstPieces } = this.#order;
    const isRandom =
      pieceOrder === 'random' || (pieceOrder === 'rarest' && this.#storedCount < randomFirstPieces);
    if (partialPieces === 'fewest-missing') {
      this.#keepFewestMissing(partial);
      if (!isRandom) this.#keepFirstInOrder();
      return;
    }
    const hasPartial = partial.withFreeCount > 0;
    if (hasPartial && connection !== NO_CONNECTION) {
      keepPreferred(this.#allButOthers(partial, connection));
    }
    if (hasPartial && (isRandom || completesPartial || partialPieces !== 'among-rarest')) {
      const isApart = isSeed && partialPieces === 'seeds-apart';
      if (isApart) keepPreferred(this.#wordsOf(ofSeeds(partial)));
      else keepPreferred(partial.withFree, partial.withFreeStart);
    }
    if (!isRandom) this.#keepFirstInOrder();
    if (hasPartial && partialPieces === 'among-rarest') {
      keepPreferred(partial.withFree, partial.withFreeStart);
    }
  }

  /** Keeps the pieces that are begun first. */
  #keepFirstInOrder(): void {
    const { pieceOrder } = this.#order;
    switch (pieceOrder) {
      case 'rarest':
        return this.#keepRarest();
      case 'in-order':
        return keepLowest();
      case 'random':
        return;
      default:
        unreachable(pieceOrder);
    }
  }

  /** Keeps the pieces of which the fewest blocks have not arrived, requested or not. */
  #keepFewestMissing(partial: PartialPieces): void {
    let fewest = partial.blocksPerPiece;
    const pieces = eligibleIn(partial.withFree, partial.withFreeStart);
    for (const piece of pieces) fewest = Math.min(fewest, partial.missingCount(piece));
    if (fewest === partial.blocksPerPiece) return;
    keepPreferred(this.#wordsOf(pieces.filter((piece) => partial.missingCount(piece) === fewest)));
  }

  /** All pieces but those of which blocks are requested on connections other than this one. */
  #allButOthers(partial: PartialPieces, connection: Connection): Uint32Array {
    const { blocksPerPiece } = partial;
    const { requests } = this.#tables;
    const words = wordsFor(this.#pieceCount);
    if (marked.length < words) marked = new Uint32Array(2 * words);
    marked.fill(0xffff_ffff, 0, words);
    for (const piece of eligibleIn(partial.withFree, partial.withFreeStart)) {
      const requested = partial.requestCount(piece);
      if (requested === 0) continue;
      const first = (piece * blocksPerPiece) as BlockIndex;
      const own = requests.countOf(this.#row, connection, first, blocksPerPiece);
      if (requested > own) marked[piece >>> 5]! &= ~(1 << (piece & 31));
    }
    return marked;
  }

  /** A set of pieces as words of bits. */
  #wordsOf(pieces: Iterable<PieceIndex>): Uint32Array {
    const words = wordsFor(this.#pieceCount);
    if (marked.length < words) marked = new Uint32Array(2 * words);
    marked.fill(0, 0, words);
    for (const piece of pieces) marked[piece >>> 5]! |= 1 << (piece & 31);
    return marked;
  }

  /** Makes all requestable pieces in `announced` eligible; returns whether there are any. */
  #collectEligible(announced: Uint32Array, start: number): boolean {
    const words = wordsFor(this.#pieceCount);
    if (eligible.length < words) {
      eligible = new Uint32Array(2 * words);
      wordIndices = new Uint32Array(2 * words);
    }
    const requestable = this.#requestable;
    wordCount = 0;
    for (let word = 0; word < words; word++) {
      const both = requestable[this.#firstWord + word]! & announced[start + word]!;
      if (both === 0) continue;
      eligible[wordCount] = both;
      wordIndices[wordCount++] = word;
    }
    return wordCount > 0;
  }

  /** For each bit of the counters, from the highest: keeps the pieces whose bit is 0, if any. */
  #keepRarest(): void {
    const { availability, counterBits, usedCounterBits } = this.#tables;
    const start = this.#tables.availabilityStart(this.#row);
    for (let bit = usedCounterBits[this.#row]! - 1; bit >= 0; bit--) {
      const first = start + bit;
      let any = 0;
      for (let i = 0; i < wordCount && any === 0; i++) {
        any = eligible[i]! & ~availability[first + wordIndices[i]! * counterBits]!;
      }
      if (any === 0) continue;
      let kept = 0;
      for (let i = 0; i < wordCount; i++) {
        const word = wordIndices[i]!;
        const rest = eligible[i]! & ~availability[first + word * counterBits]!;
        if (rest === 0) continue;
        eligible[kept] = rest;
        wordIndices[kept++] = word;
      }
      wordCount = kept;
    }
  }

  /** Draws one of the eligible pieces, with equal probability. */
  #drawEligible(): PieceIndex {
    let count = 0;
    for (let i = 0; i < wordCount; i++) count += popcount(eligible[i]!);
    let nth = this.#random.below(count);
    for (let i = 0; i < wordCount; i++) {
      const inWord = popcount(eligible[i]!);
      if (nth < inWord) return (32 * wordIndices[i]! + nthSetBit(eligible[i]!, nth)) as PieceIndex;
      nth -= inWord;
    }
    assert(false, 'an eligible piece is drawn');
  }
}

/** The eligible partial pieces of which blocks have been requested from a seed. */
function ofSeeds(partial: PartialPieces): PieceIndex[] {
  return eligibleIn(partial.withFree, partial.withFreeStart).filter((piece) =>
    partial.isFromSeed(piece),
  );
}

/** Keeps the eligible piece with the lowest index. */
function keepLowest(): void {
  eligible[0] = eligible[0]! & -eligible[0]!;
  wordCount = 1;
}

/** The eligible pieces in a set, which is given as words of bits from `start` on. */
function eligibleIn(pieces: Uint32Array, start: number): PieceIndex[] {
  const found: PieceIndex[] = [];
  for (let i = 0; i < wordCount; i++) {
    const word = wordIndices[i]!;
    for (let rest = eligible[i]! & pieces[start + word]!; rest !== 0; rest &= rest - 1) {
      found.push((32 * word + nthSetBit(rest, 0)) as PieceIndex);
    }
  }
  return found;
}

/** Keeps the eligible pieces that are in `preferred`, words of bits from `start` on, if any. */
function keepPreferred(preferred: Uint32Array, start = 0): void {
  let any = 0;
  for (let i = 0; i < wordCount; i++) any |= eligible[i]! & preferred[start + wordIndices[i]!]!;
  if (any === 0) return;
  let kept = 0;
  for (let i = 0; i < wordCount; i++) {
    const rest = eligible[i]! & preferred[start + wordIndices[i]!]!;
    if (rest === 0) continue;
    eligible[kept] = rest;
    wordIndices[kept++] = wordIndices[i]!;
  }
  wordCount = kept;
}
