/**
 * Which piece is requested next on a connection: what the picker says, or on a fast connection one
 * of several adjacent pieces. libtorrent calls them contiguous (`whole_pieces_threshold`,
 * `piece_picker::expand_piece`): fast connections are to read long parts of the file, though these
 * are not the rarest pieces.
 *
 *     rarest piece ──┐
 *     … 11  12  13  [14]  15  16  17 …      four pieces, that nobody sends us yet: 12 to 15
 *
 * Only the first of them is chosen for being rare, and they begin as far before it as possible. The
 * others are not reserved: who needs a piece may take them, and then they end there.
 */

import { type Connection, NO_CONNECTION, NO_PIECE, type PieceIndex } from '../ids.ts';
import { PEER_CHOKING } from '../tables/connection-flags.ts';
import { type DownloadCells, END_PIECE, NEXT_PIECE } from '../tables/download-cells.ts';
import type { PeerComponents } from './components.ts';
import type { RequestWindow } from './request-window.ts';

/**
 * What `begin` has found of a connection. It is used only until requests have been sent on that, so
 * all peers share it.
 */
let chosen = NO_CONNECTION;
let isUnchoked = true;
let wholePieces = 0;
let completesPartial = false;
let isSeed = false;

export class PieceChoice {
  readonly #peer: PeerComponents;
  readonly #window: RequestWindow;
  /** The adjacent pieces of each connection; undefined if pieces are moved whole. */
  readonly #downloads: DownloadCells | undefined;

  constructor(components: PeerComponents, window: RequestWindow) {
    this.#peer = components;
    if (components.partial !== undefined) this.#downloads = components.tables.traffic.downloads;
    this.#window = window;
  }

  /** Requests are about to be sent on a connection; returns whether it gets pieces of its own. */
  begin(connection: Connection): boolean {
    this.#peer.connections.applyDueHaves();
    chosen = connection;
    completesPartial = this.#peer.picker.completesPartial(this.#peer.connections.count);
    const whole = completesPartial ? 0 : this.#window.wholePieces(connection);
    isSeed =
      this.#peer.settings.client.partialPieces === 'seeds-apart' &&
      this.#peer.connections.hasAllPieces(connection, this.#peer.settings.layout.pieceCount);
    isUnchoked = (this.#peer.connections.flags(connection) & PEER_CHOKING) === 0;
    // Of a choked connection, only single pieces may be requested.
    wholePieces = isUnchoked ? whole : Math.min(1, whole);
    return whole > 0;
  }

  /** The next piece to request on the connection of `begin`; NO_PIECE if there is none. */
  next(): PieceIndex {
    const connection = chosen;
    const adjacent = wholePieces > 1 ? this.#nextAdjacent(connection) : NO_PIECE;
    if (adjacent !== NO_PIECE) return adjacent;
    const pieces = isUnchoked
      ? this.#peer.connections.announced
      : this.#peer.allowedFast!.piecesOn(connection);
    if (pieces === undefined) return NO_PIECE;
    const start = isUnchoked ? this.#peer.connections.announcedStart(connection) : 0;
    const exclusiveTo = wholePieces === 0 ? NO_CONNECTION : connection;
    const piece = this.#peer.picker.next(pieces, start, exclusiveTo, isSeed, completesPartial);
    if (piece === NO_PIECE || wholePieces <= 1) return piece;
    return this.#beginAdjacent(connection, piece, wholePieces);
  }

  /** Blocks of `piece` have been requested on the connection of `begin`. */
  requested(piece: PieceIndex): void {
    if (isSeed) this.#peer.partial?.markFromSeed(piece);
  }

  #nextAdjacent(connection: Connection): PieceIndex {
    const downloads = this.#downloads!;
    const at = this.#peer.connections.first + connection;
    const piece = downloads.int(at, NEXT_PIECE);
    if (piece === downloads.int(at, END_PIECE)) return NO_PIECE;
    if (!this.#isFree(connection, piece)) return NO_PIECE;
    downloads.setInt(at, NEXT_PIECE, piece + 1);
    return piece as PieceIndex;
  }

  /** Begins with up to `most` pieces, of which `piece` is one; returns the first. */
  #beginAdjacent(connection: Connection, piece: PieceIndex, most: number): PieceIndex {
    // A partial piece is completed by itself.
    if (this.#peer.partial?.has(piece) === true) return piece;
    let first: number = piece;
    while (first > piece - most + 1 && this.#isFree(connection, first - 1)) first--;
    let end = piece + 1;
    while (end < first + most && this.#isFree(connection, end)) end++;
    const at = this.#peer.connections.first + connection;
    this.#downloads!.setInt(at, NEXT_PIECE, first + 1);
    this.#downloads!.setInt(at, END_PIECE, end);
    return first as PieceIndex;
  }

  /** The connection is new, or the other side sends nothing more for now. */
  reset(connection: Connection): void {
    const at = this.#peer.connections.first + connection;
    if (this.#downloads?.has(at) !== true) return;
    this.#downloads.setInt(at, NEXT_PIECE, 0);
    this.#downloads.setInt(at, END_PIECE, 0);
  }

  /** Whether the other side holds a piece of which we have requested nothing. */
  #isFree(connection: Connection, index: number): boolean {
    if (index < 0 || index >= this.#peer.settings.layout.pieceCount) return false;
    const piece = index as PieceIndex;
    if (!this.#peer.picker.isRequestable(piece) || this.#peer.partial?.has(piece) === true)
      return false;
    return this.#peer.connections.hasPiece(connection, piece);
  }
}
