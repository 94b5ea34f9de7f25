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
import type { ConnectionTable } from '../tables/connections.ts';
import type { PeerHost } from './host.ts';

/** What it is made of. */
export interface AllowedFastParts {
  readonly pieceCount: number;
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

export class AllowedFast {
  readonly #parts: AllowedFastParts;
  /** The connections on which we have sent the set. */
  readonly #granted = new ConnectionSet();
  /** The connections on which we do not send it. */
  readonly #denied = new ConnectionSet();
  /** What we may request; usually all allow the same few pieces, so a short list. */
  readonly #allowed: AllowedPiece[] = [];

  constructor(parts: AllowedFastParts) {
    this.#parts = parts;
  }

  // What the other side may request.

  /** Lets the other side request nothing while we choke it. */
  deny(connection: Connection): void {
    this.#denied.add(connection);
  }

  /** Tells the other side what it may request while we choke it, unless we have done so. */
  grant(connection: Connection): void {
    if (this.#granted.has(connection) || this.#denied.has(connection)) return;
    this.#granted.add(connection);
    const { host, connections } = this.#parts;
    connections.applyDueHaves();
    for (const piece of this.#setOf(connection)) {
      if (!connections.hasPiece(connection, piece)) host.allowedFast(connection, piece);
    }
  }

  /** Whether the other side may request `piece` while we choke it. */
  isGranted(connection: Connection, piece: PieceIndex): boolean {
    return this.#granted.has(connection) && this.#setOf(connection).includes(piece);
  }

  #setOf(connection: Connection): readonly PieceIndex[] {
    const { host, count } = this.#parts;
    return host.allowedFastSet?.(connection, count) ?? [];
  }

  // What we may request.

  /** The other side lets us request `piece`, which we lack, while it chokes us. */
  allow(connection: Connection, piece: PieceIndex): void {
    let allowed = this.#find(piece);
    if (allowed === undefined) {
      allowed = { piece, connections: new ConnectionSet() };
      this.#allowed.push(allowed);
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
    const allowed = this.#find(piece);
    if (allowed !== undefined) this.#allowed.splice(this.#allowed.indexOf(allowed), 1);
  }

  closed(connection: Connection): void {
    this.#granted.delete(connection);
    this.#denied.delete(connection);
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
      if (!this.#parts.connections.hasPiece(connection, piece)) continue;
      if (!isAny) this.#clearWords();
      isAny = true;
      words[piece >>> 5]! |= 1 << (piece & 31);
    }
    return isAny ? words : undefined;
  }

  #clearWords(): void {
    const count = wordsFor(this.#parts.pieceCount);
    if (words.length < count) words = new Uint32Array(2 * count);
    words.fill(0, 0, count);
  }

  #find(piece: PieceIndex): AllowedPiece | undefined {
    for (const allowed of this.#allowed) if (allowed.piece === piece) return allowed;
    return undefined;
  }
}
