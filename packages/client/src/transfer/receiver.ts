/**
 * Makes pieces of the blocks that come, and holds them against their hashes before anybody hears
 * of them. A broken piece is thrown away, whoever gave some of it is noted, and it is asked for
 * elsewhere.
 */

import type { PieceTrust, PieceLayout } from '@cachetorrent/protocol/wire';

import type { Fetches } from './fetches.ts';
import { BLOCK_BYTES, type PartialPiece } from './partial-piece.ts';
import { PartialPieces } from './partial-pieces.ts';

/** What the receiver needs to know of a connection. */
export interface Source {
  readonly fetches: Fetches<this>;
  readonly trust: PieceTrust;
}

export interface ReceiverOptions<From extends Source> {
  readonly shape: PieceLayout;
  readonly isPiece: (piece: number, bytes: Uint8Array) => boolean;
  readonly write: (piece: number, bytes: Uint8Array) => Promise<void>;
  /** It is on the disk. `from` was asked for it last, if anybody still is. */
  readonly onStored: (piece: number, from: From | undefined) => void;
  /** It failed its hash. */
  readonly onBroken: (piece: number, from: From | undefined, sources: ReadonlySet<From>) => void;
  /** It could not be written. */
  readonly onFailure: (error: Error) => void;
  /** Whether more may come: false while too much waits for the disk. */
  readonly onPressure: (mayCome: boolean) => void;
}

/** Bytes that may wait to be written. */
const WAITING_BYTES_MAX = 2 ** 26;

export class Receiver<From extends Source> {
  readonly #options: ReceiverOptions<From>;
  readonly #partials: PartialPieces<From>;
  /** Who is asked for each piece. */
  readonly #asked = new Map<number, From>();
  /** Complete, and on the way to the disk. */
  readonly #writing = new Set<number>();
  #waitingBytes = 0;
  /** Bytes that came and were of no use. */
  wastedBytes = 0;

  constructor(options: ReceiverOptions<From>) {
    this.#options = options;
    this.#partials = new PartialPieces(options.shape);
  }

  /** Our peer asks `from` for `piece`; once more where it has asked before. */
  request(from: From, piece: number): void {
    this.#asked.set(piece, from);
    if (this.#writing.has(piece) || from.fetches.has(piece)) return;
    from.fetches.add(this.#partials.begin(piece));
  }

  /** What `from` was asked for will not come. */
  lose(from: From): void {
    for (const piece of from.fetches.pieces) this.#release(from, piece);
    from.fetches.clear();
  }

  /** `piece` will not come from `from`. Its blocks that are asked for must be cancelled before. */
  losePiece(from: From, piece: number): void {
    from.fetches.remove(piece);
    this.#release(from, piece);
  }

  /** A block that we have asked somebody for; `bytes` are copied. */
  block(from: From, piece: number, begin: number, bytes: Uint8Array): void {
    const partial = this.#partials.get(piece);
    const isOfUse = partial !== undefined && partial.add(begin / BLOCK_BYTES, bytes, from);
    if (!isOfUse) this.wastedBytes += bytes.length;
    else if (partial.isComplete) this.#complete(partial);
  }

  #release(from: From, piece: number): void {
    if (this.#asked.get(piece) !== from) return;
    this.#asked.delete(piece);
    this.#partials.rest(piece);
  }

  #complete(partial: PartialPiece<From>): void {
    const { piece, bytes, sources } = partial;
    this.#partials.forget(piece);
    const from = this.#asked.get(piece);
    from?.fetches.remove(piece);
    if (!this.#options.isPiece(piece, bytes)) {
      this.#asked.delete(piece);
      this.wastedBytes += bytes.length;
      for (const source of sources) source.trust.recordFailure();
      this.#partials.reuse(bytes);
      this.#options.onBroken(piece, from, sources);
      return;
    }
    for (const source of sources) source.trust.recordPass();
    void this.#write(piece, bytes);
  }

  async #write(piece: number, bytes: Uint8Array): Promise<void> {
    const { write, onStored, onFailure } = this.#options;
    this.#writing.add(piece);
    this.#wait(bytes.length);
    try {
      await write(piece, bytes);
    } catch (error) {
      onFailure(error as Error);
      return;
    }
    this.#wait(-bytes.length);
    this.#writing.delete(piece);
    const from = this.#asked.get(piece);
    this.#asked.delete(piece);
    this.#partials.reuse(bytes);
    onStored(piece, from);
  }

  #wait(bytes: number): void {
    const before = this.#waitingBytes > WAITING_BYTES_MAX;
    this.#waitingBytes += bytes;
    const after = this.#waitingBytes > WAITING_BYTES_MAX;
    if (before !== after) this.#options.onPressure(!after);
  }
}
