/**
 * Super-seeding (BEP 16): a seed pretends to hold nothing, and reveals pieces to each peer one by
 * one, so that every copy that it sends is of a piece that the others do not have yet.
 *
 * As in libtorrent (`torrent.cpp`, `get_piece_to_super_seed`), each peer knows of two pieces at a
 * time. When it announces one of them, it learns of the rarest piece that it lacks and that has
 * been revealed to nobody; then of the rarest that it lacks. It may request what was revealed to
 * it.
 */

import type { Random } from '@cachetorrent/std';

import type { Connection, PieceIndex } from '../ids.ts';
import { Bitfield, eachPiece } from '../tables/bitfield.ts';
import type { PeerComponents } from './components.ts';
import type { PeerHost } from './host.ts';

/** The number of pieces that a peer knows of and lacks. */
const REVEALED_AT_A_TIME = 2;

interface Receiver {
  /** The pieces that have been revealed to it. */
  readonly revealed: Bitfield;
  /** The pieces that it has announced. */
  readonly held: Bitfield;
}

export class SuperSeeding {
  readonly #host: PeerHost;
  readonly #random: Random;
  readonly #pieceCount: number;
  readonly #receivers = new Map<Connection, Receiver>();
  /** For each piece, how many peers have announced it, and to how many it has been revealed. */
  readonly #holders: Uint16Array;
  readonly #revealedTo: Uint16Array;

  constructor({ host, settings, random }: PeerComponents) {
    const { layout } = settings;
    this.#host = host;
    this.#random = random;
    this.#pieceCount = layout.pieceCount;
    this.#holders = new Uint16Array(layout.pieceCount);
    this.#revealedTo = new Uint16Array(layout.pieceCount);
  }

  /** A connection was established: reveals the first pieces. */
  established(connection: Connection): void {
    const revealed = new Bitfield(this.#pieceCount);
    this.#receivers.set(connection, { revealed, held: new Bitfield(this.#pieceCount) });
    for (let n = 0; n < REVEALED_AT_A_TIME; n++) this.#revealNext(connection);
  }

  closed(connection: Connection): void {
    const receiver = this.#receivers.get(connection);
    if (receiver === undefined) return;
    this.#receivers.delete(connection);
    eachPiece(receiver.held.words, this.#pieceCount, (piece) => {
      this.#holders[piece]!--;
    });
    eachPiece(receiver.revealed.words, this.#pieceCount, (piece) => {
      this.#revealedTo[piece]!--;
    });
  }

  /** The other side has announced `piece`. */
  have(connection: Connection, piece: PieceIndex): void {
    const receiver = this.#receivers.get(connection);
    if (receiver === undefined || !receiver.held.add(piece)) return;
    this.#holders[piece]!++;
    if (receiver.revealed.has(piece)) this.#revealNext(connection);
  }

  /** Whether `piece` has been revealed on a connection. */
  isRevealed(connection: Connection, piece: PieceIndex): boolean {
    return this.#receivers.get(connection)?.revealed.has(piece) === true;
  }

  #revealNext(connection: Connection): void {
    const { revealed, held } = this.#receivers.get(connection)!;
    let best: PieceIndex[] = [];
    let bestRank = Infinity;
    for (let piece = 0 as PieceIndex; piece < this.#pieceCount; piece++) {
      if (revealed.has(piece) || held.has(piece)) continue;
      const isOut = this.#revealedTo[piece]! > this.#holders[piece]!;
      const rank = isOut ? 0xffff : this.#holders[piece]!;
      if (rank > bestRank) continue;
      if (rank < bestRank) best = [];
      bestRank = rank;
      best.push(piece);
    }
    if (best.length === 0) return;
    const piece = best[this.#random.below(best.length)]!;
    revealed.add(piece);
    this.#revealedTo[piece]!++;
    this.#host.have(connection, piece);
  }
}
