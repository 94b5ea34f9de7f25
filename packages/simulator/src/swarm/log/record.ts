/**
 * A message as one line of the log: fixed-size numbers, so that an AS writes them down without
 * making anything, and hands over many at once.
 *
 *     atMs f64 │ from u32 │ to u32 │ kind u32 │ piece i32
 *
 * `from` and `to` are peer ids (0 is the tracker), `kind` an index into `MESSAGE_KINDS`, `piece`
 * a piece of the file, or NO_PIECE where the message speaks of none.
 */

/** In doubles: the first is the time, the other two hold the four integers. */
export const RECORD_DOUBLES = 3;
const RECORD_WORDS = 2 * RECORD_DOUBLES;

/** So many records, behind one another in memory. */
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

  write(place: number, atMs: number, from: number, to: number, kind: number, piece: number): void {
    const word = RECORD_WORDS * place + 2;
    this.doubles[RECORD_DOUBLES * place] = atMs;
    this.#words[word] = from;
    this.#words[word + 1] = to;
    this.#words[word + 2] = kind;
    this.#words[word + 3] = piece;
  }

  atMs(place: number): number {
    return this.doubles[RECORD_DOUBLES * place]!;
  }

  from(place: number): number {
    return this.#words[RECORD_WORDS * place + 2]!;
  }

  to(place: number): number {
    return this.#words[RECORD_WORDS * place + 3]!;
  }

  kind(place: number): number {
    return this.#words[RECORD_WORDS * place + 4]!;
  }

  piece(place: number): number {
    return this.#words[RECORD_WORDS * place + 5]!;
  }
}

/** What one AS hands over: its next records, and a time before which no more will come. */
export interface Page {
  readonly doubles: Float64Array;
  readonly doneUntilMs: number;
}

/** Where the pages of a run go; plain data over shared memory. */
export interface LogSetup {
  /** The channel of an AS is called this, and its number. */
  readonly channel: string;
  /** For each kind of message, whether it is logged. */
  readonly wanted: readonly boolean[];
  /** One word: how many records have been handed over and not been read. */
  readonly unread: SharedArrayBuffer;
}

export function channelOf({ channel }: LogSetup, system: number): string {
  return `${channel}, AS ${system}`;
}
