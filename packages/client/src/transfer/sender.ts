/**
 * Sends the requested blocks: the pieces in the order that our peer chooses, one block on each
 * connection in turn, as far as the sockets and the upload limit permit.
 */

import { NO_BLOCK, NO_PIECE, type Peer, type PieceIndex, pieceOf } from '@cachetorrent/protocol';
import { bytesOfPiece, type PieceLayout } from '@cachetorrent/protocol/wire';

import type { Clock } from '../clock.ts';
import type { RemotePeer } from '../connections/remote-peer.ts';
import { type CachedRun, type ReadCache, RUN_BYTES_MAX } from './read-cache.ts';
import type { TokenBucket } from './token-bucket.ts';

/** The options of a `Sender`. */
export interface SenderOptions {
  readonly layout: PieceLayout;
  readonly cache: ReadCache;
  readonly tokenBucket: TokenBucket;
  readonly clock: Clock;
  /** The token bucket is empty: call `sendBlocks` again soon. */
  readonly onLimitReached: () => void;
}

/** Sends the requested blocks. */
export class Sender {
  readonly #options: SenderOptions;
  /** The remote peers to whom our peer sends a piece. */
  readonly #active = new Set<RemotePeer>();
  /** The bytes of blocks that have been sent so far. */
  sentBytes = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  start(remote: RemotePeer): void {
    this.#active.add(remote);
  }

  stop(remote: RemotePeer): void {
    this.#active.delete(remote);
  }

  /** Sends all blocks that can be sent now. */
  sendBlocks(peer: Peer): void {
    const all = [...this.#active];
    for (const { tcp } of all) tcp.cork();
    let rest = all;
    while (rest.length > 0) rest = rest.filter((remote) => this.#sendBlock(remote, peer));
    for (const { tcp } of all) tcp.uncork();
  }

  /** Sends one block. Returns false if no block can be sent to `remote` now. */
  #sendBlock(remote: RemotePeer, peer: Peer): boolean {
    const { cache, tokenBucket, clock, onLimitReached } = this.#options;
    const { tcp, incoming } = remote;
    if (tcp.isCongested || tcp.session.isClosed) return false;
    const piece = this.#nextPiece(remote, peer);
    if (piece === NO_PIECE) return false;
    const { begin, length } = incoming.first(piece)!;
    const run = cache.find({ piece, begin, length });
    if (run === undefined) {
      cache.read(incoming.run(piece, RUN_BYTES_MAX)!);
      return false;
    }
    if (begin === run.begin) this.#readAhead(remote, run, peer);

    const nowMs = clock.nowMs();
    if (!tokenBucket.take(length, nowMs)) {
      onLimitReached();
      return false;
    }
    incoming.shift(piece);
    const offset = begin - run.begin;
    if (tcp.writer.piece(piece, begin, run.bytes.subarray(offset, offset + length))) {
      remote.sentBytes += length;
      remote.lastUsedMs = nowMs;
      this.sentBytes += length;
      cache.retain(run, tcp);
      tcp.flush();
    }
    return true;
  }

  /** Reads what is requested next from the disk while `run` is sent. */
  #readAhead({ incoming }: RemotePeer, { piece, begin, length }: CachedRun, peer: Peer): void {
    const { cache } = this.#options;
    let next = incoming.run(piece, RUN_BYTES_MAX, begin + length);
    if (next === undefined) {
      const other = incoming.firstOther(piece);
      if (other === undefined || !peer.hasPiece(other as PieceIndex)) return;
      next = incoming.run(other, RUN_BYTES_MAX);
    }
    if (next !== undefined) cache.read(next);
  }

  /** Returns the piece to send a block of, and reports the pieces before it as sent. */
  #nextPiece({ connection, incoming }: RemotePeer, peer: Peer): number {
    for (
      let block = peer.nextToSend(connection);
      block !== NO_BLOCK;
      block = peer.nextToSend(connection)
    ) {
      const piece = pieceOf(block, 1);
      if (incoming.has(piece)) return piece;
      const isWhole = incoming.sentBytes(piece) >= bytesOfPiece(this.#options.layout, piece);
      // The other side has requested no other piece: it may still request the rest of this one.
      if (!isWhole && incoming.firstOther(piece) === undefined) return NO_PIECE;
      incoming.finish(piece);
      peer.blocksSent(connection, 1);
    }
    return NO_PIECE;
  }
}
