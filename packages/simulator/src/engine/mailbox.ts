/**
 * Messages between actors, as bytes in shared memory.
 *
 * Each worker writes to an outbox, which all others read when all have met at the barrier; it
 * has two, and writes to one while the other is read. An outbox holds a chain of chunks for each
 * worker that is written to, so that each reads only what is for its own actors:
 *
 *     directory │ chunk       │ chunk       │ chunk       │ … free
 *     0 → ──────▶ to 0 ───────────────────────▶ to 0
 *     1 → ────────────────────▶ to 1
 *
 *     chunk    end u32   next chunk u32 │ record │ record │ …
 *     record   target u32   bytes u32   source u32   ·   sentMs f64   order f64 │ payload, padded
 *
 * The memory grows, and is used from its start again in every window. Views of it have a fixed
 * length and are made anew when it has grown: views that follow it are twenty times as slow.
 */

import { assert } from '@cachetorrent/std';

import type { ActorId } from './behaviour.ts';

/** The most that one outbox may come to. Only what is used is taken from the machine. */
const OUTBOX_BYTES_MAX = 2 ** 31 - 2 ** 16;
const CHUNK_HEADER_BYTES = 8;
export const RECORD_HEADER_BYTES = 32;
/** Greater than any actor. */
const NOBODY = 2 ** 30;

/** Makes the memory of one outbox in a run with `workers` workers. */
export function outboxMemory(workers: number): SharedArrayBuffer {
  const bytes = padded(4 * workers) + chunkBytes(workers);
  return new SharedArrayBuffer(bytes, { maxByteLength: OUTBOX_BYTES_MAX });
}

export class Outbox {
  readonly #memory: SharedArrayBuffer;
  readonly #workers: number;
  readonly #chunkBytes: number;
  #ints!: Int32Array;
  #floats!: Float64Array;
  #view!: DataView;
  /** Where the next chunk will be. */
  #free = 0;
  /** For each worker, its last chunk, and where the next record goes in it. */
  readonly #chunk: Int32Array;
  readonly #end: Int32Array;
  readonly #limit: Int32Array;
  #record = 0;
  #worker = 0;

  constructor(memory: SharedArrayBuffer, workers: number) {
    this.#memory = memory;
    this.#workers = workers;
    this.#chunkBytes = chunkBytes(workers);
    this.#chunk = new Int32Array(workers);
    this.#end = new Int32Array(workers);
    this.#limit = new Int32Array(workers);
    this.#look();
    this.clear();
  }

  clear(): void {
    this.#ints.fill(0, 0, this.#workers);
    this.#chunk.fill(0);
    this.#end.fill(0);
    this.#limit.fill(0);
    this.#free = padded(4 * this.#workers);
    this.#record = 0;
  }

