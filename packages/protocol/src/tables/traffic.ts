/**
 * What each connection has carried, in bits: what chokers rank by, and what tells how many blocks
 * to request ahead.
 *
 * Bits count when they arrive, not when their block is complete. A host that knows of bits before
 * the end of their block reports them as *early* bits; they are not counted a second time when the
 * block arrives.
 */

import { grown } from '@cachetorrent/std';

import { type ConnectionColumn, type ConnectionLayout, moveValues } from './connection-columns.ts';
import {
  DownloadCells,
  EARLY,
  LAST_BLOCK_MS,
  LAST_RECEIVED_MS,
  RECEIVE_KBPS,
} from './download-cells.ts';

export class Traffic implements ConnectionColumn {
  /** The bits received on each connection. */
  received: Float64Array = new Float64Array(0);
  /** When the last bits were received; 0 if there were none. */
  receivedAtMs: Float64Array = new Float64Array(0);
  /** The bits sent on each connection. */
  sent: Float64Array = new Float64Array(0);
  /** The bits sent until the last unchoke. */
  sentAtUnchoke: Float64Array = new Float64Array(0);
  /** When the other side was unchoked last, in ms; 0 if never. */
  unchokedAtMs: Float64Array = new Float64Array(0);
  /** When the other side was unchoked optimistically last, in ms; 0 if never. */
  optimisticAtMs: Float64Array = new Float64Array(0);
  /**
   * A number above 0 that orders the connections, drawn when each is established; 0 before. Only
   * for chokers that use it (`InterestedPeers.position`): empty before `needPositions`.
   */
  position: Float64Array = new Float64Array(0);
  /**
   * The bits received and sent until the last round of the choker, and until the one before, if
   * `needRounds` has asked for that.
   */
  #receivedUntil: Float64Array[] = [new Float64Array(0)];
  #sentUntil: Float64Array[] = [new Float64Array(0)];

  #hasPositions = false;

  /** What is under way on each connection. */
  readonly downloads: DownloadCells;

  constructor(layout: ConnectionLayout) {
    layout.addColumn(this);
    this.downloads = new DownloadCells(layout);
  }

  /** Makes room for `position`. */
  needPositions(): void {
    if (this.#hasPositions) return;
    this.#hasPositions = true;
    this.position = new Float64Array(this.received.length);
  }

  /** Keeps what had been carried until so many rounds ago, from now on. */
  needRounds(rounds: 1 | 2): void {
    if (rounds === this.#receivedUntil.length || rounds === 1) return;
    this.#receivedUntil.push(new Float64Array(this.received.length));
    this.#sentUntil.push(new Float64Array(this.received.length));
  }

  grow(connections: number): void {
    const enlarge = (column: Float64Array): Float64Array => grown(column, connections);
    this.received = enlarge(this.received);
    this.receivedAtMs = enlarge(this.receivedAtMs);
    this.sent = enlarge(this.sent);
    this.sentAtUnchoke = enlarge(this.sentAtUnchoke);
    this.unchokedAtMs = enlarge(this.unchokedAtMs);
    this.optimisticAtMs = enlarge(this.optimisticAtMs);
    if (this.#hasPositions) this.position = enlarge(this.position);
    this.#receivedUntil = this.#receivedUntil.map(enlarge);
    this.#sentUntil = this.#sentUntil.map(enlarge);
  }

  move(from: number, to: number, count: number): void {
    for (const column of this.#columns()) moveValues(column, from, to, count);
  }

  clear(from: number, count: number): void {
    for (const column of this.#columns()) column.fill(0, from, from + count);
  }

  /** A connection is opened at position `at`: nothing has been carried on it. */
  opened(at: number): void {
    for (const column of this.#columns()) column[at] = 0;
    this.downloads.release(at);
  }

  /** Bits of a block that has not arrived as a whole have been received. */
  receivedEarly(at: number, bits: number, nowMs: number): void {
    this.received[at]! += bits;
    this.downloads.setFloat(at, EARLY, this.downloads.float(at, EARLY) + bits);
    this.downloads.setFloat(at, LAST_RECEIVED_MS, nowMs);
    this.receivedAtMs[at] = nowMs;
  }

  /** Blocks are requested of a side of which nothing was requested. */
  requested(at: number, nowMs: number): void {
    this.downloads.setFloat(at, LAST_RECEIVED_MS, nowMs);
    this.downloads.setFloat(at, LAST_BLOCK_MS, nowMs);
    // What has arrived in part belongs to requests that were lost.
    this.downloads.setFloat(at, EARLY, 0);
  }

  /** Blocks of `bits` bits have arrived. */
  receivedBlocks(at: number, bits: number, nowMs: number): void {
    this.receivedAtMs[at] = nowMs;
    const { downloads } = this;
    // Without a cell nothing is under way that could be late.
    if (!downloads.has(at)) {
      this.received[at]! += bits;
      return;
    }
    const before = downloads.float(at, EARLY);
    const early = Math.min(before, bits);
    downloads.setFloat(at, EARLY, before - early);
    this.received[at]! += bits - early;
    downloads.setFloat(at, LAST_RECEIVED_MS, nowMs);
    downloads.setFloat(at, LAST_BLOCK_MS, nowMs);
  }

  /** Nothing is being received on a connection any more. */
  receivesNothing(at: number): void {
    if (this.downloads.has(at)) this.downloads.setFloat(at, RECEIVE_KBPS, 0);
  }

  /**
   * We are choked on a connection, and nothing is requested there: its download is over, unless
   * what has arrived of a block counts when the rest comes.
   */
  mayEndDownload(at: number): void {
    const { downloads } = this;
    const isUnderWay = downloads.float(at, EARLY) > 0 || downloads.float(at, RECEIVE_KBPS) > 0;
    if (!isUnderWay) downloads.release(at);
  }

  /** Whether nothing has been received for `silentMs`, or ever; never if that is 0. */
  isSilent(at: number, silentMs: number, nowMs: number): boolean {
    const receivedAtMs = this.receivedAtMs[at]!;
    return silentMs > 0 && (receivedAtMs === 0 || nowMs >= receivedAtMs + silentMs);
  }

  /** The other side is unchoked. */
  unchoked(at: number, nowMs: number): void {
    this.unchokedAtMs[at] = nowMs;
    this.sentAtUnchoke[at] = this.sent[at]!;
  }

  /** The bits received until the last round, or until the one before if `rounds` is 2. */
  receivedUntil(rounds: 1 | 2): Float64Array {
    return this.#receivedUntil[rounds - 1]!;
  }

  /** The bits sent until then. */
  sentUntil(rounds: 1 | 2): Float64Array {
    return this.#sentUntil[rounds - 1]!;
  }

  /** A round ends for `count` connections from position `first` on. */
  endRound(first: number, count: number): void {
    const end = first + count;
    const [received, receivedBefore] = this.#receivedUntil;
    const [sent, sentBefore] = this.#sentUntil;
    for (let at = first; at < end; at++) {
      if (receivedBefore !== undefined) receivedBefore[at] = received![at]!;
      if (sentBefore !== undefined) sentBefore[at] = sent![at]!;
      received![at] = this.received[at]!;
      sent![at] = this.sent[at]!;
    }
  }

  #columns(): Float64Array[] {
    return [
      this.received,
      this.receivedAtMs,
      this.sent,
      this.sentAtUnchoke,
      this.unchokedAtMs,
      this.optimisticAtMs,
      ...(this.#hasPositions ? [this.position] : []),
      ...this.#receivedUntil,
      ...this.#sentUntil,
    ];
  }
}
