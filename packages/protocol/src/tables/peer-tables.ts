/**
 * The state of all peers of one host, in a few tables that they share; each peer has a row. A
 * thousand peers then have a few arrays in total instead of many thousands, and a message to one
 * of them touches little memory.
 *
 *     flags         a byte per connection             │ row 0: c0 c1 c2 . │ row 1: c0 c1 … │ …
 *     announced     a bit per connection and piece    │ row 0: c0 c1 c2 . │ row 1: c0 c1 … │ …
 *     availability  eight words per 32 pieces         │ row 0: 0..31 32..63 … │ row 1: 0..31 … │ …
 *     requestable   a bit per piece that is neither stored nor requested, row by row
 *     stored        a bit per row that stores the piece, piece by piece
 *
 * `availability` is a table of bit-sliced counters: the number of neighbours that hold a piece, in
 * binary, for 32 pieces in eight words (half a cache line). The first word has the bits of value 1
 * of all 32 counters, the second the bits of value 2, the third those of value 4, and so on. When
 * a peer has more neighbours than eight bits can count, the counters of all peers become longer.
 *
 * Nine of ten messages are a `have`, and most of them set a bit in `announced` and increment one
 * counter, which ends at the first bit that is 0. When hundreds of peers take turns, the time
 * depends on how much memory that touches: here two words and a part of one counter group.
 *
 * Other values of connections are in columns of their own (`connection-columns.ts`).
 */

import { assert, grown } from '@cachetorrent/std';

import { eachPiece, wordsFor } from './bitfield.ts';
import {
  type ConnectionColumn,
  type ConnectionLayout,
  moveValues,
  type RowColumn,
} from './connection-columns.ts';
import { PEER_CHOKING, MAY_DOWNLOAD, AM_INTERESTED } from './connection-flags.ts';
import type { Connection, PieceIndex } from '../ids.ts';
import type { BlockLayout } from '../blocks.ts';
import { BlockQueues } from './block-queues.ts';
import { PartialPieceTable } from './partial-pieces.ts';
import { RateMeter } from './rate-meter.ts';
import { RowLists } from './row-lists.ts';
import { InterestReasons } from './interest-reasons.ts';
import { Traffic } from './traffic.ts';
import { UploadStatistics } from './upload-statistics.ts';

const INITIAL_COUNTER_BITS = 8;
/** The factor by which tables grow that have too few rows. */
const GROWTH = 1.25;
/** The same for connections: it is smaller, because their columns are most of the memory. */
const CONNECTIONS_GROWTH = 1.125;
/** Ranges are moved together when there is no room and more than this share of them is unused. */
const UNUSED_MAX = 0.06;

/** The outcome of a `have` after which the peer has nothing to do. */
export const NO_ACTION = 0;
/** The outcome of a `have` for a piece that was announced before on the same connection. */
export const DUPLICATE = 1;
/** The outcome of a new `have` if the peer is not interested yet, or may request the piece now. */
export const MAY_ACT = 2;
/** What the peer has to do after a `have` that the tables have recorded. */
export type HaveOutcome = typeof NO_ACTION | typeof DUPLICATE | typeof MAY_ACT;

