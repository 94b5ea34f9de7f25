/**
 * Pieces read from the disk, kept for the blocks that will be asked for next.
 *
 * Blocks go out without being copied, so a piece is lent to the connections that send of it, and
 * its memory is used again only when all that was lent has gone. (To leave memory to the garbage
 * collector costs as much as everything else that a seed does.)
 */

/** Who sends blocks of a piece. */
export interface Borrower {
  /** Bytes that have been given to it in all, and that have left it. */
  readonly takenBytes: number;
  readonly goneBytes: number;
}

interface Kept {
  readonly bytes: Uint8Array;
  /** What each borrower must have sent before the bytes are free. */
  readonly lent: Map<Borrower, number>;
}

export interface PieceCacheOptions {
  /** Reads a piece into `room`, which has room for any; undefined where it cannot be read. */
  readonly read: (piece: number, room: Uint8Array) => Promise<Uint8Array | undefined>;
  /** A piece that was asked for in vain can be had, or cannot be read. */
  readonly onRead: (piece: number, isThere: boolean) => void;
  /** Bytes of the largest piece. */
  readonly pieceBytes: number;
}

const BYTES_MAX = 2 ** 24;

export class PieceCache {
  readonly #options: PieceCacheOptions;
  /** Those used last are last. */
  readonly #pieces = new Map<number, Kept>();
  readonly #reading = new Set<number>();
  readonly #free: ArrayBuffer[] = [];

  constructor(options: PieceCacheOptions) {
    this.#options = options;
  }

  /** The piece, or undefined while it is being read. */
  get(piece: number): Uint8Array | undefined {
    const kept = this.#pieces.get(piece);
    if (kept === undefined) {
      void this.#fetch(piece);
      return undefined;
    }
    this.#pieces.delete(piece);
    this.#pieces.set(piece, kept);
    return kept.bytes;
  }

  /** `to` has been given bytes of `piece`. */
  lend(piece: number, to: Borrower): void {
    this.#pieces.get(piece)?.lent.set(to, to.takenBytes);
  }

  async #fetch(piece: number): Promise<void> {
    if (this.#reading.has(piece)) return;
    this.#reading.add(piece);
    const { read, onRead, pieceBytes } = this.#options;
    const room = new Uint8Array(this.#free.pop() ?? new ArrayBuffer(pieceBytes));
    const bytes = await read(piece, room).catch(() => undefined);
    this.#reading.delete(piece);
    if (bytes === undefined) this.#free.push(room.buffer);
    else this.#keep(piece, bytes);
    onRead(piece, bytes !== undefined);
  }

  #keep(piece: number, bytes: Uint8Array): void {
    this.#pieces.set(piece, { bytes, lent: new Map() });
    for (const [oldest, { bytes: room, lent }] of this.#pieces) {
      if (this.#pieces.size * this.#options.pieceBytes <= BYTES_MAX || oldest === piece) break;
      this.#pieces.delete(oldest);
      if (isBack(lent)) this.#free.push(room.buffer as ArrayBuffer);
    }
  }
}

function isBack(lent: ReadonlyMap<Borrower, number>): boolean {
  for (const [borrower, takenBytes] of lent) if (borrower.goneBytes < takenBytes) return false;
  return true;
}
