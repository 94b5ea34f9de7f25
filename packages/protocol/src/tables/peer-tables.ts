/**
 * How things stand with all peers of one host, in a few tables that they share; a peer has a row.
 * A thousand peers have a few arrays, not many thousands, and a message to any of them touches its
 * own numbers and nothing else.
 *
 *     flags   a byte for each connection          │ row 0: c0 c1 c2 . │ row 1: c0 c1 … │ …
 *     has     for each connection a bit a piece   │ row 0: c0 c1 c2 . │ row 1: c0 c1 … │ …
 *     lines   for each 32 pieces eight words      │ row 0: 0..31 32..63 … │ row 1: 0..31 … │ …
 *     free    a bit for each piece that is neither stored nor asked for, row by row
 *     stored  for each piece a bit for each row that holds it, piece by piece
 *
 * The words of a line, half a cache line, have a bit for each of its pieces: how many neighbours
 * hold it, in binary. Word 0 has the bits worth 1, word 1 those worth 2, word 2 those worth 4, and
 * so on. Where somebody has more neighbours than eight bits count, all lines become longer.
 *
 * Nine in ten messages are a `have`, and most change a bit in `has` and count a holder, which is
 * adding one in binary and ends at the first bit that is 0. Where hundreds of peers take turns,
 * what counts is how much memory that touches: here two small rows, a word and a line.
 *
 * What else there is for each connection is in columns of their own (`columns.ts`).
 */

import { assert } from '@cachetorrent/std';

import { wordsFor } from './bitfield.ts';
import { type ConnectionLayout, type ConnectionColumn, grown } from './connection-columns.ts';
import { PEER_CHOKING, MAY_DOWNLOAD, AM_INTERESTED } from './connection-flags.ts';
import type { Connection, PieceIndex } from '../ids.ts';
import { PieceQueues } from './piece-queues.ts';
import { RateMeter } from './rate-meter.ts';
import { UploadStatistics } from './upload-statistics.ts';

const LINE_WORDS = 8;
/** Tables that are too small become so many times as large. */
const GROWTH = 1.25;

/** What is left to do after a `have`. */
export const NO_ACTION = 0;
/** The piece was told of before. */
export const DUPLICATE = 1;
/** It is news, and we are not interested yet, or may ask for it at once. */
export const MAY_ACT = 2;

/** What the neighbours of one or more peers hold, in arrays that all of them share. */
export class PeerTables implements ConnectionLayout {
  /** Replaced when the tables grow: do not keep them over calls that may open a connection. */
  flags: Uint8Array;
  /** A row of bits for each connection: the pieces that its other side holds. */
  announced: Uint32Array;
  /** Who is at the other end of each connection. */
  remote: Int32Array;
  /** For each row and 32 pieces, how many neighbours hold each, in binary: see `lineOf`. */
  availability: Uint32Array;
  /** A row of `hasWords` words of bits for each peer: the pieces that it lacks and may ask for. */
  readonly requestable: Uint32Array;
  /** Words of `has` for a connection. */
  readonly pieceWords: number;
  /** Words of a line: how many bits there are to a count. */
  counterBits: number = LINE_WORDS;
  /** For each row, the first of its connections. */
  readonly firstConnection: Int32Array;
  /** For each row, how many bits its greatest count of holders takes. */
  readonly usedCounterBits: Uint8Array;
  /** On each connection, what we have asked for. */
  readonly requests: PieceQueues;
  /** On each connection, what we have to send. */
  readonly queued: PieceQueues;
  /** What each connection has brought lately. */
  readonly received: RateMeter;
  /** How each connection was served lately, for those who choose by that. */
  readonly uploadStatistics: UploadStatistics;
  /**
   * For each piece a bit for each row, the peers that store it: side by side, since who says that
   * it has a piece says so to many.
   */
  readonly #stored: Uint32Array;
  readonly #storedWords: number;
  readonly #columns: ConnectionColumn[] = [];
  #used = 0;

  /** For `rows` peers of so many pieces, with room for so many connections of each at first. */
  constructor(pieceCount: number, rows: number, connectionsEach: number) {
    this.pieceWords = wordsFor(pieceCount);
    this.flags = new Uint8Array(rows * connectionsEach);
    this.announced = new Uint32Array(rows * connectionsEach * this.pieceWords);
    this.remote = new Int32Array(rows * connectionsEach);
    this.availability = new Uint32Array(rows * this.pieceWords * LINE_WORDS);
    this.#storedWords = wordsFor(rows);
    this.#stored = new Uint32Array(pieceCount * this.#storedWords);
    this.requestable = new Uint32Array(rows * this.pieceWords);
    this.firstConnection = new Int32Array(rows);
    this.usedCounterBits = new Uint8Array(rows);
    this.requests = new PieceQueues(this);
    this.queued = new PieceQueues(this);
    this.received = new RateMeter(this);
    this.uploadStatistics = new UploadStatistics(this);
  }