/** The state of one or more peers and their connections, in arrays that all of them share. */
export class PeerTables implements ConnectionLayout {
  /**
   * The flags of each connection (`connection-flags.ts`). This array and the next four are
   * replaced when the tables grow: do not keep them across calls that may open a connection.
   */
  flags: Uint8Array;
  /** How requests go on each connection: the second byte of flags (`connection-flags.ts`). */
  downloadState: Uint8Array;
  /** For each connection a row of `pieceWords` words: the pieces that its other side announced. */
  announced: Uint32Array;
  /** The peer at the other end of each connection. */
  remote: Int32Array;
  /** For each row and 32 pieces, the number of neighbours that hold each; see the file header. */
  availability: Uint32Array;
  /** For each row `pieceWords` words: the pieces that are neither stored nor requested. */
  requestable: Uint32Array;
  /** For each row `pieceWords` words: the pieces that are not stored. */
  lacked: Uint32Array;
  /** The number of words in a row of bits with one bit per piece. */
  readonly pieceWords: number;
  /** The number of bits of an availability counter, which is the number of words per 32 pieces. */
  counterBits: number = INITIAL_COUNTER_BITS;
  /** For each row, the position of its first connection. */
  firstConnection: Int32Array;
  /** For each row, the number of bits that its largest availability counter has needed so far. */
  usedCounterBits: Uint8Array;
  /** The outstanding requests of each connection. */
  readonly requests: BlockQueues;
  /** The blocks to send on each connection. */
  readonly queued: BlockQueues;
  /** For each row, the connections on which it may request any piece, by number. */
  readonly unchoked: RowLists;
  /** Why we are interested in the other side of each connection. */
  readonly interestReasons: InterestReasons;
  #traffic: Traffic | undefined;
  #partialPieces: PartialPieceTable | undefined;
  #received: RateMeter | undefined;
  #uploadStatistics: UploadStatistics | undefined;
  /**
   * For each piece a bit per row: the peers that store it. The bits of one piece are adjacent
   * because a peer announces a piece to many others at once.
   */
  #stored: Uint32Array;
  #storedWords: number;
  readonly #pieceCount: number;
  readonly #columns: ConnectionColumn[] = [];
  readonly #rowColumns: RowColumn[] = [];
  /** For each row, the number of connections in its range; 0 if it has none. */
  #capacity: Int32Array;
  /** The number of connections in all ranges, and in the unused ones. */
  #used = 0;
  #unused = 0;
  /** The positions of unused ranges, by their number of connections. */
  readonly #unusedRanges = new Map<number, number[]>();

  /** Creates tables for `rows` peers, with initial room for `connectionsEach` connections each. */
  constructor(pieceCount: number, rows: number, connectionsEach: number) {
    this.#pieceCount = pieceCount;
    this.pieceWords = wordsFor(pieceCount);
    this.flags = new Uint8Array(rows * connectionsEach);
    this.downloadState = new Uint8Array(rows * connectionsEach);
    this.announced = new Uint32Array(rows * connectionsEach * this.pieceWords);
    this.remote = new Int32Array(rows * connectionsEach);
    this.availability = new Uint32Array(rows * this.pieceWords * INITIAL_COUNTER_BITS);
    this.#storedWords = wordsFor(rows);
    this.#stored = new Uint32Array(pieceCount * this.#storedWords);
    this.requestable = new Uint32Array(rows * this.pieceWords);
    this.lacked = new Uint32Array(rows * this.pieceWords);
    this.firstConnection = new Int32Array(rows);
    this.#capacity = new Int32Array(rows);
    this.usedCounterBits = new Uint8Array(rows);
    this.requests = new BlockQueues(this);
    this.queued = new BlockQueues(this);
    this.interestReasons = new InterestReasons(this);
    this.unchoked = new RowLists();
    this.addRowColumn(this.unchoked);
  }

