/**
 * What is done about pieces that do not arrive as they should: a remote peer rejects a request, a
 * piece fails its hash, or nobody continues to send it.
 */

import { BLOCK_BYTES, blocksOfPiece, type Peer, type PieceIndex } from '@cachetorrent/protocol';
import type { BlockRange, PieceLayout } from '@cachetorrent/protocol/wire';

import type { RemotePeer } from '../connections/remote-peer.ts';
import type { RemotePeers } from '../connections/remote-peers.ts';
import { blockAt, blockLayoutOf } from './block-bytes.ts';
import type { BlockOfPiece, Receiver } from './receiver.ts';
import { Retries, type Retry } from './retries.ts';

/** What is read and changed. Our peer may be replaced by another one. */
export interface PieceFaultsContext {
  readonly nowMs: number;
  readonly peer: Peer;
  readonly remotes: RemotePeers;
  readonly receiver: Receiver<RemotePeer>;
}

/** The bytes in partial pieces from which on those are discarded that are not requested. */
const PARTIAL_BYTES_MAX = 2 ** 26;

/** Handles the pieces that do not arrive as they should. */
export class PieceFaults {
  readonly #context: PieceFaultsContext;
  readonly #layout: PieceLayout;
  readonly #onWarning: (warning: string) => void;
  readonly #retries = new Retries<RemotePeer>();

  constructor(
    context: PieceFaultsContext,
    layout: PieceLayout,
    onWarning: (warning: string) => void,
  ) {
    this.#context = context;
    this.#layout = layout;
    this.#onWarning = onWarning;
  }

  /** Does what is due. Call it about twice a second. */
  tick(): void {
    this.#limitPartialPieces();
    this.#retryEach(this.#retries.takeDue(this.#context.nowMs));
  }

  /** A remote peer has closed its connection. */
  leave(remote: RemotePeer): void {
    this.#retries.remove(remote);
    this.#retryEach(this.#retries.takeTried(remote));
  }

  /** A remote peer has choked us. */
  choke(remote: RemotePeer): void {
    this.#retryEach(this.#retries.takeTried(remote));
  }

  /**
   * A remote peer has rejected a request. This has no effect if we have cancelled the request, or
   * lost it by a choke.
   */
  reject(remote: RemotePeer, { piece, begin }: BlockRange): void {
    const block = blockAt(this.#layout, piece, begin);
    const isRequested = this.#context.peer.isRequestedOn(remote.connection, block, 1);
    if (isRequested) this.#retryLater(remote, piece as PieceIndex);
  }

  /**
   * A piece has failed its hash: requests it again. If only one peer has sent it, from all others;
   * if several, from one, so that we learn who is to blame.
   */
  fail(piece: PieceIndex, sources: ReadonlySet<RemotePeer>): void {
    const hosts = [...sources].map(({ tcp }) => tcp.host).join(', ');
    this.#onWarning(`piece ${piece} from ${hosts} fails its hash: requesting it again`);
    this.#retryEach(this.#retries.takeFor(piece));
    const tried = sources.size === 1 ? undefined : this.#mostTrusted(piece);
    for (const remote of this.#context.remotes) {
      const isExcluded = tried === undefined ? sources.has(remote) : remote !== tried;
      if (isExcluded && holds(remote, piece)) this.#retryLater(remote, piece, tried);
    }
    const count = blocksOfPiece(blockLayoutOf(this.#layout), piece);
    this.#context.peer.discard(blockAt(this.#layout, piece, 0), count);
  }

  /** Discards what a peer in doubt has sent, and closes the connection if too much was wrong. */
  loseTrust(source: RemotePeer): void {
    if (!source.trust.isDoubtful) return;
    this.#discardEach(this.#context.receiver.discardFrom(source));
    if (source.trust.isBad) {
      source.tcp.close('bad-pieces', 'too many of its pieces fail their hash');
    }
  }

  /** Requests `piece` from others now, or from `tried` only, and from `remote` again later. */
  #retryLater(remote: RemotePeer, piece: PieceIndex, tried?: RemotePeer): void {
    remote.outgoing.cancelPiece(piece, remote.tcp.writer);
    this.#context.peer.dontHave(remote.connection, piece);
    this.#retries.schedule(remote, piece, this.#context.nowMs, tried);
  }

  /** Lets pieces be requested again from those who have not withdrawn them. */
  #retryEach(retries: readonly Retry<RemotePeer>[]): void {
    for (const { remote, piece } of retries) {
      if (!holds(remote, piece)) continue;
      this.#context.peer.have(remote.connection, piece as PieceIndex);
    }
  }

  /** Returns whom we trust most of those who hold `piece` and do not choke us. */
  #mostTrusted(piece: number): RemotePeer | undefined {
    return [...this.#context.remotes]
      .filter((remote) => holds(remote, piece) && !remote.tcp.state.peerChoking)
      .toSorted((a, b) => b.trust.points - a.trust.points)[0];
  }

  /** Bounds the memory for pieces that nobody continues to send; the oldest are discarded first. */
  #limitPartialPieces(): void {
    const { peer, receiver } = this.#context;
    if (receiver.partialBytes <= PARTIAL_BYTES_MAX) return;
    for (const piece of receiver.partialPieces) {
      if (peer.isRequested(piece as PieceIndex)) continue;
      this.#discardEach(receiver.discardPiece(piece));
      if (receiver.partialBytes <= PARTIAL_BYTES_MAX) return;
    }
  }

  /** Lets our peer request blocks again. */
  #discardEach(blocks: readonly BlockOfPiece[]): void {
    for (const { piece, block } of blocks) {
      this.#context.peer.discard(blockAt(this.#layout, piece, block * BLOCK_BYTES), 1);
    }
  }
}

/** Whether a remote peer has announced `piece` as one that it holds or can get. */
function holds({ tcp, relayedPieces }: RemotePeer, piece: number): boolean {
  return tcp.state.peerPieces.has(piece) || relayedPieces.has(piece);
}
