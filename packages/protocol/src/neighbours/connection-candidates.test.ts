import { expect, test } from 'vitest';

import { CONNECT_RETRY_MS, ConnectionCandidates } from './connection-candidates.ts';

const { first, max } = CONNECT_RETRY_MS;

function candidatesOf(...names: string[]) {
  const candidates = new ConnectionCandidates<string, string>();
  for (const name of names) candidates.add(name, name);
  return { candidates, due: (nowMs: number) => [...candidates.due(nowMs)].join(' ') };
}

test('each is due at once, in the order in which they were added, once', () => {
  const { candidates, due } = candidatesOf('b', 'a', 'b');
  expect(due(0)).toBe('b a');
  expect(candidates.nextDueMs(() => true)).toBe(0);
  expect(candidates.nextDueMs(() => false)).toBe(Infinity);
});

test('one that is being tried is not due, until it has failed', () => {
  const { candidates, due } = candidatesOf('a', 'b');
  candidates.connecting('a');
  expect(candidates.mayConnect('a')).toBe(false);
  expect(due(0)).toBe('b');
  candidates.failed('a', 10);
  expect(due(10 + first - 1)).toBe('b');
  expect(due(10 + first)).toBe('a b');
  // A leader of ours is tried at once.
  expect(candidates.mayConnect('a')).toBe(true);
});

test('the delay doubles with each failure, up to a limit, until it is used', () => {
  const { candidates } = candidatesOf('a');
  const delays: number[] = [];
  for (let failure = 0; failure < 8; failure++) {
    candidates.failed('a', 1e6 * failure);
    delays.push(candidates.nextDueMs(() => true) - 1e6 * failure);
  }
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((times) => first * times));
  expect(delays.at(-1)).toBe(max);
  candidates.used('a');
  candidates.failed('a', 1e8);
  expect(candidates.nextDueMs(() => true)).toBe(1e8 + first);
});

test('one that is banned is never due', () => {
  const { candidates, due } = candidatesOf('a');
  candidates.ban('a');
  expect(due(1e12)).toBe('');
  expect(candidates.mayConnect('a')).toBe(false);
});

test('of too many, the one that has failed most often makes way', () => {
  const { candidates, due } = candidatesOf(...Array.from({ length: 2_000 }, (_, i) => `p${i}`));
  candidates.add('late', 'late');
  expect(due(0).split(' ')).not.toContain('late');
  candidates.failed('p5', 0);
  candidates.add('late', 'late');
  expect(due(1e9).split(' ')).toHaveLength(2_000);
  expect(due(1e9).split(' ')).toContain('late');
  expect(due(1e9).split(' ')).not.toContain('p5');
});
