import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { LoggedMessage, MessageQuery } from '@cachetorrent/view';
import { expect, test } from 'vitest';

import { inFolder } from '../../test/campaigns.ts';
import { GrowingFile } from './growing-file.ts';
import { BadQuery, MessageSearch, parseQuery } from './message-search.ts';

/** Of 0.5 MB: more than is read at once. Four messages have the same time. */
const MESSAGES: readonly LoggedMessage[] = Array.from({ length: 10_000 }, (_, i) => ({
  ms: Math.floor(i / 4) / 2,
  from: i % 7,
  to: (i + 1) % 7,
  kind: i % 3 === 0 ? 'have' : 'request',
  piece: i % 90,
}));
/** Even peers are in AS 0, the others in AS 1; the tracker has no AS of its own. */
const AS_OF = [2, 1, 0, 1, 0, 1, 0];

async function withSearch(
  use: (search: MessageSearch) => Promise<void>,
  text = MESSAGES.map((message) => `${JSON.stringify(message)}\n`).join(''),
): Promise<void> {
  await inFolder(async (folder) => {
    const path = join(folder, 'log');
    writeFileSync(path, text);
    const log = await GrowingFile.open(path);
    await use(new MessageSearch(log, () => Promise.resolve(AS_OF)));
    await log.close();
  });
}

interface Row {
  readonly rule: string;
  readonly query: Omit<MessageQuery, 'limit'>;
  readonly is: (message: LoggedMessage) => boolean;
}

/** All pages of a query. */
async function allOf(search: MessageSearch, query: MessageQuery): Promise<LoggedMessage[]> {
  const found: LoggedMessage[] = [];
  let after: number | undefined;
  do {
    const page = await search.select({ ...query, ...(after === undefined ? {} : { after }) });
    found.push(...page.messages);
    after = page.next;
  } while (after !== undefined);
  return found;
}

test.each<Row>([
  { rule: 'all', query: { fromMs: 0 }, is: () => true },
  { rule: 'those from a time on', query: { fromMs: 700 }, is: ({ ms }) => ms >= 700 },
  {
    rule: 'those between two times of messages',
    query: { fromMs: 1_200.2 },
    is: ({ ms }) => ms > 1_200,
  },
  { rule: 'none after the end', query: { fromMs: 1e9 }, is: () => false },
  {
    rule: 'those of a peer and a kind',
    query: { fromMs: 10, peer: 3, kind: 'have' },
    is: ({ ms, from, to, kind }) => ms >= 10 && (from === 3 || to === 3) && kind === 'have',
  },
  {
    rule: 'those of an AS',
    query: { fromMs: 600, as: 2 },
    is: ({ ms, from, to }) => ms >= 600 && (from === 0 || to === 0),
  },
])('page by page, a query finds $rule', ({ query, is }) =>
  withSearch(async (search) => {
    expect(await allOf(search, { ...query, limit: 77 })).toEqual(MESSAGES.filter(is));
  }),
);

test('a message that is not whole yet is left out, and found when it is', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'log');
    const log = new GrowingFile(path);
    const search = new MessageSearch(log, () => Promise.resolve(AS_OF));
    expect(await search.select({ fromMs: 0, limit: 9 })).toEqual({ messages: [] });
    const [first, second] = MESSAGES.map((message) => `${JSON.stringify(message)}\n`);
    writeFileSync(path, first! + second!);
    log.grow(first!.length + 5);
    expect((await search.select({ fromMs: 0, limit: 9 })).messages).toEqual([MESSAGES[0]]);
    log.grow(second!.length - 5);
    expect((await search.select({ fromMs: 0, limit: 9 })).messages).toHaveLength(2);
    await log.close();
  }));

test('a query that goes on in the midst of a message is refused', () =>
  withSearch(async (search) => {
    await expect(search.select({ fromMs: 0, limit: 1, after: 5 })).rejects.toThrow(BadQuery);
    await expect(search.select({ fromMs: 0, limit: 1, after: 1e12 })).rejects.toThrow(BadQuery);
  }));

test('a file that is no log is refused', () =>
  withSearch(async (search) => {
    await expect(search.select({ fromMs: 0, limit: 1 })).rejects.toThrow('is no message of a log');
  }, 'hello\nworld\n'));

test('a query that nobody waits for ends', () =>
  withSearch(async (search) => {
    const stopped = search.select({ fromMs: 0, limit: 1 }, AbortSignal.abort(new Error('gone')));
    await expect(stopped).rejects.toThrow('gone');
  }));

test('parameters are numbers, and have defaults', () => {
  const parsed = parseQuery(new URLSearchParams('fromMs=2.5&peer=3&as=0&kind=have&after=7'));
  expect(parsed).toEqual({ fromMs: 2.5, peer: 3, as: 0, kind: 'have', after: 7, limit: 100 });
  expect(parseQuery(new URLSearchParams(''))).toEqual({ fromMs: 0, limit: 100 });
});

test.each([
  { search: 'fromMs=-1', says: 'fromMs: must be a time in ms' },
  { search: 'fromMs=Infinity', says: 'fromMs: must be a time in ms' },
  { search: 'peer=1.5', says: 'peer: must be a whole number' },
  { search: 'as=', says: 'as: must be a whole number' },
  { search: 'kind=shout', says: 'kind: is no kind of message' },
  { search: 'limit=0', says: 'limit: must be from 1 to 1000' },
  { search: 'limit=1001', says: 'limit: must be from 1 to 1000' },
  { search: 'peer=1&peer=2', says: 'peer: is there twice' },
  { search: 'until=9', says: '"until"' },
  { search: 'kind=x&peer=y', says: 'peer: must be a whole number\nkind: is no kind of message' },
])('refused: $search', ({ search, says }) => {
  expect(() => parseQuery(new URLSearchParams(search))).toThrow(says);
  expect(() => parseQuery(new URLSearchParams(search))).toThrow(BadQuery);
});
