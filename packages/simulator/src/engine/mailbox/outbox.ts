/**
 * An outbox: the messages that the actors of one worker send, as bytes in shared memory.
 *
 * A worker writes to its outbox during a window, and all workers read it after the next barrier. It
 * holds a chain of chunks for each target actor, so that an actor reads all its messages at once,
 * just before it runs:
 *
 *     directory │ chunk       │ chunk       │ chunk       │ … free
 *     0 → ──────▶ to 0 ───────────────────────▶ to 0
 *     1 → ────────────────────▶ to 1
 *
 *     chunk    end u32     next chunk u32 │ record │ record │ …
 *     record   bytes u32   source u32   sentMs f64   order f64 │ payload, padded to 8 bytes
 *
 * The memory grows, and is reused from its start in every window. Views have a fixed length and are
 * created anew after it has grown: length-tracking views are twenty times as slow.
 */

import { assert } from '@cachetorrent/std';

import type { ActorId } from '../behaviour.ts';

/** The greatest size of an outbox. Only the pages that are used take memory. */
const OUTBOX_BYTES_MAX = 2 ** 31 - 2 ** 16;
export const CHUNK_HEADER_BYTES = 8;
export const RECORD_HEADER_BYTES = 24;

/** The fields of a chain: its last chunk, the end of its records, and the end of its space. */
const FIELDS_PER_CHAIN = 4;
const LAST_CHUNK = 0;
const END = 1;
const LIMIT = 2;

/** Allocates the memory of one outbox, for messages to `actorCount` actors. */
export function outboxMemory(actorCount: number): SharedArrayBuffer {
  const bytes = padded(4 * actorCount) + chunkBytes(actorCount);
  return new SharedArrayBuffer(bytes, { maxByteLength: OUTBOX_BYTES_MAX });
}

/** Views of an outbox at its present size. Numbers are in the byte order of this machine. */
export interface OutboxViews {
  readonly ints: Int32Array;
  readonly floats: Float64Array;
  readonly bytes: DataView;
}

export function viewsOf(memory: SharedArrayBuffer): OutboxViews {
  const length = memory.byteLength - (memory.byteLength % 8);
  return {
    ints: new Int32Array(memory, 0, length / 4),
    floats: new Float64Array(memory, 0, length / 8),
    bytes: new DataView(memory, 0, length),
  };
}

/** The header of a message: its source, the time of sending, and its order. */
export interface MessageSource {
  readonly id: ActorId;
  readonly nowMs: number;
  readonly messageOrder: number;
}

export class Outbox {
  readonly #memory: SharedArrayBuffer;
  readonly #chunkBytes: number;
  readonly #directoryBytes: number;
  readonly #chains: Int32Array;
  #ints: Int32Array;
  #floats: Float64Array;
  /** The view to which payloads are written. Replaced when the outbox grows. */
  view: DataView;
  /** The offset of the next chunk. */
  #free = 0;
  /** The offset of the open record, and its chain; 0 if none is open. */
  #record = 0;
  #chain = 0;

  constructor(memory: SharedArrayBuffer, actorCount: number) {
    this.#memory = memory;
    this.#chunkBytes = chunkBytes(actorCount);
    this.#directoryBytes = padded(4 * actorCount);
    this.#chains = new Int32Array(actorCount * FIELDS_PER_CHAIN);
    const { ints, floats, bytes } = viewsOf(memory);
    this.#ints = ints;
    this.#floats = floats;
    this.view = bytes;
    this.clear();
  }

  clear(): void {
    this.#ints.fill(0, 0, this.#directoryBytes / 4);
    this.#chains.fill(0);
    this.#free = this.#directoryBytes;
    this.#record = 0;
  }

  /** Begins a record to `target`, with space for `bytesMax`. Returns the offset of the payload. */
  begin(target: ActorId, sender: MessageSource, bytesMax: number): number {
    assert(this.#record === 0, 'a message ends before the next one begins');
    const chain = target * FIELDS_PER_CHAIN;
    const bytes = RECORD_HEADER_BYTES + padded(bytesMax);
    if (this.#chains[chain + END]! + bytes > this.#chains[chain + LIMIT]!) {
      this.#addChunk(target, bytes);
    }
    const record = this.#chains[chain + END]!;
    this.#ints[(record >> 2) + 1] = sender.id;
    this.#floats[(record >> 3) + 1] = sender.nowMs;
    this.#floats[(record >> 3) + 2] = sender.messageOrder;
    this.#record = record;
    this.#chain = chain;
    return record + RECORD_HEADER_BYTES;
  }

  /** Ends the record, with `byteLength` bytes of payload. */
  end(byteLength: number): void {
    const record = this.#record;
    const chain = this.#chain;
    assert(record > 0, 'a message begins before it ends');
    const end = record + RECORD_HEADER_BYTES + padded(byteLength);
    assert(end <= this.#chains[chain + LIMIT]!, 'a message fits into the space that it reserved');
    this.#record = 0;
    this.#ints[record >> 2] = byteLength;
    this.#ints[this.#chains[chain + LAST_CHUNK]! >> 2] = end;
    this.#chains[chain + END] = end;
  }

  /** Drops a record that has begun and not ended. */
  cancel(): void {
    this.#record = 0;
  }

  #addChunk(target: ActorId, recordBytes: number): void {
    const bytes = Math.max(this.#chunkBytes, CHUNK_HEADER_BYTES + recordBytes);
    const chunk = this.#free;
    this.#free += bytes;
    if (this.#free > this.#memory.byteLength) this.#growTo(this.#free);

    const chain = target * FIELDS_PER_CHAIN;
    const last = this.#chains[chain + LAST_CHUNK]!;
    this.#ints[last === 0 ? target : (last >> 2) + 1] = chunk;
    const first = chunk + CHUNK_HEADER_BYTES;
    this.#ints[chunk >> 2] = first;
    this.#ints[(chunk >> 2) + 1] = 0;
    this.#chains[chain + LAST_CHUNK] = chunk;
    this.#chains[chain + END] = first;
    this.#chains[chain + LIMIT] = chunk + bytes;
  }

  #growTo(bytes: number): void {
    if (bytes > OUTBOX_BYTES_MAX) {
      throw new RangeError(
        `the messages of one window exceed ${OUTBOX_BYTES_MAX} bytes on one worker; ` +
          'use more workers',
      );
    }
    this.#memory.grow(Math.min(Math.max(bytes, this.#memory.byteLength * 2), OUTBOX_BYTES_MAX));
    const views = viewsOf(this.#memory);
    this.#ints = views.ints;
    this.#floats = views.floats;
    this.view = views.bytes;
  }
}

/** The size of a chunk: smaller if there are many actors. */
function chunkBytes(actorCount: number): number {
  return Math.min(2 ** 16, Math.max(2 ** 9, padded(Math.floor(2 ** 20 / actorCount))));
}

/** Rounds up to a multiple of 8. */
export function padded(bytes: number): number {
  return (bytes + 7) & ~7;
}
