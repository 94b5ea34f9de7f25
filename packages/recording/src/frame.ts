/**
 * A frame: the changes of all AS in an interval of simulated time. Its bytes, before they are
 * compressed:
 *
 *     end of the frame in ms │ number of chunks │ AS, bytes of its chunk, chunk │ AS …
 *
 * The AS are in ascending order, each as the distance from the one before; an AS in which nothing
 * has changed has no chunk.
 */

import { ByteReader, ByteWriter } from './bytes.ts';
import type { ChangeVisitor } from './changes.ts';
import { ChunkDecoder } from './chunk-decoder.ts';
import { Malformed, RecordingError } from './errors.ts';
import { howToRepair } from './parts.ts';
import type { Places } from './places.ts';

/** The changes of an AS in a frame, as `ChunkEncoder` has written them. */
export interface Chunk {
  /** The AS. */
  readonly as: number;
  /** Its changes. */
  readonly bytes: Uint8Array;
}

/** Where a part is: the name of its recording, and its position there. */
export interface PartPlace {
  /** The name of the recording. */
  readonly name: string;
  /** The position of the part, in bytes. */
  readonly byte: number;
}

/** Joins the chunks of a frame, which are in ascending order of AS. */
export function joinChunks(toMs: number, chunks: readonly Chunk[]): Uint8Array {
  const joined = new ByteWriter();
  joined.uint(toMs);
  joined.uint(chunks.length);
  let before = -1;
  for (const { as, bytes } of chunks) {
    joined.uint(as - before - 1);
    joined.uint(bytes.length);
    joined.append(bytes);
    before = as;
  }
  return joined.take();
}

/** The changes of all AS in an interval of simulated time. */
export class Frame {
  /** The number of the frame: it begins at so many times the length of a frame. */
  readonly number: number;
  /** The simulated time at which it begins, in ms. */
  readonly fromMs: number;
  /** The simulated time at which it ends, in ms; exclusive. */
  readonly toMs: number;
  readonly #chunks: readonly Chunk[];
  readonly #places: Places;

  /** Where it is. */
  readonly place: PartPlace;

  /** @throws Malformed if the chunks make no sense */
  constructor(
    number: number,
    payload: Uint8Array,
    frameMs: number,
    places: Places,
    place: PartPlace,
  ) {
    this.number = number;
    this.place = place;
    this.fromMs = number * frameMs;
    this.#places = places;
    const bytes = new ByteReader(payload);
    this.toMs = bytes.uint();
    if (this.toMs <= this.fromMs || this.toMs > this.fromMs + frameMs) {
      throw new Malformed(`begins at ${this.fromMs} ms and ends at ${this.toMs} ms`);
    }
    const chunks: Chunk[] = [];
    let as = -1;
    for (let count = bytes.uint(); count > 0; count--) {
      as += 1 + bytes.uint();
      if (as >= places.asCount)
        throw new Malformed(`has AS ${as}, and there are ${places.asCount}`);
      chunks.push({ as, bytes: bytes.bytes(bytes.uint()) });
    }
    if (!bytes.isAtEnd) throw new Malformed('has bytes after its last chunk');
    this.#chunks = chunks;
  }

  /** A cursor at the beginning of the frame. */
  cursor(): FrameCursor {
    const { fromMs, toMs } = this;
    return located(
      this.place,
      () =>
        new FrameCursor(
          this.#chunks.map(
            ({ as, bytes }) => new ChunkDecoder(bytes, as, fromMs, toMs, this.#places),
          ),
          this.place,
        ),
    );
  }
}

/** Goes through the changes of a frame. Those of one AS are in order; AS follows AS. */
export class FrameCursor {
  readonly #chunks: readonly ChunkDecoder[];
  readonly #place: PartPlace;

  constructor(chunks: readonly ChunkDecoder[], place: PartPlace) {
    this.#chunks = chunks;
    this.#place = place;
  }

  /**
   * Calls `visitor` for all changes that happen before `untilMs`, AS by AS; and for the counters,
   * if the frame has ended by then.
   *
   * @throws RecordingError if a change is not possible, or `visitor` throws Malformed
   */
  advance(visitor: ChangeVisitor, untilMs: number = Infinity): void {
    const endMs = Math.min(untilMs, Number.MAX_SAFE_INTEGER);
    located(this.#place, () => {
      for (const chunk of this.#chunks) chunk.advance(visitor, endMs);
    });
  }
}

/** Calls `read`, and says of what it finds wrong where it is. */
export function located<Value>({ name, byte }: PartPlace, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw damagedAt(error, { name, byte });
  }
}

/** What is wrong with a part, and where it is; other errors as they are. */
export function damagedAt(error: unknown, { name, byte }: PartPlace): unknown {
  if (!(error instanceof Malformed)) return error;
  const problem = `is damaged: this part ${error.message}`;
  return new RecordingError({ name, byte, problem, fix: howToRepair(byte) });
}
