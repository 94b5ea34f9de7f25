import { describe, expect, test } from 'vitest';

import type { LoggedMessage, MessageQuery } from './messages.ts';
import { selectMessages } from './select-messages.ts';

const MESSAGES: readonly LoggedMessage[] = [
  { ms: 0.25, from: 1, to: 0, kind: 'trackerReq' },
  { ms: 17, from: 0, to: 1, kind: 'trackerRes' },
  { ms: 2210.5, from: 1, to: 3, kind: 'have', piece: 40 },
  { ms: 2213, from: 3, to: 1, kind: 'request', piece: 40, block: 8, blocks: 2 },
  { ms: 2300, from: 2, to: 4, kind: 'have', piece: 7 },
];
const LINES = MESSAGES.map((message) => `${JSON.stringify(message)}\n`);
const LOG = Buffer.from(LINES.join(''));
const AS_OF = [0, 0, 1, 1, 2];
const ALL: MessageQuery = { fromMs: 0, limit: 100 };

async function* cut(bytes: Uint8Array, ...at: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const end of [...at, bytes.length]) {
    yield bytes.subarray(start, end);
    start = end;
  }
}

test('bytes may be cut anywhere', async () => {
  for (let at = 0; at <= LOG.length; at++) {
    const later = Math.min(LOG.length, at + 3);
    expect(await selectMessages(cut(LOG, at, later), ALL, AS_OF)).toEqual({ messages: MESSAGES });
  }
});

test('a last line without its end is left out, whatever it has', async () => {
  const last = LOG.length - LINES.at(-1)!.length;
  for (let end = last; end < LOG.length; end++) {
    const { messages } = await selectMessages(cut(LOG.subarray(0, end)), ALL, AS_OF);
    expect(messages).toEqual(MESSAGES.slice(0, -1));
  }
});

describe('it finds messages', () => {
  test.each([
    { rule: 'from a time on', query: { fromMs: 17 }, found: [1, 2, 3, 4] },
    { rule: 'from or to a peer', query: { peer: 3 }, found: [2, 3] },
    { rule: 'from or to the tracker', query: { peer: 0 }, found: [0, 1] },
    { rule: 'from or to an AS', query: { as: 1 }, found: [2, 3, 4] },
    { rule: 'of a kind', query: { kind: 'have' }, found: [2, 4] },
    { rule: 'for which all of these hold', query: { kind: 'have', peer: 4 }, found: [4] },
    { rule: 'of which there are none', query: { peer: 99 }, found: [] },
  ])('$rule', async ({ query, found }) => {
    const page = await selectMessages(cut(LOG), { ...ALL, ...query }, AS_OF);
    expect(page).toEqual({ messages: found.map((i) => MESSAGES[i]) });
  });
});

test.each([1, 2, 3])(
  'pages of %i follow one another, also when read from their start',
  async (limit) => {
    for (const isReadFromStart of [false, true]) {
      const found: LoggedMessage[] = [];
      let after: number | undefined;
      let pages = 0;
      do {
        const startByte = isReadFromStart ? (after ?? 0) : 0;
        const query = { ...ALL, limit, ...(after !== undefined && { after }) };
        const page = await selectMessages(cut(LOG.subarray(startByte)), query, AS_OF, startByte);
        expect(page.messages.length).toBeLessThanOrEqual(limit);
        found.push(...page.messages);
        after = page.next;
        pages++;
      } while (after !== undefined);
      expect(found).toEqual(MESSAGES);
      expect(pages).toBe(Math.floor(MESSAGES.length / limit) + 1);
    }
  },
);

test('it reads no further than it has to', async () => {
  const source = (async function* lines() {
    yield Buffer.from(LINES[0]!);
    throw new Error('read too far');
  })();
  const { messages, next } = await selectMessages(source, { ...ALL, limit: 1 }, AS_OF);
  expect(messages).toEqual(MESSAGES.slice(0, 1));
  expect(next).toBe(LINES[0]!.length);
});

test('fields may be in another order, and others are dropped', async () => {
  const line = '{ "to": 2, "kind": "have", "from": 1, "ms": 1e3, "size": "große", "piece": 4 }\n';
  const { messages } = await selectMessages(cut(Buffer.from(line + LINES[4]!)), ALL, AS_OF);
  expect(messages).toEqual([{ ms: 1000, from: 1, to: 2, kind: 'have', piece: 4 }, MESSAGES[4]]);
});

describe('a line that is no message is an error that says where it is', () => {
  test.each([
    '',
    'hello',
    'null',
    '[1]',
    '{"ms":1,"from":1,"to":2}',
    '{"ms":"1","from":1,"to":2,"kind":"have"}',
    '{"ms":1,"from":-1,"to":2,"kind":"have"}',
    '{"ms":1,"from":1,"to":2,"kind":"have"}{}',
  ])('%j', async (line) => {
    const bytes = Buffer.from(`${LINES[0]}${line}\n${LINES[1]}`);
    const at = LINES[0]!.length;
    await expect(selectMessages(cut(bytes), ALL, AS_OF)).rejects.toThrow(
      `byte ${at}: is no message of a log: ${JSON.stringify(line)}`,
    );
    const startByte = 1_000;
    await expect(selectMessages(cut(bytes.subarray(at)), ALL, AS_OF, startByte)).rejects.toThrow(
      `byte ${startByte}: is no message`,
    );
  });

  test('a line without end, in bytes that are no text', async () => {
    const bytes = new Uint8Array(200_000).fill(0xe9);
    await expect(selectMessages(cut(bytes, 100_000), ALL, AS_OF)).rejects.toThrow('byte 0: is no');
  });
});
