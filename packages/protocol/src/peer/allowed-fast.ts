/**
 * Allowed fast (BEP 6): a few pieces that each peer may request although it is choked, so that a
 * newcomer soon has something to give. Which pieces they are depends only on who requests, so that
 * nobody collects more of them by asking more peers.
 *
 *     first `interested` ──▶ allowedFast(3), allowedFast(8), … ──▶ request(3) ──▶ piece(3)
 *
 * The set is sent when the other side becomes interested for the first time, without the pieces
 * that it has announced (libtorrent, `peer_connection::send_allowed_set`). Requests for them need
 * no upload slot, and no choke drops them.
 */

import type { Connection, PieceIndex } from '../ids.ts';
import { wordsFor } from '../tables/bitfield.ts';
import { ConnectionSet } from '../tables/connection-set.ts';
import { DENIED, GRANTED } from '../tables/connection-flags.ts';
import type { ConnectionTable } from '../tables/connections.ts';
import type { PeerTables } from '../tables/peer-tables.ts';
import type { PeerHost } from './host.ts';

/** What it is made of. */
export interface AllowedFastParts {
  readonly pieceCount: number;
  readonly tables: PeerTables;
  readonly connections: ConnectionTable;
  readonly host: PeerHost;
  /** The number of pieces that we allow; see `ClientOptions.allowedFastPieces`. */
  readonly count: number;
}

/** A piece that we lack, and the connections on which we may request it while choked. */
interface AllowedPiece {
  readonly piece: PieceIndex;
  readonly connections: ConnectionSet;
}

/** A set of pieces as words of bits; used within one call only, so all peers share it. */
let words = new Uint32Array(64);

/** We may request nothing while we are choked. */
const NOTHING: readonly AllowedPiece[] = [];

export class AllowedFast {
  readonly #pieceCount: number;
  readonly #tables: PeerTables;
  readonly #connections: ConnectionTable;
  readonly #host: PeerHost;
  readonly #count: number;
  /** What we may request; usually all allow the same few pieces, so a short list. */
  #allowed: readonly AllowedPiece[] = NOTHING;

  constructor({ pieceCount, tables, connections, host, count }: AllowedFastParts) {
    this.#pieceCount = pieceCount;
    this.#tables = tables;
    this.#connections = connections;
    this.#host = host;
    this.#count = count;
  }

  // What the other side may request.

  /** Lets the other side request nothing while we choke it. */
  deny(connection: Connection): void {
    this.#tables.downloadState[this.#connections.first + connection]! |= DENIED;
  }

  /** Tells the other side what it may request while we choke it, unless we have done so. */
  grant(connection: Connection): void {
    const at = this.#connections.first + connection;
    if ((this.#tables.downloadState[at]! & (GRANTED | DENIED)) !== 0) return;
    this.#tables.downloadState[at]! |= GRANTED;
    this.#connections.applyDueHaves();
    for (const piece of this.#setOf(connection)) {
      const isHeld = this.#connections.hasPiece(connection, piece);
      if (!isHeld) this.#host.allowedFast(connection, piece);
    }
  }

  /** Whether the other side may request `piece` while we choke it. */
  isGranted(connection: Connection, piece: PieceIndex): boolean {
    const state = this.#tables.downloadState[this.#connections.first + connection]!;
    return (state & GRANTED) !== 0 && this.#setOf(connection).includes(piece);
  }

  #setOf(connection: Connection): readonly PieceIndex[] {
    return this.#host.allowedFastSet?.(connection, this.#count) ?? [];
  }

  // What we may request.

  /** The other side lets us request `piece`, which we lack, while it chokes us. */
  allow(connection: Connection, piece: PieceIndex): void {
    let allowed = this.#find(piece);
    if (allowed === undefined) {
      allowed = { piece, connections: new ConnectionSet() };
      this.#allowed = this.#allowed.concat(allowed);
    }
    allowed.connections.add(connection);
  }

  /** Whether we may request `piece` while the other side chokes us. */
  isAllowed(connection: Connection, piece: PieceIndex): boolean {
    return this.#find(piece)?.connections.has(connection) === true;
  }

  /** Whether we may request any piece that we lack while the other side chokes us. */
  isAnyAllowed(connection: Connection): boolean {
    for (const { connections } of this.#allowed) if (connections.has(connection)) return true;
    return false;
  }

  /** The other side does not let us request `piece` any more. */
  withdraw(connection: Connection, piece: PieceIndex): void {
    this.#find(piece)?.connections.delete(connection);
  }

  /** We request nothing on a connection any more. */
  withdrawAll(connection: Connection): void {
    for (const { connections } of this.#allowed) connections.delete(connection);
  }

  /** A piece is stored, and is not requested again. */
  stored(piece: PieceIndex): void {
    if (this.#find(piece) === undefined) return;
    const left = this.#allowed.filter((allowed) => allowed.piece !== piece);
    this.#allowed = left.length === 0 ? NOTHING : left;
  }

  closed(connection: Connection): void {
    this.#tables.downloadState[this.#connections.first + connection]! &= ~(GRANTED | DENIED);
    this.withdrawAll(connection);
  }

  /**
   * The pieces that we may request while the other side, which holds them, chokes us: a row of bits
   * that is valid until the next call; undefined if there are none.
   */
  piecesOn(connection: Connection): Uint32Array | undefined {
    let isAny = false;
    for (const { piece, connections } of this.#allowed) {
      if (!connections.has(connection)) continue;
      if (!this.#connections.hasPiece(connection, piece)) continue;
      if (!isAny) this.#clearWords();
      isAny = true;
      words[piece >>> 5]! |= 1 << (piece & 31);
    }
    return isAny ? words : undefined;
  }

  #clearWords(): void {
    const count = wordsFor(this.#pieceCount);
    if (words.length < count) words = new Uint32Array(2 * count);
    words.fill(0, 0, count);
  }

  #find(piece: PieceIndex): AllowedPiece | undefined {
    for (const allowed of this.#allowed) if (allowed.piece === piece) return allowed;
    return undefined;
  }
}
