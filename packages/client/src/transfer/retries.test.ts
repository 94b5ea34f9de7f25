/** When which piece may be requested from whom again. */

import { expect, test } from 'vitest';

import { Retries } from './retries.ts';

test('a piece may be requested again after 10 s, once', () => {
  const retries = new Retries<string>();
  retries.schedule('a', 7, 1_000);
  expect(retries.takeDue(10_999)).toEqual([]);
  expect(retries.takeDue(11_000)).toMatchObject([{ remote: 'a', piece: 7, dueMs: 11_000 }]);
  expect(retries.takeDue(60_000)).toEqual([]);
});

test('a piece may be requested again before that', () => {
  const retries = new Retries<string>();
  retries.schedule('a', 7, 0);
  retries.schedule('b', 8, 0);
  expect(retries.takeFor(7).map(({ remote }) => remote)).toEqual(['a']);
  expect(retries.takeDue(10_000).map(({ remote }) => remote)).toEqual(['b']);
});

test('a piece may be requested from others again if the peer that is tried does not send it', () => {
  const retries = new Retries<string>();
  retries.schedule('a', 7, 0, 'tried');
  retries.schedule('b', 8, 0, 'other');
  expect(retries.takeTried('tried').map(({ remote }) => remote)).toEqual(['a']);
  expect(retries.takeTried('tried')).toEqual([]);
  expect(retries.takeDue(10_000).map(({ remote }) => remote)).toEqual(['b']);
});

test('a piece is not requested from a peer whose connection has closed', () => {
  const retries = new Retries<string>();
  retries.schedule('a', 7, 0);
  retries.schedule('b', 8, 0);
  retries.remove('a');
  expect(retries.takeDue(10_000).map(({ piece }) => piece)).toEqual([8]);
});
