/**
 * A message in the log, as numbers of a fixed size: an AS writes it without an allocation, and
 * sends many at once to the main thread.
 *
 *     atMs f64 │ from u32 │ to u32 │ kind u32 │ piece i32 │ block i32 │ blocks u32
 *
 * `from` and `to` are peer ids (0 is the tracker), `kind` is an index into `MESSAGE_KINDS`, and
 * `piece` is a piece of the file, or NO_PIECE if the message is not about one. If it is about
 * blocks of the piece, `block` is the first and `blocks` their number; otherwise -1 and 0.
 */

import type { StreamSetup } from '../streams/setup.ts';

/** The size of a record in doubles: the first is the time, the others hold six integers. */
export const RECORD_DOUBLES = 4;
const RECORD_WORDS = 2 * RECORD_DOUBLES;

/** An array of records. */
export class MessageRecords {
  readonly doubles: Float64Array;
  readonly #words: Int32Array;

  constructor(doubles: Float64Array) {
    this.doubles = doubles;
    this.#words = new Int32Array(doubles.buffer, doubles.byteOffset, 2 * doubles.length);
  }

  get length(): number {
    return this.doubles.length / RECORD_DOUBLES;
  }

  write(
    index: number,
    atMs: number,
    from: number,
    to: number,
    kind: number,
    piece: number,
    block: number,
    blocks: number,
  ): void {
    const word = RECORD_WORDS * index + 2;
    this.doubles[RECORD_DOUBLES * index] = atMs;
    this.#words[word] = from;
    this.#words[word + 1] = to;
    this.#words[word + 2] = kind;
    this.#words[word + 3] = piece;
    this.#words[word + 4] = block;
    this.#words[word + 5] = blocks;
  }

  atMs(index: number): number {
    return this.doubles[RECORD_DOUBLES * index]!;
  }

  from(index: number): number {
    return this.#words[RECORD_WORDS * index + 2]!;
  }

  to(index: number): number {
    return this.#words[RECORD_WORDS * index + 3]!;
  }

  kind(index: number): number {
    return this.#words[RECORD_WORDS * index + 4]!;
  }

  piece(index: number): number {
    return this.#words[RECORD_WORDS * index + 5]!;
  }

  block(index: number): number {
    return this.#words[RECORD_WORDS * index + 6]!;
  }

  blocks(index: number): number {
    return this.#words[RECORD_WORDS * index + 7]!;
  }
}

/** What an AS sends to the main thread: its next records, which are all before `doneUntilMs`. */
export interface Page {
  readonly doubles: Float64Array;
  /** The AS will send no more records before this time. */
  readonly doneUntilMs: number;
}

/** What the AS need to know about the log; plain data over shared memory. */
export interface LogSetup {
  readonly stream: StreamSetup;
  /** For each kind of message, whether it is logged. */
  readonly isLogged: readonly boolean[];
}