  /** Opens a record to `target`, on `worker`, with room for `bytesMax`: returns where. */
  begin(
    worker: number,
    target: ActorId,
    source: ActorId,
    sentMs: number,
    order: number,
    bytesMax: number,
  ): number {
    assert(this.#record === 0, 'a message is closed before the next is opened');
    const bytes = RECORD_HEADER_BYTES + padded(bytesMax);
    if (this.#end[worker]! + bytes > this.#limit[worker]!) this.#addChunk(worker, bytes);

    const record = this.#end[worker]!;
    const ints = this.#ints;
    ints[record >> 2] = target;
    ints[(record >> 2) + 2] = source;
    this.#floats[(record >> 3) + 2] = sentMs;
    this.#floats[(record >> 3) + 3] = order;
    this.#record = record;
    this.#worker = worker;
    return record + RECORD_HEADER_BYTES;
  }

  /** The view to write a record's payload to: ask for it anew for each. */
  get view(): DataView {
    return this.#view;
  }

  end(byteLength: number): void {
    const record = this.#record;
    assert(record > 0, 'a message is opened before it is closed');
    this.#record = 0;
    const ints = this.#ints;
    ints[(record >> 2) + 1] = byteLength;
    const end = record + RECORD_HEADER_BYTES + padded(byteLength);
    assert(end <= this.#limit[this.#worker]!, 'a message keeps within the room it asked for');
    this.#end[this.#worker] = end;
    ints[this.#chunk[this.#worker]! >> 2] = end;
  }

  /** Forgets a record that was opened and not closed. */
  cancel(): void {
    this.#record = 0;
  }

  #addChunk(worker: number, recordBytes: number): void {
    const bytes = Math.max(this.#chunkBytes, CHUNK_HEADER_BYTES + recordBytes);
    const chunk = this.#free;
    this.#free += bytes;
    if (this.#free > this.#memory.byteLength) this.#growTo(this.#free);

    const ints = this.#ints;
    const last = this.#chunk[worker]!;
    if (last === 0) ints[worker] = chunk;
    else ints[(last >> 2) + 1] = chunk;
    const first = chunk + CHUNK_HEADER_BYTES;
    ints[chunk >> 2] = first;
    ints[(chunk >> 2) + 1] = 0;
    this.#chunk[worker] = chunk;
    this.#end[worker] = first;
    this.#limit[worker] = chunk + bytes;
  }

  #growTo(bytes: number): void {
    if (bytes > OUTBOX_BYTES_MAX) {
      throw new RangeError(
        `the messages of one window come to more than ${OUTBOX_BYTES_MAX} bytes on one worker; ` +
          'use more workers',
      );
    }
    this.#memory.grow(Math.min(Math.max(bytes, this.#memory.byteLength * 2), OUTBOX_BYTES_MAX));
    this.#look();
  }

  #look(): void {
    const bytes = this.#memory.byteLength & ~7;
    this.#ints = new Int32Array(this.#memory, 0, bytes >> 2);
    this.#floats = new Float64Array(this.#memory, 0, bytes >> 3);
    this.#view = new DataView(this.#memory, 0, bytes);
  }
}

/** What an actor does with a message in its mailbox. */
export interface Hearer {
  deliver(
    source: ActorId,
    sentMs: number,
    order: number,
    bytes: DataView,
    offset: number,
    length: number,
  ): void;
}

/** Reads one worker's chain in one outbox. */
class ChainReader {
  readonly #memory: SharedArrayBuffer;
  readonly #worker: number;
  #ints!: Int32Array;
  #floats!: Float64Array;
  #view!: DataView;
  #chunk = 0;
  #record = 0;
  /** The source of the next record, or NOBODY. */
  source = NOBODY;

  constructor(memory: SharedArrayBuffer, worker: number) {
    this.#memory = memory;
    this.#worker = worker;
    this.#look();
  }

  open(): void {
    if (this.#memory.byteLength >> 3 !== this.#floats.length) this.#look();
    this.#enter(this.#ints[this.#worker]!);
  }

  /** Delivers all records of the next source. */
  deliver(hearers: readonly (Hearer | undefined)[]): void {
    const source = this.source;
    while (this.source === source) {
      const ints = this.#ints;
      const record = this.#record;
      const length = ints[(record >> 2) + 1]!;
      const sentMs = this.#floats[(record >> 3) + 2]!;
      const order = this.#floats[(record >> 3) + 3]!;
      const hearer = hearers[ints[record >> 2]!]!;
      hearer.deliver(
        source, sentMs, order, this.#view, record + RECORD_HEADER_BYTES, length,
      );
      this.#moveTo(record + RECORD_HEADER_BYTES + padded(length));
    }
  }

  #moveTo(record: number): void {
    if (record < this.#ints[this.#chunk >> 2]!) {
      this.#record = record;
      this.source = this.#ints[(record >> 2) + 2]!;
    } else {
      this.#enter(this.#ints[(this.#chunk >> 2) + 1]!);
    }
  }

  #enter(chunk: number): void {
    this.#chunk = chunk;
    if (chunk === 0) this.source = NOBODY;
    else this.#moveTo(chunk + CHUNK_HEADER_BYTES);
  }

  #look(): void {
    const bytes = this.#memory.byteLength & ~7;
    this.#ints = new Int32Array(this.#memory, 0, bytes >> 2);
    this.#floats = new Float64Array(this.#memory, 0, bytes >> 3);
    this.#view = new DataView(this.#memory, 0, bytes);
  }
}

/**
 * Reads what all outboxes hold for one worker: in the order of sources, and of one source as it
 * was posted. A worker runs its actors in order, so each chain has that order already, and only
 * the chains are merged. Which actor is on which worker makes no difference to anybody.
 */
export class Inbox {
  readonly #chains: readonly ChainReader[];

  constructor(outboxes: readonly SharedArrayBuffer[], worker: number) {
    this.#chains = outboxes.map((memory) => new ChainReader(memory, worker));
  }

  /** Delivers everything. `hearers` is indexed by actor; those of this worker are there. */
  deliver(hearers: readonly (Hearer | undefined)[]): void {
    for (const chain of this.#chains) chain.open();
    for (;;) {
      let first: ChainReader | undefined;
      let source = NOBODY;
      for (const chain of this.#chains) {
        if (chain.source < source) {
          first = chain;
          source = chain.source;
        }
      }
      if (first === undefined) return;
      first.deliver(hearers);
    }
  }
}

/** Chunks are small where many workers write to many. */
function chunkBytes(workers: number): number {
  return Math.min(2 ** 16, Math.max(2 ** 10, padded(Math.floor(2 ** 20 / workers))));
}

function padded(bytes: number): number {
  return (bytes + 7) & ~7;
}
