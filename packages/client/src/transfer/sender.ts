/**
 * Sends the requested blocks: in the order that our peer chooses, one on each
 * connection in turn, as far as the sockets and the upload limit permit.
 */

import { NO_BLOCK, type Peer, type PieceIndex } from '@cachetorrent/protocol';
import type { PieceLayout } from '@cachetorrent/protocol/wire';

import type { Clock } from '../clock.ts';
import type { RemotePeer } from '../connections/remote-peer.ts';
import { rangeOf } from './block-bytes.ts';
import { type ByteRange, type CachedRun, type ReadCache, RUN_BYTES_MAX } from './read-cache.ts';
import type { TokenBucket } from './token-bucket.ts';

/** The options of a `Sender`. */
export interface SenderOptions {
  readonly layout: PieceLayout;
  readonly cache: ReadCache;
  readonly tokenBucket: TokenBucket;
  readonly clock: Clock;
  /** The token bucket is empty: call `sendBlocks` again after this time. */
  readonly onLimitReached: (waitMs: number) => void;
}

/** Sends the requested blocks. */
export class Sender {
  readonly #options: SenderOptions;
  /** The remote peers to whom our peer sends blocks; the one whose turn is next is the first. */
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
    while (rest.length > 0) rest = rest.filter((remote) => this.#sendRange(remote, peer));
    for (const { tcp } of all) tcp.uncork();
  }

  /** Sends a requested range. Returns false if none can be sent to `remote` now. */
  #sendRange(remote: RemotePeer, peer: Peer): boolean {
    const { cache, tokenBucket, clock, onLimitReached } = this.#options;
    const { connection, tcp, incoming } = remote;
    if (tcp.isCongested || tcp.session.isClosed) return false;
    const range = this.#nextRange(remote, peer);
    if (range === undefined) return false;
    const { piece, begin, length } = range;
    const run = cache.find(range);
    if (run === undefined) {
      const next = incoming.run(piece, RUN_BYTES_MAX, begin)!;
      cache.read(next.begin === begin && next.length >= length ? next : range);
      return false;
    }
    if (begin === run.begin) this.#readAhead(remote, run, peer);

    const nowMs = clock.nowMs();
    if (!tokenBucket.take(length, nowMs)) {
      onLimitReached(tokenBucket.waitMs);
      return false;
    }
    this.#moveToEnd(remote);
    incoming.remove(piece, range);
    const offset = begin - run.begin;
    if (tcp.writer.piece(piece, begin, run.bytes.subarray(offset, offset + length))) {
      remote.sentBytes += length;
      remote.lastUsedMs = nowMs;
      this.sentBytes += length;
      peer.sending(connection, 8 * length);
      cache.retain(run, tcp);
      tcp.flush();
    }
    return true;
  }

  /** The next range is another's, also if the upload limit is reached in between. */
  #moveToEnd(remote: RemotePeer): void {
    if (this.#active.delete(remote)) this.#active.add(remote);
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

  /** Returns the range to send, and reports the blocks before it as sent. */
  #nextRange({ connection, incoming }: RemotePeer, peer: Peer): ByteRange | undefined {
    for (
      let block = peer.nextToSend(connection);
      block !== NO_BLOCK;
      block = peer.nextToSend(connection)
    ) {
      const blockRange = rangeOf(this.#options.layout, block);
      const range = incoming.first(blockRange);
      if (range !== undefined) return { piece: blockRange.piece, ...range };
      peer.blocksSent(connection, 1);
    }
    return undefined;
  }
}
