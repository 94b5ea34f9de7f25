/**
 * How many blocks to keep requested on each connection: what arrives in a few seconds at the
 * present rate, so that the other side is never idle, and no more, so that a slow peer holds back
 * little.
 *
 * Where pieces are moved whole, it is a fixed number of pieces. It is one also on the connections
 * of a follower to its leaders, which may have to get a piece first.
 */

import { type Connection, pieceOf } from '../ids.ts';
import { PEER_CHOKING, SNUBBING, STARVING } from '../tables/connection-flags.ts';
import { EARLY, LAST_BLOCK_MS, LAST_RECEIVED_MS, RECEIVE_KBPS } from '../tables/download-cells.ts';
import type { Traffic } from '../tables/traffic.ts';
import type { PeerComponents } from './components.ts';

/** A fast connection gets at most so much of the file for its own: 8 MiB (libtorrent). */
const ADJACENT_BITS_MAX = 8 * 2 ** 23;

/** Who sends bits now and then, but no whole block in this time (libtorrent: `request_timeout`). */
const BLOCK_TIMEOUT_MS = 60_000;

export class RequestWindow {
  /** Undefined if pieces are moved whole. */
  readonly #traffic: Traffic | undefined;

  readonly #peer: PeerComponents;

  constructor(components: PeerComponents) {
    this.#peer = components;
    if (components.partial !== undefined) this.#traffic = components.tables.traffic;
  }

  opened(connection: Connection): void {
    this.#peer.tables.downloadState[this.#at(connection)] = 0;
    this.#traffic?.opened(this.#at(connection));
  }

