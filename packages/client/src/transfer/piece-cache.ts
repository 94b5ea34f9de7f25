/** Pieces read from the disk, kept for the blocks that will be asked for next. */

const BYTES_MAX = 2 ** 25;

export class PieceCache {
  readonly #read: (piece: number) => Promise<Uint8Array | undefined>;
  readonly #onRead: (piece: number, isThere: boolean) => void;
  /** Those used last are last. */
  readonly #pieces = new Map<number, Uint8Array>();
  readonly #reading = new Set<number>();
  #bytes = 0;

  /** `onRead` is told when a piece that was asked for in vain can be had, or cannot be read. */
  constructor(
    read: (piece: number) => Promise<Uint8Array | undefined>,
    onRead: (piece: number, isThere: boolean) => void,
  ) {
    this.#read = read;
    this.#onRead = onRead;
  }

  /** The piece, or undefined while it is being read. */
  get(piece: number): Uint8Array | undefined {
    const bytes = this.#pieces.get(piece);
    if (bytes === undefined) {
      void this.#fetch(piece);
      return undefined;
    }
    this.#pieces.delete(piece);
    this.#pieces.set(piece, bytes);
    return bytes;
  }

  async #fetch(piece: number): Promise<void> {
    if (this.#reading.has(piece)) return;
    this.#reading.add(piece);
    const bytes = await this.#read(piece).catch(() => undefined);
    this.#reading.delete(piece);
    if (bytes !== undefined) this.#put(piece, bytes);
    this.#onRead(piece, bytes !== undefined);
  }

  #put(piece: number, bytes: Uint8Array): void {
    if (this.#pieces.has(piece)) return;
    this.#pieces.set(piece, bytes);
    this.#bytes += bytes.length;
    for (const [oldest, { length }] of this.#pieces) {
      if (this.#bytes <= BYTES_MAX || oldest === piece) break;
      this.#pieces.delete(oldest);
      this.#bytes -= length;
    }
  }
}
