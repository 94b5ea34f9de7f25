/**
 * Sends the blocks that others have asked for, in the order in which our peer wants pieces to go,
 * one block from each connection in turn, as far as sockets and our allowance take them.
 */

import { NO_PIECE, type Peer, type PieceIndex } from '@cachetorrent/protocol';
import { bytesOfPiece, type PieceLayout } from '@cachetorrent/protocol/wire';

import type { Link } from '../link.ts';
import type { Allowance } from './allowance.ts';
import type { PieceCache } from './piece-cache.ts';

export interface SenderOptions {
  readonly shape: PieceLayout;
  readonly cache: PieceCache;
  readonly allowance: Allowance;
  /** To be called again soon: the allowance is used up. */
  readonly onSpent: () => void;
}

export class Sender {
  readonly #options: SenderOptions;
  /** Those that our peer has something to send on. */
  readonly #active = new Set<Link>();
  /** Bytes of blocks since the start. */
  sentBytes = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  start(link: Link): void {
    this.#active.add(link);
  }

  stop(link: Link): void {
    this.#active.delete(link);
  }

  /** Sends what can be sent now. */
  serve(peer: Peer): void {
    const corked: Link[] = [];
    let rest = [...this.#active];
    for (const { connection } of rest) connection.cork();
    corked.push(...rest);
    while (rest.length > 0) rest = rest.filter((link) => this.#sendOne(link, peer));
    for (const { connection } of corked) connection.uncork();
  }

  /** Returns whether a block went; where none did, none can go now. */
  #sendOne(link: Link, peer: Peer): boolean {
    const { cache, allowance, onSpent } = this.#options;
    const { connection, deliveries } = link;
    if (connection.isCongested || connection.session.isClosed) return false;
    const piece = this.#pieceFor(link, peer);
    if (piece === NO_PIECE) return false;
    const bytes = cache.get(piece);
    if (bytes === undefined) return false;

    if (deliveries.sentBytes(piece) === 0) {
      // The next piece is read while this one goes.
      const next = deliveries.waitingBeside(piece);
      if (next !== undefined && peer.hasPiece(next as PieceIndex)) cache.get(next);
    }

    const { begin, length } = deliveries.first(piece)!;
    const nowMs = performance.now();
    if (!allowance.take(length, nowMs)) {
      onSpent();
      return false;
    }
    deliveries.shift(piece);
    if (connection.say.piece(piece, begin, bytes.subarray(begin, begin + length))) {
      link.sentBytes += length;
      link.usedAtMs = nowMs;
      this.sentBytes += length;
      cache.lend(piece, connection);
      connection.flush();
    }
    return true;
  }

  /** The piece to send a block of; pieces that have gone are finished on the way. */
  #pieceFor({ on, deliveries }: Link, peer: Peer): number {
    for (let piece = peer.nextToSend(on); piece !== NO_PIECE; piece = peer.nextToSend(on)) {
      if (deliveries.isWaiting(piece)) return piece;
      const isWhole = deliveries.sentBytes(piece) >= bytesOfPiece(this.#options.shape, piece);
      // The other side may still ask for the rest of it, and has asked for nothing else.
      if (!isWhole && deliveries.waitingBeside(piece) === undefined) return NO_PIECE;
      deliveries.finish(piece);
      peer.pieceSent(on);
    }
    return NO_PIECE;
  }
}