  /** The number of blocks to keep requested. */
  target(connection: Connection): number {
    const traffic = this.#traffic;
    if (traffic === undefined) return this.#peer.settings.backlog;
    if (this.isSnubbing(connection)) return 1;
    if (this.isToLeader(connection))
      return this.#peer.settings.backlog * this.#peer.settings.layout.blocksPerPiece;
    const { requestQueueMs, requestQueueMin, requestQueueMax, requestQueueStart } =
      this.#peer.settings.client;
    const kbps = traffic.downloads.float(this.#at(connection), RECEIVE_KBPS);
    if (kbps === 0) return requestQueueStart;
    const blocks = Math.ceil((kbps * requestQueueMs) / this.#peer.settings.layout.blockBits);
    return Math.min(requestQueueMax, Math.max(requestQueueMin, blocks));
  }

  /** The number of blocks that are requested and have not arrived. */
  outstanding(connection: Connection): number {
    const requested = this.#peer.tables.requests.lengthOf(this.#peer.row, connection);
    if (this.#traffic === undefined) return requested;
    const early = this.#traffic.downloads.float(this.#at(connection), EARLY);
    return Math.max(0, requested - Math.floor(early / this.#peer.settings.layout.blockBits));
  }

  /** Whether so few blocks are outstanding that more should be requested. */
  needsRefill(connection: Connection): boolean {
    const target = this.target(connection);
    const outstanding = this.outstanding(connection);
    if (outstanding >= target) return false;
    // Several blocks at a time, so that they make one span.
    if (this.#traffic !== undefined && outstanding > target >> 1) {
      return this.wholePieces(connection) > 0;
    }
    return true;
  }

  /** How many adjacent pieces the connection should get for its own; 0 if it is not so fast. */
  wholePieces(connection: Connection): number {
    const traffic = this.#traffic;
    if (traffic === undefined || this.isSnubbing(connection)) return 0;
    if (this.isToLeader(connection)) return 1;
    const bits =
      traffic.downloads.float(this.#at(connection), RECEIVE_KBPS) *
      this.#peer.settings.client.wholePieceMs;
    return Math.floor(Math.min(bits, ADJACENT_BITS_MAX) / this.#peer.settings.layout.pieceBits);
  }

  /** Blocks are about to be requested. */
  requesting(connection: Connection): void {
    const traffic = this.#traffic;
    if (
      traffic === undefined ||
      this.#peer.tables.requests.lengthOf(this.#peer.row, connection) > 0
    )
      return;
    traffic.requested(this.#at(connection), this.#peer.host.nowMs);
  }

  /** Blocks of `bits` bits have arrived. */
  received(connection: Connection, bits: number): void {
    const traffic = this.#traffic;
    if (traffic === undefined) return;
    const at = this.#at(connection);
    traffic.receivedBlocks(at, bits, this.#peer.host.nowMs);
    this.#peer.tables.downloadState[at]! &= ~SNUBBING;
  }

  /** Bits of requested blocks have arrived before the whole block, now at a rate of `kbps`. */
  arriving(connection: Connection, bits: number, kbps: number): void {
    const traffic = this.#traffic;
    if (traffic === undefined) return;
    const at = this.#at(connection);
    const { downloads } = traffic;
    if (kbps > 0 || downloads.has(at)) downloads.setFloat(at, RECEIVE_KBPS, kbps);
    const requestedBits =
      this.#peer.tables.requests.lengthOf(this.#peer.row, connection) *
      this.#peer.settings.layout.blockBits;
    const counted = Math.min(bits, requestedBits - downloads.float(at, EARLY));
    if (counted <= 0) return;
    const blocksBefore = Math.floor(
      downloads.float(at, EARLY) / this.#peer.settings.layout.blockBits,
    );
    traffic.receivedEarly(at, counted, this.#peer.host.nowMs);
    if (
      Math.floor(downloads.float(at, EARLY) / this.#peer.settings.layout.blockBits) === blocksBefore
    )
      return;
    downloads.setFloat(at, LAST_BLOCK_MS, this.#peer.host.nowMs);
    this.#peer.tables.downloadState[at]! &= ~SNUBBING;
  }

  /** The other side has choked us. It may still finish the block that has arrived in part. */
  choked(connection: Connection): void {
    if (this.#traffic === undefined) return;
    this.#traffic.receivesNothing(this.#at(connection));
    this.#traffic.mayEndDownload(this.#at(connection));
  }

  /** A connection is closed. */
  closed(connection: Connection): void {
    this.#traffic?.downloads.release(this.#at(connection));
  }

  /** Whether nothing has arrived for `timeoutMs`, or no whole block for longer. */
  isOverdue(connection: Connection, timeoutMs: number): boolean {
    if (this.isSilent(connection, timeoutMs)) return true;
    const lastMs = this.#traffic?.downloads.float(this.#at(connection), LAST_BLOCK_MS) ?? Infinity;
    return this.#isLate(connection, lastMs + Math.max(timeoutMs, BLOCK_TIMEOUT_MS));
  }

  /** Whether nothing has arrived for `timeoutMs`. */
  isSilent(connection: Connection, timeoutMs: number): boolean {
    const lastMs =
      this.#traffic?.downloads.float(this.#at(connection), LAST_RECEIVED_MS) ?? Infinity;
    return this.#isLate(connection, lastMs + timeoutMs);
  }

  /**
   * A leader may take any time to get a piece, unless it chokes us: what is requested then it has
   * held when it became a leader.
   */
  #isLate(connection: Connection, dueMs: number): boolean {
    if (this.#peer.host.nowMs < dueMs) return false;
    if (!this.isToLeader(connection)) return true;
    const isChoked = (this.#peer.connections.flags(connection) & PEER_CHOKING) !== 0;
    return isChoked || this.#isHeldPieceRequested(connection);
  }

  /** Whether a piece is requested that the other side, a leader, is known to hold. */
  #isHeldPieceRequested(connection: Connection): boolean {
    const { blocksPerPiece } = this.#peer.settings.layout;
    return this.#peer.tables.requests.some(
      this.#peer.row,
      connection,
      (block) => this.#peer.host.isRelayed?.(connection, pieceOf(block, blocksPerPiece)) === false,
    );
  }

  isStarving(connection: Connection): boolean {
    return (this.#peer.tables.downloadState[this.#at(connection)]! & STARVING) !== 0;
  }

  setStarving(connection: Connection, isStarving: boolean): void {
    const at = this.#at(connection);
    if (isStarving) this.#peer.tables.downloadState[at]! |= STARVING;
    else this.#peer.tables.downloadState[at]! &= ~STARVING;
  }

  isSnubbing(connection: Connection): boolean {
    return (this.#peer.tables.downloadState[this.#at(connection)]! & SNUBBING) !== 0;
  }

  setSnubbing(connection: Connection): void {
    const at = this.#at(connection);
    this.#peer.tables.downloadState[at]! |= SNUBBING;
  }

  /** Whether the other side is a leader of ours, which may have to get what we request. */
  isToLeader(connection: Connection): boolean {
    const { leaders } = this.#peer.leadership;
    return leaders.length > 0 && leaders.includes(this.#peer.connections.remoteOf(connection));
  }

  #at(connection: Connection): number {
    return this.#peer.connections.first + connection;
  }
}
