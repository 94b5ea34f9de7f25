/**
 * Keeps the received blocks of partial pieces, checks the hash of a complete piece, and writes it
 * to the disk. A piece that fails its hash is discarded, and who has sent it loses trust. If
 * several peers have sent blocks of it, those lose trust whose blocks turn out to be wrong later.
 */

import { BLOCK_BYTES } from '@cachetorrent/protocol';
import type { PieceLayout, PieceTrust } from '@cachetorrent/protocol/wire';

import { FailedPieces } from './failed-pieces.ts';
import type { PartialPiece } from './partial-piece.ts';
import { PartialPieces } from './partial-pieces.ts';

/** What the receiver reads and changes of a remote peer. */
export interface BlockSource {
  readonly trust: PieceTrust;
}

/** The options of a `Receiver`. */
export interface ReceiverOptions<Source extends BlockSource> {
  readonly layout: PieceLayout;
  readonly hasValidHash: (piece: number, bytes: Uint8Array) => boolean;
  readonly write: (piece: number, bytes: Uint8Array) => Promise<void>;
  /** A piece is on the disk. */
  readonly onStored: (piece: number) => void;
  /** A piece failed its hash, and is discarded. `sources` are all who have sent blocks of it. */
  readonly onHashFailure: (piece: number, sources: ReadonlySet<Source>) => void;
  /** A peer has lost trust. */
  readonly onTrustLost: (source: Source) => void;
  /** A piece could not be written. */
  readonly onWriteFailure: (error: Error) => void;
  /** Too many bytes wait for the disk (true), or no longer (false). */
  readonly onBackpressure: (isSlow: boolean) => void;
}

/** A block of a piece. */
export interface BlockOfPiece {
  readonly piece: number;
  /** Its number in the piece. */
  readonly block: number;
}

/** The bytes that may wait for the disk. */
const WRITING_BYTES_MAX = 2 ** 26;

/** Assembles pieces from the received blocks. */
export class Receiver<Source extends BlockSource> {
  readonly #options: ReceiverOptions<Source>;
  readonly #partials: PartialPieces<Source>;
  readonly #failed = new FailedPieces<Source>();
  /** The complete pieces that are being written. */
  readonly #writing = new Map<number, PartialPiece<Source>>();
  #writingBytes = 0;
  /** The bytes in partial pieces. */
  partialBytes = 0;
  /** The received bytes that were useless: from pieces with a wrong hash, or duplicates. */
  wastedBytes = 0;

  constructor(options: ReceiverOptions<Source>) {
    this.#options = options;
    this.#partials = new PartialPieces(options.layout);
  }

  /** The partial pieces, in the order in which they were begun. */
  get partialPieces(): readonly number[] {
    return [...this.#partials].map(({ piece }) => piece);
  }

  /** Adds a block of a piece that is not stored; returns whether it was missing. Copies `bytes`. */
  addBlock(source: Source, piece: number, begin: number, bytes: Uint8Array): boolean {
    const isNew =
      !this.#writing.has(piece) &&
      this.#partials.get(piece).add(begin / BLOCK_BYTES, bytes, source);
    if (isNew) this.partialBytes += bytes.length;
    else this.wastedBytes += bytes.length;
    return isNew;
  }

  /** Checks and writes a piece: all its blocks have been added. */
  complete(piece: number): void {
    const partial = this.#partials.get(piece);
    const { bytes, sources } = partial;
    this.#partials.remove(piece);
    this.partialBytes -= bytes.length;
    if (!this.#options.hasValidHash(piece, bytes)) return this.#fail(partial, sources);
    for (const { trust } of sources) trust.recordPass();
    for (const source of this.#failed.takeGuilty(partial)) this.#loseTrust(source);
    void this.#write(partial);
  }

  /** Discards the blocks of partial pieces that `source` has sent, and returns them. */
  discardFrom(source: Source): readonly BlockOfPiece[] {
    return [...this.#partials].flatMap((partial) =>
      this.#discard(partial, (block) => partial.sourceOf(block) === source),
    );
  }

  /** Discards the blocks of a partial piece, and returns them. */
  discardPiece(piece: number): readonly BlockOfPiece[] {
    return this.#discard(this.#partials.get(piece), () => true);
  }

  #discard(
    partial: PartialPiece<Source>,
    isDiscarded: (block: number) => boolean,
  ): readonly BlockOfPiece[] {
    const { piece } = partial;
    const discarded = partial.blocks.filter(isDiscarded);
    for (const block of discarded) {
      this.partialBytes -= partial.bytesOf(block).length;
      partial.remove(block);
    }
    if (partial.isEmpty) {
      this.#partials.remove(piece);
      this.#partials.freeBuffer(partial.bytes);
    }
    return discarded.map((block) => ({ piece, block }));
  }

  #fail(partial: PartialPiece<Source>, sources: ReadonlySet<Source>): void {
    const { piece, bytes } = partial;
    this.wastedBytes += bytes.length;
    if (sources.size > 1) this.#failed.record(partial);
    this.#partials.freeBuffer(bytes);
    this.#options.onHashFailure(piece, sources);
    if (sources.size === 1) for (const source of sources) this.#loseTrust(source);
  }

  #loseTrust(source: Source): void {
    source.trust.recordFailure();
    this.#options.onTrustLost(source);
  }

  async #write(partial: PartialPiece<Source>): Promise<void> {
    const { write, onStored, onWriteFailure } = this.#options;
    const { piece, bytes } = partial;
    this.#writing.set(piece, partial);
    this.#addWritingBytes(bytes.length);
    try {
      await write(piece, bytes);
    } catch (error) {
      onWriteFailure(error as Error);
      return;
    }
    this.#addWritingBytes(-bytes.length);
    this.#writing.delete(piece);
    this.#partials.freeBuffer(bytes);
    onStored(piece);
  }

  #addWritingBytes(bytes: number): void {
    const wasSlow = this.#writingBytes > WRITING_BYTES_MAX;
    this.#writingBytes += bytes;
    const isSlow = this.#writingBytes > WRITING_BYTES_MAX;
    if (wasSlow !== isSlow) this.#options.onBackpressure(isSlow);
  }
}
