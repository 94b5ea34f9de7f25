/**
 * Bytes of pieces that have been read from the disk, kept for further requests.
 *
 * What is read is what is requested, as long as it follows on: a run of blocks, up to a limit. So a
 * peer that requests blocks far apart causes no more reading than sending, whatever the size of a
 * piece is, while one that requests whole pieces causes few and long reads.
 *
 * Blocks are sent without a copy. So the cache remembers which connections send bytes of a run, and
 * reuses the memory only when all these bytes have left the process. (Leaving the memory to the
 * garbage collector would cost as much as all other work of a seed.)
 */

/** The output of a connection, by the number of bytes. */
export interface OutputCounter {
  /** All bytes that have been written so far. */
  readonly queuedBytes: number;
  /** How many of them have left the process. */
  readonly flushedBytes: number;
}

/** A range of bytes of a piece. */
export interface ByteRange {
  readonly piece: number;
  readonly begin: number;
  readonly length: number;
}

/** A range that has been read. */
export interface CachedRun extends ByteRange {
  readonly bytes: Uint8Array;
  /** For each connection that sends of it: `flushedBytes` from which on it is done. */
  readonly users: Map<OutputCounter, number>;
}

/** The options of a `ReadCache`. */
export interface ReadCacheOptions {
  /** Fills `into` with the bytes of a piece from `begin`; resolves to false if it cannot. */
  readonly read: (piece: number, begin: number, into: Uint8Array) => Promise<boolean>;
  /** A range has been read, or could not be. */
  readonly onRead: (piece: number, isRead: boolean) => void;
}

/** The limit of one read. */
export const RUN_BYTES_MAX: number = 2 ** 18;
const RUN_BYTES_MIN = 2 ** 14;
const BYTES_MAX = 2 ** 24;

/** A cache of ranges of pieces; the least recently used is evicted first. */
export class ReadCache {
  readonly #options: ReadCacheOptions;
  /** By piece; within a piece in no order. */
  readonly #runs = new Map<number, Set<CachedRun>>();
  /** All runs; the most recently used is last. */
  readonly #byUse = new Set<CachedRun>();
  #bytes = 0;
  readonly #reading = new Set<ByteRange>();
  /** Free memory, by its size. */
  readonly #freeBuffers = new Map<number, ArrayBuffer[]>();

  constructor(options: ReadCacheOptions) {
    this.#options = options;
  }

  /** Returns the run that contains a range; undefined if it is not cached. */
  find(range: ByteRange): CachedRun | undefined {
    for (const run of this.#runs.get(range.piece) ?? []) {
      if (!contains(run, range)) continue;
      this.#byUse.delete(run);
      this.#byUse.add(run);
      return run;
    }
    return undefined;
  }

  /** Starts to read a range, at most `RUN_BYTES_MAX` bytes, unless it is cached or being read. */
  read(range: ByteRange): void {
    if (this.find(range) !== undefined) return;
    for (const other of this.#reading) if (contains(other, range)) return;
    void this.#read(range);
  }

  /** Keeps the memory of `run` until everything that `output` has queued so far is flushed. */
  retain(run: CachedRun, output: OutputCounter): void {
    run.users.set(output, output.queuedBytes);
  }

  async #read(range: ByteRange): Promise<void> {
    const { read, onRead } = this.#options;
    const { piece, begin, length } = range;
    this.#reading.add(range);
    const bytes = this.#takeBuffer(length);
    const isRead = await read(piece, begin, bytes).catch(() => false);
    this.#reading.delete(range);
    if (isRead) this.#add({ ...range, bytes, users: new Map() });
    else this.#freeBuffer(bytes);
    onRead(piece, isRead);
  }

  #add(run: CachedRun): void {
    const runs = this.#runs.get(run.piece) ?? new Set();
    this.#runs.set(run.piece, runs.add(run));
    this.#byUse.add(run);
    this.#bytes += run.bytes.buffer.byteLength;
    for (const oldest of this.#byUse) {
      if (this.#bytes <= BYTES_MAX || oldest === run) break;
      this.#remove(oldest);
    }
  }

  #remove(run: CachedRun): void {
    const runs = this.#runs.get(run.piece)!;
    runs.delete(run);
    if (runs.size === 0) this.#runs.delete(run.piece);
    this.#byUse.delete(run);
    this.#bytes -= run.bytes.buffer.byteLength;
    if (isFlushed(run.users)) this.#freeBuffer(run.bytes);
  }

  /** Returns memory for `length` bytes; its size is a power of two, so that it can be reused. */
  #takeBuffer(length: number): Uint8Array {
    let size = RUN_BYTES_MIN;
    while (size < length) size *= 2;
    const buffer = this.#freeBuffers.get(size)?.pop() ?? new ArrayBuffer(size);
    return new Uint8Array(buffer, 0, length);
  }

  #freeBuffer({ buffer }: Uint8Array): void {
    const size = buffer.byteLength;
    const free = this.#freeBuffers.get(size) ?? [];
    this.#freeBuffers.set(size, free);
    if (free.length * size < BYTES_MAX / 4) free.push(buffer as ArrayBuffer);
  }
}

function contains(outer: ByteRange, inner: ByteRange): boolean {
  return (
    outer.piece === inner.piece &&
    outer.begin <= inner.begin &&
    outer.begin + outer.length >= inner.begin + inner.length
  );
}

function isFlushed(users: ReadonlyMap<OutputCounter, number>): boolean {
  for (const [output, queuedBytes] of users) if (output.flushedBytes < queuedBytes) return false;
  return true;
}