  /** Where the partial pieces of all peers are. Created on first use. */
  partialPieces(layout: BlockLayout): PartialPieceTable {
    if (this.#partialPieces === undefined) {
      this.#partialPieces = new PartialPieceTable({ ...layout, pieceCount: this.#pieceCount });
      this.addRowColumn(this.#partialPieces);
    }
    return this.#partialPieces;
  }

  /** The pieces received recently on each connection, if moved whole. Created on first use. */
  get received(): RateMeter {
    return (this.#received ??= new RateMeter(this));
  }

  /**
   * How each connection was served recently, for the chokers of seeds that move whole pieces.
   * Created on first use.
   */
  get uploadStatistics(): UploadStatistics {
    return (this.#uploadStatistics ??= new UploadStatistics(this));
  }

  /** What each connection has carried, if pieces are moved as blocks. Created on first use. */
  get traffic(): Traffic {
    return (this.#traffic ??= new Traffic(this));
  }

  /** Registers `column`, which then grows and moves with the others. */
  addColumn(column: ConnectionColumn): void {
    column.grow(this.flags.length);
    this.#columns.push(column);
  }

  /** Registers `column`, which then grows with the others. */
  addRowColumn(column: RowColumn): void {
    column.growRows(this.firstConnection.length);
    this.#rowColumns.push(column);
  }

  /** Makes room for `rows` rows, at least. */
  growRows(rows: number): void {
    const before = this.firstConnection.length;
    if (rows <= before) return;
    const size = Math.max(rows, Math.ceil(GROWTH * before));
    this.firstConnection = grown(this.firstConnection, size);
    this.#capacity = grown(this.#capacity, size);
    this.usedCounterBits = grown(this.usedCounterBits, size);
    this.requestable = grown(this.requestable, size * this.pieceWords);
    this.lacked = grown(this.lacked, size * this.pieceWords);
    const counterWords = this.pieceWords * this.counterBits;
    this.availability = grown(this.availability, size * counterWords);
    this.#growStored(size);
    for (const column of this.#rowColumns) column.growRows(size);
  }

  /** The number of connections for which a row has room before it is enlarged. */
  capacityOf(row: number): number {
    return this.#capacity[row]!;
  }

  /**
   * The peer of a row has left: everything in its row and its range is as at the beginning, and may
   * be used by another peer.
   */
  closeRow(row: number): void {
    this.#closeRange(this.firstConnection[row]!, this.#capacity[row]!);
    this.#capacity[row] = 0;
    const first = row * this.pieceWords;
    const mask = ~(1 << (row & 31));
    eachPiece(this.#storedBy(row), this.#pieceCount, (piece) => {
      this.#stored[piece * this.#storedWords + (row >>> 5)]! &= mask;
    });
    this.requestable.fill(0, first, first + this.pieceWords);
    this.lacked.fill(0, first, first + this.pieceWords);
    const counters = this.availabilityStart(row);
    this.availability.fill(0, counters, counters + this.pieceWords * this.counterBits);
    this.usedCounterBits[row] = 0;
    for (const column of this.#rowColumns) column.clearRow(row);
  }

  /** What the peer of a row may store, as words of bits: all that it does not lack. */
  #storedBy(row: number): Uint32Array {
    const first = row * this.pieceWords;
    return this.lacked.subarray(first, first + this.pieceWords).map((word) => ~word);
  }

  #closeRange(first: number, connections: number): void {
    const end = first + connections;
    // What closed connections had announced is forgotten.
    for (let at = first; at < end; at++) {
      if (this.flags[at] === 0) continue;
      this.announced.fill(0, at * this.pieceWords, (at + 1) * this.pieceWords);
    }
    this.flags.fill(0, first, end);
    this.downloadState.fill(0, first, end);
    this.remote.fill(0, first, end);
    for (const column of this.#columns) column.clear(first, connections);
    this.#addUnusedRange(first, connections);
  }

  #addUnusedRange(first: number, connections: number): void {
    this.#unused += connections;
    const unused = this.#unusedRanges.get(connections);
    if (unused === undefined) this.#unusedRanges.set(connections, [first]);
    else unused.push(first);
  }

  /** Allocates a range of connections for a row; all their values are 0. */
  openRow(row: number, connections: number): void {
    this.firstConnection[row] = this.#takeRange(connections);
    this.#capacity[row] = connections;
  }

  #takeRange(connections: number): number {
    const unused = this.#unusedRanges.get(connections)?.pop();
    if (unused !== undefined) {
      this.#unused -= connections;
      return unused;
    }
    const isFull = this.#used + connections > this.flags.length;
    if (isFull && this.#unused > UNUSED_MAX * this.#used) this.#moveTogether();
    const first = this.#used;
    this.#used += connections;
    if (this.#used > this.flags.length) this.#grow(this.#used);
    return first;
  }

  /** Moves the connections of a row to a larger range. */
  enlargeRow(row: number, larger: number): void {
    const to = this.#takeRange(larger);
    const from = this.firstConnection[row]!;
    const connections = this.#capacity[row]!;
    this.#moveRange(from, to, connections);
    if (connections > 0) this.#addUnusedRange(from, connections);
    this.firstConnection[row] = to;
    this.#capacity[row] = larger;
  }

  #moveRange(from: number, to: number, connections: number): void {
    moveValues(this.flags, from, to, connections);
    moveValues(this.downloadState, from, to, connections);
    moveValues(this.remote, from, to, connections);
    const { announced, pieceWords } = this;
    moveValues(announced, from * pieceWords, to * pieceWords, connections * pieceWords);
    for (const column of this.#columns) column.move(from, to, connections);
  }

  /** Moves all ranges to the front, so that none is unused. */
  #moveTogether(): void {
    const { firstConnection } = this;
    const rows = Array.from(firstConnection.keys()).filter((row) => this.#capacity[row]! > 0);
    rows.sort((a, b) => firstConnection[a]! - firstConnection[b]!);
    let to = 0;
    for (const row of rows) {
      const from = firstConnection[row]!;
      if (from > to) this.#moveRange(from, to, this.#capacity[row]!);
      firstConnection[row] = to;
      to += this.#capacity[row]!;
    }
    this.#used = to;
    this.#unused = 0;
    this.#unusedRanges.clear();
  }

  /**
   * Records that the other side of a connection has `piece`, unless that is irrelevant. Returns
   * what the peer has to do.
   */
  have(row: number, connection: Connection, piece: PieceIndex): HaveOutcome {
    const at = this.firstConnection[row]! + connection;
    const flags = this.flags[at]!;
    if ((flags & MAY_DOWNLOAD) === 0) return NO_ACTION;
    if (this.isStored(row, piece)) return NO_ACTION;
    if (!this.markAnnounced(row, connection, piece)) return DUPLICATE;
    return (flags & (AM_INTERESTED | PEER_CHOKING)) === (AM_INTERESTED | PEER_CHOKING)
      ? NO_ACTION
      : MAY_ACT;
  }

  /** Records that the other side of a connection has `piece`; returns false if that was known. */
  markAnnounced(row: number, connection: Connection, piece: PieceIndex): boolean {
    const mask = 1 << (piece & 31);
    const at = (this.firstConnection[row]! + connection) * this.pieceWords + (piece >>> 5);
    const before = this.announced[at]!;
    if ((before & mask) !== 0) return false;
    this.announced[at] = before | mask;
    this.addHolder(row, piece);
    return true;
  }

  /** Whether the other side of a connection has announced `piece`, while we lacked it. */
  hasAnnounced(row: number, connection: Connection, piece: PieceIndex): boolean {
    const at = (this.firstConnection[row]! + connection) * this.pieceWords + (piece >>> 5);
    return (this.announced[at]! & (1 << (piece & 31))) !== 0;
  }

  /** Whether the peer of `row` stores `piece`. */
  isStored(row: number, piece: PieceIndex): boolean {
    const word = this.#stored[piece * this.#storedWords + (row >>> 5)]!;
    return (word & (1 << (row & 31))) !== 0;
  }

  /** Records that the peer of `row` stores `piece`. */
  store(row: number, piece: PieceIndex): void {
    this.#stored[piece * this.#storedWords + (row >>> 5)]! |= 1 << (row & 31);
    this.lacked[row * this.pieceWords + (piece >>> 5)]! &= ~(1 << (piece & 31));
  }

  /** Nothing is being received on a connection any more, by which a choked one may be idle. */
  receivesNothing(row: number, connection: Connection): void {
    const at = this.firstConnection[row]! + connection;
    this.traffic.receivesNothing(at);
    const isChoked = (this.flags[at]! & PEER_CHOKING) !== 0;
    const isIdle = this.requests.lengthOf(row, connection) === 0;
    if (isChoked && isIdle) this.traffic.mayEndDownload(at);
  }

  /** The position in `availability` of a row's first word. */
  availabilityStart(row: number): number {
    return row * this.pieceWords * this.counterBits;
  }

  /**
   * Records that the other side of a connection has `pieces`, which are words of bits: those that
   * are not stored and were not known, 32 at a time.
   */
  markAllAnnounced(row: number, connection: Connection, pieces: Uint32Array): void {
    const announced = (this.firstConnection[row]! + connection) * this.pieceWords;
    const lacked = row * this.pieceWords;
    const words = Math.min(this.pieceWords, pieces.length);
    for (let word = 0; word < words; word++) {
      const known = this.announced[announced + word]!;
      const added = pieces[word]! & this.lacked[lacked + word]! & ~known;
      if (added === 0) continue;
      this.announced[announced + word] = known | added;
      this.#addHolders(row, word, added);
    }
  }

  /**
   * Whether a `have` on a connection needs no answer: we are interested already, and choked. Then
   * `markAllAnnounced` may record several.
   */
  needsNoAnswer(row: number, connection: Connection): boolean {
    const flags = this.flags[this.firstConnection[row]! + connection]!;
    const needed = MAY_DOWNLOAD | AM_INTERESTED | PEER_CHOKING;
    return (flags & needed) === needed;
  }

  /** Increments the availability of the pieces in one word of bits. */
  #addHolders(row: number, word: number, pieces: number): void {
    let carry = pieces;
    let bit = 0;
    for (; carry !== 0; bit++) {
      if (bit === this.counterBits) this.#lengthenCounters();
      const at = this.availabilityStart(row) + word * this.counterBits + bit;
      const before = this.availability[at]!;
      this.availability[at] = before ^ carry;
      carry &= before;
    }
    if (bit > this.usedCounterBits[row]!) this.usedCounterBits[row] = bit;
  }

  /** Increments the availability of `piece`. */
  addHolder(row: number, piece: PieceIndex): void {
    let bits = 1 + this.#flipUpTo(row, piece, false);
    if (bits > this.counterBits) {
      // All bits were set and are 0 now: the carry goes into a new bit.
      this.#lengthenCounters();
      bits = 1 + this.#flipUpTo(row, piece, false, bits - 1);
    }
    if (bits > this.usedCounterBits[row]!) this.usedCounterBits[row] = bits;
  }

  /** Decrements the availability of `piece`. */
  removeHolder(row: number, piece: PieceIndex): void {
    const bit = this.#flipUpTo(row, piece, true);
    assert(bit < this.counterBits, 'only a holder can leave');
  }

  /**
   * Decrements the availability of all pieces that the other side of a connection has announced,
   * 32 at a time.
   */
  removeAllHolders(row: number, connection: Connection): void {
    const { availability, counterBits, pieceWords } = this;
    const announced = (this.firstConnection[row]! + connection) * pieceWords;
    const start = this.availabilityStart(row);
    for (let word = 0; word < pieceWords; word++) {
      // Subtracts 1 from each counter whose bit is set: a 0 becomes 1 and borrows from the next.
      let borrow = this.announced[announced + word]!;
      const first = start + word * counterBits;
      for (let bit = first; borrow !== 0; bit++) {
        assert(bit < first + counterBits, 'only a holder can leave');
        const before = availability[bit]!;
        availability[bit] = before ^ borrow;
        borrow &= ~before;
      }
    }
  }

  /**
   * Flips the bits of a counter, from bit `from` up to and including the first bit whose state is
   * `isSet`. Returns the position of that bit, or `counterBits` if there is none.
   */
  #flipUpTo(row: number, piece: PieceIndex, isSet: boolean, from = 0): number {
    const { availability, counterBits } = this;
    const first = this.availabilityStart(row) + (piece >>> 5) * counterBits;
    const mask = 1 << (piece & 31);
    for (let bit = from; bit < counterBits; bit++) {
      const before = availability[first + bit]!;
      availability[first + bit] = before ^ mask;
      if (((before & mask) !== 0) === isSet) return bit;
    }
    return counterBits;
  }

  /** Doubles the number of bits of all counters. */
  #lengthenCounters(): void {
    const { availability, counterBits } = this;
    const longer = new Uint32Array(2 * availability.length);
    for (let at = 0; at < availability.length; at += counterBits) {
      longer.set(availability.subarray(at, at + counterBits), 2 * at);
    }
    this.availability = longer;
    this.counterBits = 2 * counterBits;
  }

  #growStored(rows: number): void {
    const words = wordsFor(rows);
    if (words === this.#storedWords) return;
    const stored = new Uint32Array(this.#pieceCount * words);
    for (let piece = 0; piece < this.#pieceCount; piece++) {
      const from = piece * this.#storedWords;
      stored.set(this.#stored.subarray(from, from + this.#storedWords), piece * words);
    }
    this.#stored = stored;
    this.#storedWords = words;
  }

  #grow(needed: number): void {
    const capacity = Math.max(needed, Math.ceil(CONNECTIONS_GROWTH * this.flags.length));
    this.flags = grown(this.flags, capacity);
    this.downloadState = grown(this.downloadState, capacity);
    this.announced = grown(this.announced, capacity * this.pieceWords);
    this.remote = grown(this.remote, capacity);
    for (const column of this.#columns) column.grow(capacity);
  }
}