  /** From now on there is a value of `column` for each connection. */
  addColumn(column: ConnectionColumn): void {
    column.grow(this.flags.length);
    this.#columns.push(column);
  }

  /** Gives a row a block of so many connections, all flags 0 and nothing told of. */
  openRow(row: number, connections: number): void {
    this.firstConnection[row] = this.#used;
    this.#used += connections;
    if (this.#used > this.flags.length) this.#grow(this.#used);
  }

  /** Moves a row of `connections` to a larger block. */
  enlargeRow(row: number, connections: number, larger: number): void {
    const block = this.firstConnection[row]!;
    this.openRow(row, larger);
    const moved = this.firstConnection[row]!;
    this.flags.copyWithin(moved, block, block + connections);
    this.remote.copyWithin(moved, block, block + connections);
    const { announced, pieceWords } = this;
    announced.copyWithin(
      moved * pieceWords,
      block * pieceWords,
      (block + connections) * pieceWords,
    );
    for (const column of this.#columns) column.move(block, moved, connections);
  }

  /**
   * The other side of a connection has `piece`: notes it, where it is worth noting, and says what
   * is left to do for the peer, if anything.
   */
  have(row: number, on: Connection, piece: PieceIndex): number {
    const at = this.firstConnection[row]! + on;
    const flags = this.flags[at]!;
    if ((flags & MAY_DOWNLOAD) === 0) return NO_ACTION;
    if (this.isStored(row, piece)) return NO_ACTION;
    if (!this.markAnnounced(row, on, piece)) return DUPLICATE;
    return (flags & (AM_INTERESTED | PEER_CHOKING)) === (AM_INTERESTED | PEER_CHOKING)
      ? NO_ACTION
      : MAY_ACT;
  }

  /** Notes that the other side of a connection has `piece`; returns false where that is no news. */
  markAnnounced(row: number, on: Connection, piece: PieceIndex): boolean {
    const mask = 1 << (piece & 31);
    const told = (this.firstConnection[row]! + on) * this.pieceWords + (piece >>> 5);
    const before = this.announced[told]!;
    if ((before & mask) !== 0) return false;
    this.announced[told] = before | mask;
    this.addHolder(row, piece);
    return true;
  }

  /** Whether the peer of `row` stores `piece`. */
  isStored(row: number, piece: PieceIndex): boolean {
    const word = this.#stored[piece * this.#storedWords + (row >>> 5)]!;
    return (word & (1 << (row & 31))) !== 0;
  }

  /** The peer of `row` stores `piece` from now on. */
  store(row: number, piece: PieceIndex): void {
    this.#stored[piece * this.#storedWords + (row >>> 5)]! |= 1 << (row & 31);
  }

  /** The first word of a row's lines. */
  availabilityStart(row: number): number {
    return row * this.pieceWords * this.counterBits;
  }

  /** One more neighbour holds `piece`. */
  addHolder(row: number, piece: PieceIndex): void {
    let bits = 1 + this.#flipUpTo(row, piece, false);
    if (bits > this.counterBits) {
      // All bits were set, and none is now: the count goes on in the next one.
      this.#lengthenLines();
      bits = 1 + this.#flipUpTo(row, piece, false, bits - 1);
    }
    if (bits > this.usedCounterBits[row]!) this.usedCounterBits[row] = bits;
  }

  /** One neighbour fewer holds `piece`. */
  removeHolder(row: number, piece: PieceIndex): void {
    const bit = this.#flipUpTo(row, piece, true);
    assert(bit < this.counterBits, 'only a holder can leave');
  }

  /**
   * Flips the bits of a count from the lowest, or `from`, up to the first that `isSet`, or is not.
   * Returns which that is, or how many bits there are.
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

  /** Gives each line twice as many words. */
  #lengthenLines(): void {
    const { availability, counterBits } = this;
    const longer = new Uint32Array(2 * availability.length);
    for (let at = 0; at < availability.length; at += counterBits) {
      longer.set(availability.subarray(at, at + counterBits), 2 * at);
    }
    this.availability = longer;
    this.counterBits = 2 * counterBits;
  }

  #grow(needed: number): void {
    const capacity = Math.max(needed, Math.ceil(GROWTH * this.flags.length));
    this.flags = grown(this.flags, new Uint8Array(capacity));
    this.announced = grown(this.announced, new Uint32Array(capacity * this.pieceWords));
    this.remote = grown(this.remote, new Int32Array(capacity));
    for (const column of this.#columns) column.grow(capacity);
  }
}
