/**
 * Looks up messages in a log on the disk, which may be large and may still grow. A log is in order
 * of time, so the first message of a time is found by halving; nothing is kept in memory.
 */

import { MESSAGE_KINDS, type MessageKind } from '@cachetorrent/protocol';
import { type MessagePage, type MessageQuery, selectMessages } from '@cachetorrent/view';
import { z } from 'zod';

import type { GrowingFile } from './growing-file.ts';

/** The most messages of a page. */
const LIMIT_MAX = 1_000;
/** So near to the first message, the rest is read line by line. */
const NEAR_BYTES = 2 ** 16;
const NEWLINE = 10;

/** The parameters of an address are no query. The message says what is wrong. */
export class BadQuery extends Error {
  override readonly name = 'BadQuery';
}

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number);

const QUERY = z.strictObject({
  fromMs: z
    .string()
    .regex(/^\d{1,15}(\.\d{1,15})?$/, 'must be a time in ms')
    .transform(Number)
    .default(0),
  peer: wholeNumber.optional(),
  as: wholeNumber.optional(),
  kind: z
    .string()
    .refine((kind) => MESSAGE_KINDS.includes(kind as MessageKind), 'is no kind of message')
    .optional(),
  limit: wholeNumber
    .refine((limit) => limit >= 1 && limit <= LIMIT_MAX, `must be from 1 to ${LIMIT_MAX}`)
    .default(100),
  after: wholeNumber.optional(),
});

/**
 * The query that the parameters of an address state.
 *
 * @throws BadQuery if they state none
 */
export function parseQuery(parameters: URLSearchParams): MessageQuery {
  const names = [...parameters.keys()];
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new BadQuery(`${twice}: is there twice`);
  const { data, error } = QUERY.safeParse(Object.fromEntries(parameters));
  if (error !== undefined) {
    const problems = error.issues.map(({ path, message }) => {
      return path.length === 0 ? message : `${path.join('.')}: ${message}`;
    });
    throw new BadQuery(problems.join('\n'));
  }
  const { fromMs, limit, ...filters } = data;
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  return { fromMs, limit, ...Object.fromEntries(given) };
}

/** The messages of a run. */
export class MessageSearch {
  readonly #log: GrowingFile;
  readonly #asOf: () => Promise<readonly number[]>;

  /** `asOf` returns the AS of each node. */
  constructor(log: GrowingFile, asOf: () => Promise<readonly number[]>) {
    this.#log = log;
    this.#asOf = asOf;
  }

  /**
   * The messages that `query` asks for, of those that the log has by now.
   *
   * @throws BadQuery if it continues where no message begins
   * @throws Error if a line of the log is no message
   * @throws the reason of `signal`, once it is aborted
   */
  async select(query: MessageQuery, signal?: AbortSignal): Promise<MessagePage> {
    const size = this.#log.bytes;
    if (size === 0) return { messages: [] };
    const { after } = query;
    const start = after ?? (await this.#startOf(query.fromMs, size));
    if (!(await this.#isLineStart(start, size))) {
      throw new BadQuery(`after: no message begins at byte ${start}`);
    }
    return await selectMessages(
      this.#chunks(start, size, signal),
      query,
      await this.#asOf(),
      start,
    );
  }

  /** Where a message begins, near the first one of this time: all before are earlier. */
  async #startOf(fromMs: number, size: number): Promise<number> {
    let [low, high] = [0, size];
    while (high - low > NEAR_BYTES) {
      const middle = Math.floor((low + high) / 2);
      const line = await this.#lineAfter(middle, high);
      if (line !== undefined && line.ms < fromMs) low = line.start;
      else high = middle;
    }
    return low;
  }

  /** The first line that begins after a position, if it is complete within the next few KB. */
  async #lineAfter(position: number, end: number) {
    const bytes = await this.#log.read(position, Math.min(end, position + NEAR_BYTES));
    const start = bytes.indexOf(NEWLINE) + 1;
    const length = bytes.subarray(start).indexOf(NEWLINE);
    if (start === 0 || length < 0) return undefined;
    const text = Buffer.from(bytes.subarray(start, start + length)).toString('latin1');
    const ms = /"ms":\s*(\d+(?:\.\d+)?)/.exec(text)?.[1];
    return ms === undefined ? undefined : { start: position + start, ms: Number(ms) };
  }

  async #isLineStart(position: number, size: number): Promise<boolean> {
    if (position === 0) return true;
    if (position > size) return false;
    const [before] = await this.#log.read(position - 1, position);
    return before === NEWLINE;
  }

  async *#chunks(from: number, to: number, signal?: AbortSignal) {
    for (let position = from; position < to; ) {
      signal?.throwIfAborted();
      const bytes = await this.#log.read(position, to);
      if (bytes.length === 0) return;
      position += bytes.length;
      yield bytes;
    }
  }
}
