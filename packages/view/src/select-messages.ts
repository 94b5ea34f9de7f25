/**
 * Finds messages in a log of JSON Lines, from bytes as they come: of a file, or of memory.
 *
 *     …,"kind":"have","piece":40}⏎{"ms":2213,"from":3,…}⏎{"ms":22
 *                                 └ a line: parsed ────┘ └ unfinished: the rest comes, or never
 *
 * The bytes become text in an encoding of one character for each byte, so that positions in the
 * text are positions in the log. All that our own logs contain is ASCII.
 */

import type { LoggedMessage, MessagePage, MessageQuery } from './messages.ts';

/**
 * The messages that `query` asks for. Reads no further than to the last of them. A last line
 * without its end is left out: the log may be growing.
 *
 * @param chunks The log from `startByte` on, in pieces of any size.
 * @param asOf The AS of each node: `peers.as` of the header of the recording.
 * @param startByte Where a line begins: 0, or `query.after`, so that less has to be read.
 * @throws Error if a line is no message: says at which byte
 */
export async function selectMessages(
  chunks: AsyncIterable<Uint8Array>,
  query: MessageQuery,
  asOf: readonly number[],
  startByte: number = 0,
): Promise<MessagePage> {
  const { fromMs, peer, as, kind, limit, after = 0 } = query;
  const isWanted = ({ ms, from, to, kind: of }: LoggedMessage): boolean =>
    ms >= fromMs &&
    (kind === undefined || of === kind) &&
    (peer === undefined || from === peer || to === peer) &&
    (as === undefined || asOf[from] === as || asOf[to] === as);

  const messages: LoggedMessage[] = [];
  const decoder = new TextDecoder('latin1');
  /** What has come and is no whole line yet, and where it begins. */
  let rest = '';
  let restByte = startByte;
  if (limit <= 0) return { messages, next: Math.max(startByte, after) };
  for await (const chunk of chunks) {
    const text = rest + decoder.decode(chunk);
    let start = 0;
    for (let end = endOfLine(text, rest.length); end > 0; end = endOfLine(text, start)) {
      if (restByte + start >= after) {
        const message = messageAt(text, start, end, restByte);
        if (isWanted(message)) messages.push(message);
        if (messages.length >= limit) return { messages, next: restByte + end };
      }
      start = end;
    }
    rest = text.slice(start);
    restByte += start;
    if (rest.length > LINE_MAX) throw noMessage(rest, restByte);
  }
  return { messages };
}

/** Far more than a message has, in characters. */
const LINE_MAX = 2 ** 16;

/** The position after the end of a line, which is at `from` or after; 0 if there is none. */
function endOfLine(text: string, from: number): number {
  return text.indexOf('\n', from) + 1;
}

/** The shape of all lines that `run --log` writes. */
const LINE = new RegExp(
  [
    /\{"ms":(\d+(?:\.\d+)?),"from":(\d+),"to":(\d+),"kind":"(\w+)"/,
    /(?:,"piece":(\d+))?(?:,"block":(\d+),"blocks":(\d+))?\}\n/,
  ]
    .map(({ source }) => source)
    .join(''),
  'y',
);

/** The message in the line from `start` to `end` of `text`, which begins at `textByte`. */
function messageAt(text: string, start: number, end: number, textByte: number): LoggedMessage {
  LINE.lastIndex = start;
  const found = LINE.exec(text);
  if (found === null) return parse(text.slice(start, end), textByte + start);
  const [, ms, from, to, kind, piece, block, blocks] = found;
  return {
    ms: Number(ms),
    from: Number(from),
    to: Number(to),
    kind: kind!,
    ...(piece !== undefined && { piece: Number(piece) }),
    ...(block !== undefined && { block: Number(block), blocks: Number(blocks) }),
  };
}

/** The message in a line of another shape: with other fields, or in another order. */
function parse(line: string, byte: number): LoggedMessage {
  const fields = objectOf(line);
  const isMessage =
    typeof fields?.['ms'] === 'number' &&
    isCount(fields['from']) &&
    isCount(fields['to']) &&
    typeof fields['kind'] === 'string';
  if (!isMessage) throw noMessage(line, byte);
  const { ms, from, to, kind } = fields as unknown as LoggedMessage;
  const [piece, block, blocks] = ['piece', 'block', 'blocks'].map((name) => fields[name]);
  return {
    ms,
    from,
    to,
    kind,
    ...(isCount(piece) && { piece }),
    ...(isCount(block) && { block }),
    ...(isCount(blocks) && { blocks }),
  };
}

function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function noMessage(line: string, byte: number): Error {
  const start = JSON.stringify(line.slice(0, 60).trimEnd());
  return new Error(`byte ${byte}: is no message of a log: ${start}`);
}
