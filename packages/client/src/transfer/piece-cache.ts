/**
 * Pieces that have been read from the disk, kept for further requests.
 *
 * Blocks are sent without a copy. So the cache remembers which connections send blocks of a piece,
 * and reuses the memory of the piece only when all these bytes have left the process. (Leaving the
 * memory to the garbage collector would cost as much as all other work of a seed.)
 */

/** The output of a connection, by the number of bytes. */
export interface OutputCounter {
  /** All bytes that have been written so far. */
  readonly queuedBytes: number;
  /** How many of them have left the process. */
  readonly flushedBytes: number;
}

interface CachedPiece {
  readonly bytes: Uint8Array;
  /** For each connection that sends of it: `flushedBytes` from which on it is done. */
  readonly users: Map<OutputCounter, number>;
}

/** The options of a `PieceCache`. */
export interface PieceCacheOptions {
  /**
   * Reads a piece into `buffer`, which is large enough for any; resolves to undefined if it cannot
   * be read.
   */
  readonly read: (piece: number, buffer: Uint8Array) => Promise<Uint8Array | undefined>;
  /** A piece that `get` did not have has been read, or could not be. */
  readonly onRead: (piece: number, isRead: boolean) => void;
  /** The bytes of the largest piece. */
  readonly pieceBytes: number;
}

const BYTES_MAX = 2 ** 24;

/** A cache of pieces; the least recently used is evicted first. */
export class PieceCache {
  readonly #options: PieceCacheOptions;
  /** The most recently used is last. */
  readonly #pieces = new Map<number, CachedPiece>();
  readonly #reading = new Set<number>();
  readonly #freeBuffers: ArrayBuffer[] = [];

  constructor(options: PieceCacheOptions) {
    this.#options = options;
  }

  /** Returns a piece. Returns undefined if it is not cached, and starts to read it. */
  get(piece: number): Uint8Array | undefined {
    const cached = this.#pieces.get(piece);
    if (cached === undefined) {
      void this.#read(piece);
      return undefined;
    }
    this.#pieces.delete(piece);
    this.#pieces.set(piece, cached);
    return cached.bytes;
  }

  /** Keeps the memory of `piece` until everything that `output` has queued so far is flushed. */
  retain(piece: number, output: OutputCounter): void {
    this.#pieces.get(piece)?.users.set(output, output.queuedBytes);
  }

  async #read(piece: number): Promise<void> {
    if (this.#reading.has(piece)) return;
    this.#reading.add(piece);
    const { read, onRead, pieceBytes } = this.#options;
    const buffer = new Uint8Array(this.#freeBuffers.pop() ?? new ArrayBuffer(pieceBytes));
    const bytes = await read(piece, buffer).catch(() => undefined);
    this.#reading.delete(piece);
    if (bytes === undefined) this.#freeBuffers.push(buffer.buffer);
    else this.#add(piece, bytes);
    onRead(piece, bytes !== undefined);
  }

  #add(piece: number, bytes: Uint8Array): void {
    this.#pieces.set(piece, { bytes, users: new Map() });
    for (const [oldest, { bytes: buffer, users }] of this.#pieces) {
      if (this.#pieces.size * this.#options.pieceBytes <= BYTES_MAX || oldest === piece) break;
      this.#pieces.delete(oldest);
      if (isFlushed(users)) this.#freeBuffers.push(buffer.buffer as ArrayBuffer);
    }
  }
}

function isFlushed(users: ReadonlyMap<OutputCounter, number>): boolean {
  for (const [output, queuedBytes] of users) if (output.flushedBytes < queuedBytes) return false;
  return true;
}
