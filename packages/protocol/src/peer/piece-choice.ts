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
import type { ConnectionTable } from '../tables/connections.ts';
import { PEER_CHOKING } from '../tables/connection-flags.ts';
import type { PartialPieces } from '../tables/partial-pieces.ts';
import type { RequestColumns } from '../tables/request-columns.ts';
import type { AllowedFast } from './allowed-fast.ts';
import type { PeerComponents } from './components.ts';
import type { PiecePicker } from './piece-picker.ts';
import type { RequestWindow } from './request-window.ts';

export class PieceChoice {
  readonly #window: RequestWindow;
  /** The adjacent pieces of each connection; undefined if pieces are moved whole. */
  readonly #columns: RequestColumns | undefined;
  readonly #connections: ConnectionTable;
  readonly #picker: PiecePicker;
  readonly #partial: PartialPieces | undefined;
  readonly #pieceCount: number;
  readonly #allowedFast: AllowedFast | undefined;
  /** Whether seeds are asked for other partial pieces. */
  readonly #setsSeedsApart: boolean;
  /** What `begin` has found of the connection. */
  #connection = NO_CONNECTION;
  #isUnchoked = true;
  #wholePieces = 0;
  #completesPartial = false;
  #isSeed = false;

  constructor(components: PeerComponents, window: RequestWindow) {
    const { memory, connections, picker, partial, layout } = components;
    if (partial !== undefined) this.#columns = memory.tables.requestColumns;
    this.#window = window;
    this.#connections = connections;
    this.#picker = picker;
    this.#partial = partial;
    this.#pieceCount = layout.pieceCount;
    this.#allowedFast = components.allowedFast;
    this.#setsSeedsApart = components.options.client.partialPieces === 'seeds-apart';
  }

  /** Requests are about to be sent on a connection; returns whether it gets pieces of its own. */
  begin(connection: Connection): boolean {
    this.#connections.applyDueHaves();
    this.#connection = connection;
    this.#completesPartial = this.#picker.completesPartial(this.#connections.count);
    const wholePieces = this.#completesPartial ? 0 : this.#window.wholePieces(connection);
    this.#isSeed =
      this.#setsSeedsApart && this.#connections.hasAllPieces(connection, this.#pieceCount);
    this.#isUnchoked = (this.#connections.flags(connection) & PEER_CHOKING) === 0;
    // Of a choked connection, only single pieces may be requested.
    this.#wholePieces = this.#isUnchoked ? wholePieces : Math.min(1, wholePieces);
    return wholePieces > 0;
  }

  /** The next piece to request on the connection of `begin`; NO_PIECE if there is none. */
  next(): PieceIndex {
    const connection = this.#connection;
    const wholePieces = this.#wholePieces;
    const adjacent = wholePieces > 1 ? this.#nextAdjacent(connection) : NO_PIECE;
    if (adjacent !== NO_PIECE) return adjacent;
    const pieces = this.#isUnchoked
      ? this.#connections.announced
      : this.#allowedFast!.piecesOn(connection);
    if (pieces === undefined) return NO_PIECE;
    const start = this.#isUnchoked ? this.#connections.announcedStart(connection) : 0;
    const exclusiveTo = wholePieces === 0 ? NO_CONNECTION : connection;
    const piece = this.#picker.next(
      pieces,
      start,
      exclusiveTo,
      this.#isSeed,
      this.#completesPartial,
    );
    if (piece === NO_PIECE || wholePieces <= 1) return piece;
    return this.#beginAdjacent(connection, piece, wholePieces);
  }

  /** Blocks of `piece` have been requested on the connection of `begin`. */
  requested(piece: PieceIndex): void {
    if (this.#isSeed) this.#partial?.markFromSeed(piece);
  }

  #nextAdjacent(connection: Connection): PieceIndex {
    const { nextPiece, endPiece } = this.#columns!;
    const at = this.#connections.first + connection;
    const piece = nextPiece[at]!;
    if (piece === endPiece[at] || !this.#isFree(connection, piece)) return NO_PIECE;
    nextPiece[at] = piece + 1;
    return piece as PieceIndex;
  }

  /** Begins with up to `most` pieces, of which `piece` is one; returns the first. */
  #beginAdjacent(connection: Connection, piece: PieceIndex, most: number): PieceIndex {
    // A partial piece is completed by itself.
    if (this.#partial?.has(piece) === true) return piece;
    let first: number = piece;
    while (first > piece - most + 1 && this.#isFree(connection, first - 1)) first--;
    let end = piece + 1;
    while (end < first + most && this.#isFree(connection, end)) end++;
    const { nextPiece, endPiece } = this.#columns!;
    const at = this.#connections.first + connection;
    nextPiece[at] = first + 1;
    endPiece[at] = end;
    return first as PieceIndex;
  }

  /** The connection is new, or the other side sends nothing more for now. */
  reset(connection: Connection): void {
    if (this.#columns === undefined) return;
    const at = this.#connections.first + connection;
    this.#columns.nextPiece[at] = 0;
    this.#columns.endPiece[at] = 0;
  }

  /** Whether the other side holds a piece of which we have requested nothing. */
  #isFree(connection: Connection, index: number): boolean {
    if (index < 0 || index >= this.#pieceCount) return false;
    const piece = index as PieceIndex;
    if (!this.#picker.isRequestable(piece) || this.#partial?.has(piece) === true) return false;
    return this.#connections.hasPiece(connection, piece);
  }
}
