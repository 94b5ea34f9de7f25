/**
 * Messages between actors, as bytes in shared memory: what the actors of one worker post.
 *
 * A worker writes to its outbox during a window, and all others read it when they have met at the
 * barrier. It holds a chain of chunks for each actor that is written to, so that each actor reads
 * what is for it, all at once, just before it runs:
 *
 *     directory │ chunk       │ chunk       │ chunk       │ … free
 *     0 → ──────▶ to 0 ───────────────────────▶ to 0
 *     1 → ────────────────────▶ to 1
 *
 *     chunk    end u32     next chunk u32 │ record │ record │ …
 *     record   bytes u32   source u32   sentMs f64   order f64 │ payload, padded to 8 bytes
 *
 * The memory grows, and is used from its start again in every window. Views of it have a fixed
 * length and are made anew when it has grown: views that follow it are twenty times as slow.
 */

import { assert } from '@cachetorrent/std';

import type { ActorId } from '../behaviour.ts';

/** The most that one outbox may come to. Only what is used is taken from the machine. */
const OUTBOX_BYTES_MAX = 2 ** 31 - 2 ** 16;
export const CHUNK_HEADER_BYTES = 8;
export const RECORD_HEADER_BYTES = 24;

/** What is kept of the chain to each actor: its last chunk, and where that is full so far. */
const CHAIN = 4;
const CHUNK = 0;
const END = 1;
const LIMIT = 2;

/** Makes the memory of one outbox, for messages to `actorCount` actors. */
export function outboxMemory(actorCount: number): SharedArrayBuffer {
  const bytes = padded(4 * actorCount) + chunkBytes(actorCount);
  return new SharedArrayBuffer(bytes, { maxByteLength: OUTBOX_BYTES_MAX });
}

/** The views of an outbox as it is now. Their numbers are those of this machine. */
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

/** Who posts a message, when, and under what number. */
export interface Sender {
  readonly id: ActorId;
  readonly nowMs: number;
  readonly postOrder: number;
}

export class Outbox {
  readonly #memory: SharedArrayBuffer;
  readonly #chunkBytes: number;
  readonly #directoryBytes: number;
  readonly #chains: Int32Array;
  #ints: Int32Array;
  #floats: Float64Array;
  /** The view to write payloads to. It is another one after the outbox has grown. */
  view: DataView;
  /** Where the next chunk will be. */
  #free = 0;
  /** The record that is open, and its chain; 0 where none is. */
  #record = 0;
  #chain = 0;

  constructor(memory: SharedArrayBuffer, actorCount: number) {
    this.#memory = memory;
    this.#chunkBytes = chunkBytes(actorCount);
    this.#directoryBytes = padded(4 * actorCount);
    this.#chains = new Int32Array(actorCount * CHAIN);
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

  /** Opens a record to `target` with room for `bytesMax`: returns where its payload goes. */
  begin(target: ActorId, sender: Sender, bytesMax: number): number {
    assert(this.#record === 0, 'a message is closed before the next is opened');
    const chain = target * CHAIN;
    const bytes = RECORD_HEADER_BYTES + padded(bytesMax);
    if (this.#chains[chain + END]! + bytes > this.#chains[chain + LIMIT]!) {
      this.#addChunk(target, bytes);
    }
    const record = this.#chains[chain + END]!;
    this.#ints[(record >> 2) + 1] = sender.id;
    this.#floats[(record >> 3) + 1] = sender.nowMs;
    this.#floats[(record >> 3) + 2] = sender.postOrder;
    this.#record = record;
    this.#chain = chain;
    return record + RECORD_HEADER_BYTES;
  }

  /** Closes the record, with `byteLength` bytes of payload. */
  end(byteLength: number): void {
    const record = this.#record;
    const chain = this.#chain;
    assert(record > 0, 'a message is opened before it is closed');
    const end = record + RECORD_HEADER_BYTES + padded(byteLength);
    assert(end <= this.#chains[chain + LIMIT]!, 'a message keeps within the room it asked for');
    this.#record = 0;
    this.#ints[record >> 2] = byteLength;
    this.#ints[this.#chains[chain + CHUNK]! >> 2] = end;
    this.#chains[chain + END] = end;
  }

  /** Forgets a record that was opened and not closed. */
  cancel(): void {
    this.#record = 0;
  }

  #addChunk(target: ActorId, recordBytes: number): void {
    const bytes = Math.max(this.#chunkBytes, CHUNK_HEADER_BYTES + recordBytes);
    const chunk = this.#free;
    this.#free += bytes;
    if (this.#free > this.#memory.byteLength) this.#growTo(this.#free);

    const chain = target * CHAIN;
    const last = this.#chains[chain + CHUNK]!;
    this.#ints[last === 0 ? target : (last >> 2) + 1] = chunk;
    const first = chunk + CHUNK_HEADER_BYTES;
    this.#ints[chunk >> 2] = first;
    this.#ints[(chunk >> 2) + 1] = 0;
    this.#chains[chain + CHUNK] = chunk;
    this.#chains[chain + END] = first;
    this.#chains[chain + LIMIT] = chunk + bytes;
  }

  #growTo(bytes: number): void {
    if (bytes > OUTBOX_BYTES_MAX) {
      throw new RangeError(
        `the messages of one window come to more than ${OUTBOX_BYTES_MAX} bytes on one worker; ` +
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

/** Chunks are small where many actors are written to. */
function chunkBytes(actorCount: number): number {
  return Math.min(2 ** 16, Math.max(2 ** 9, padded(Math.floor(2 ** 20 / actorCount))));
}

export function padded(bytes: number): number {
  return (bytes + 7) & ~7;
}
