/**
 * Assembles pieces from the received blocks, checks their hashes, and writes them to the disk. A
 * piece that fails its hash is discarded, each peer that sent blocks of it loses trust, and the
 * piece is requested from another peer.
 */

import type { PieceTrust, PieceLayout } from '@cachetorrent/protocol/wire';

import type { OutgoingRequests } from './outgoing-requests.ts';
import { BLOCK_BYTES, type PartialPiece } from './partial-piece.ts';
import { PartialPieces } from './partial-pieces.ts';

/** What the receiver reads and changes of a remote peer. */
export interface BlockSource {
  readonly outgoing: OutgoingRequests<this>;
  readonly trust: PieceTrust;
}

/** The options of a `Receiver`. */
export interface ReceiverOptions<Source extends BlockSource> {
  readonly layout: PieceLayout;
  readonly hasValidHash: (piece: number, bytes: Uint8Array) => boolean;
  readonly write: (piece: number, bytes: Uint8Array) => Promise<void>;
  /** A piece is on the disk. `source` is the peer from whom it is requested, if it still is. */
  readonly onStored: (piece: number, source: Source | undefined) => void;
  /** A piece failed its hash. `sources` are all peers that sent blocks of it. */
  readonly onHashFailure: (
    piece: number,
    source: Source | undefined,
    sources: ReadonlySet<Source>,
  ) => void;
  /** A piece could not be written. */
  readonly onWriteFailure: (error: Error) => void;
  /** Too many bytes wait for the disk (true), or no longer (false). */
  readonly onBackpressure: (isSlow: boolean) => void;
}

/** The bytes that may wait for the disk. */
const WRITING_BYTES_MAX = 2 ** 26;

/** Assembles pieces from the received blocks. */
export class Receiver<Source extends BlockSource> {
  readonly #options: ReceiverOptions<Source>;
  readonly #partials: PartialPieces<Source>;
  /** By piece: the peer from whom it is requested. */
  readonly #requestedFrom = new Map<number, Source>();
  /** The complete pieces that are being written. */
  readonly #writing = new Set<number>();
  #writingBytes = 0;
  /** The received bytes that were useless: from pieces with a wrong hash, or duplicates. */
  wastedBytes = 0;

  constructor(options: ReceiverOptions<Source>) {
    this.#options = options;
    this.#partials = new PartialPieces(options.layout);
  }

  /** Requests `piece` from `source`; a repeated request has no effect. */
  request(source: Source, piece: number): void {
    this.#requestedFrom.set(piece, source);
    if (this.#writing.has(piece) || source.outgoing.has(piece)) return;
    source.outgoing.add(this.#partials.activate(piece));
  }

  /** Drops all requests to `source`, which will not be answered. */
  dropAll(source: Source): void {
    for (const piece of source.outgoing.pieces) this.#release(source, piece);
    source.outgoing.clear();
  }

  /** Drops the request for `piece` to `source`. The caller has cancelled it on the wire. */
  drop(source: Source, piece: number): void {
    source.outgoing.remove(piece);
    this.#release(source, piece);
  }

  /** Adds a block that we requested from `source`. Copies `bytes`. */
  addBlock(source: Source, piece: number, begin: number, bytes: Uint8Array): void {
    const partial = this.#partials.get(piece);
    const isNew = partial !== undefined && partial.add(begin / BLOCK_BYTES, bytes, source);
    if (!isNew) this.wastedBytes += bytes.length;
    else if (partial.isComplete) this.#complete(partial);
  }

  /** The blocks that are there are kept for others, but not those of a source in doubt. */
  #release(source: Source, piece: number): void {
    if (this.#requestedFrom.get(piece) !== source) return;
    this.#requestedFrom.delete(piece);
    const partial = this.#partials.get(piece);
    if (partial === undefined) return;
    if ([...partial.sources].some(({ trust }) => trust.isDoubtful)) {
      this.#partials.remove(piece);
      this.#partials.freeBuffer(partial.bytes);
    } else {
      this.#partials.deactivate(piece);
    }
  }

  #complete(partial: PartialPiece<Source>): void {
    const { piece, bytes, sources } = partial;
    this.#partials.remove(piece);
    const requestedFrom = this.#requestedFrom.get(piece);
    requestedFrom?.outgoing.remove(piece);
    if (!this.#options.hasValidHash(piece, bytes)) {
      this.#requestedFrom.delete(piece);
      this.wastedBytes += bytes.length;
      for (const source of sources) source.trust.recordFailure();
      this.#partials.freeBuffer(bytes);
      this.#options.onHashFailure(piece, requestedFrom, sources);
      return;
    }
    for (const source of sources) source.trust.recordPass();
    void this.#write(piece, bytes);
  }

  async #write(piece: number, bytes: Uint8Array): Promise<void> {
    const { write, onStored, onWriteFailure } = this.#options;
    this.#writing.add(piece);
    this.#addWritingBytes(bytes.length);
    try {
      await write(piece, bytes);
    } catch (error) {
      onWriteFailure(error as Error);
      return;
    }
    this.#addWritingBytes(-bytes.length);
    this.#writing.delete(piece);
    const requestedFrom = this.#requestedFrom.get(piece);
    this.#requestedFrom.delete(piece);
    this.#partials.freeBuffer(bytes);
    onStored(piece, requestedFrom);
  }

  #addWritingBytes(bytes: number): void {
    const wasSlow = this.#writingBytes > WRITING_BYTES_MAX;
    this.#writingBytes += bytes;
    const isSlow = this.#writingBytes > WRITING_BYTES_MAX;
    if (wasSlow !== isSlow) this.#options.onBackpressure(isSlow);
  }
}
