import { expect, test } from 'vitest';

import type { MessagePage, MessageQuery } from '../../src/messages.ts';
import { MessageBook, type OpenPage } from './message-book.ts';

/** A log of messages at 0, 1, 2 … ms. */
function clientOf(count: number) {
  const queries: MessageQuery[] = [];
  const messages = async (query: MessageQuery): Promise<MessagePage> => {
    queries.push(query);
    const start = query.after ?? 0;
    const end = Math.min(count, start + query.limit);
    const page = Array.from({ length: end - start }, (_, i) => messageAt(start + i));
    return { messages: page, ...(end < count ? { next: end } : {}) };
  };
  return { queries, messages };
}

function messageAt(ms: number) {
  return { ms, from: 1, to: 2, kind: 'have', piece: 3 };
}

function pageOf(book: MessageBook): OpenPage {
  const state = book.state.value;
  if (state.kind !== 'page') throw new Error(`is ${state.kind}`);
  return state;
}

test('pages follow one another, to the end and back', async () => {
  const client = clientOf(5);
  const book = new MessageBook(client, 2);
  await book.open({ fromMs: 7, kind: 'have' });
  expect(pageOf(book)).toEqual({
    kind: 'page',
    messages: [messageAt(0), messageAt(1)],
    before: 0,
    hasNext: true,
  });
  await book.turn(1);
  await book.turn(1);
  expect(pageOf(book)).toMatchObject({ messages: [messageAt(4)], before: 4, hasNext: false });
  await book.turn(1);
  expect(pageOf(book).before).toBe(4);
  await book.turn(-1);
  expect(pageOf(book)).toMatchObject({ before: 2, hasNext: true });
  await book.turn(-1);
  await book.turn(-1);
  expect(pageOf(book).before).toBe(0);
  expect(client.queries.map(({ after }) => after)).toEqual([undefined, 2, 4, 2, undefined]);
  expect(client.queries[1]).toEqual({ fromMs: 7, kind: 'have', limit: 2, after: 2 });
});

test('steps go from message to message, over the edges of pages', async () => {
  const book = new MessageBook(clientOf(4), 2);
  await book.open({ fromMs: 0 });
  const seen: (number | undefined)[] = [];
  for (const step of [1, 1, 1, 1, 1, -1, -1, -1, -1] as const) {
    seen.push((await book.step(step))?.ms);
  }
  expect(seen).toEqual([0, 1, 2, 3, undefined, 2, 1, 0, undefined]);
  expect(pageOf(book)).toMatchObject({ before: 0, selected: 0 });
});

test('while an answer is to come, the page stays, and there are no steps', async () => {
  const book = new MessageBook(clientOf(4), 2);
  await book.open({ fromMs: 0 });
  const turned = book.turn(1);
  expect(book.isAsking.value).toBe(true);
  expect(pageOf(book).before).toBe(0);
  expect(await book.step(1)).toBeUndefined();
  await turned;
  expect(pageOf(book).before).toBe(2);
});

test('a message that there is not cannot be selected', async () => {
  const book = new MessageBook(clientOf(1), 2);
  expect(book.select(0)).toBeUndefined();
  await book.open({ fromMs: 0 });
  expect(book.select(1)).toBeUndefined();
  expect(pageOf(book).selected).toBeUndefined();
  expect(book.select(0)).toEqual(messageAt(0));
  expect(pageOf(book).selected).toBe(0);
});

test('an answer that comes after that to a later question is dropped', async () => {
  const answers: ((page: MessagePage) => void)[] = [];
  const messages = (): Promise<MessagePage> => new Promise((resolve) => answers.push(resolve));
  const book = new MessageBook({ messages }, 2);
  const first = book.open({ fromMs: 1 });
  const second = book.open({ fromMs: 2 });
  expect(book.isAsking.value).toBe(true);
  expect(book.state.value.kind).toBe('closed');
  answers[1]!({ messages: [messageAt(2)] });
  await second;
  answers[0]!({ messages: [messageAt(1)] });
  await first;
  expect(pageOf(book).messages).toEqual([messageAt(2)]);
  expect(book.isAsking.value).toBe(false);
});

test('a failure is shown, but not that of an earlier question', async () => {
  const failures: ((error: Error) => void)[] = [];
  const messages = (): Promise<MessagePage> => new Promise((_, reject) => failures.push(reject));
  const book = new MessageBook({ messages }, 2);
  const first = book.open({ fromMs: 1 });
  const second = book.open({ fromMs: 2 });
  failures[0]!(new Error('too late'));
  await first;
  expect(book.isAsking.value).toBe(true);
  expect(book.state.value.kind).toBe('closed');
  failures[1]!(new Error('line 3 is no JSON'));
  await second;
  expect(book.state.value).toEqual({ kind: 'failed', problem: 'line 3 is no JSON' });
});
