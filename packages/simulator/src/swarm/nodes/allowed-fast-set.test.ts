import { expect, test } from 'vitest';

import { allowedFastSet } from './allowed-fast-set.ts';

const sorted = (pieces: readonly number[]): number[] => pieces.toSorted((a, b) => a - b);

test('a set has so many different pieces of the file', () => {
  for (let id = 1; id <= 1_000; id++) {
    const set = allowedFastSet(7, id, 0, 11, 5);
    expect(new Set(set).size).toBe(5);
    expect(set.every((piece) => piece >= 0 && piece < 11)).toBe(true);
  }
});

test.each([5, 6, 100])('a file of five pieces is in the set of %i as a whole', (count) => {
  expect(sorted(allowedFastSet(7, 1, 0, 5, count))).toEqual([0, 1, 2, 3, 4]);
});

test('the set is always the same, and a smaller one is the begin of it', () => {
  const set = allowedFastSet(7, 42, 1, 1_000, 8);
  expect(allowedFastSet(7, 42, 1, 1_000, 8)).toEqual(set);
  expect(allowedFastSet(7, 42, 1, 1_000, 3)).toEqual(set.slice(0, 3));
});

test('it depends on the seed of the run, all of it, the peer and the sub-torrent', () => {
  const sets = [
    [7, 42, 1],
    [8, 42, 1],
    [7 + 2 ** 32, 42, 1],
    [7, 43, 1],
    [7, 42, 2],
  ].map(([seed, id, subTorrent]) => allowedFastSet(seed!, id!, subTorrent!, 1_000, 5).join(' '));
  expect(new Set(sets).size).toBe(sets.length);
});

test('all pieces are in about as many sets', () => {
  const [peers, pieces, count] = [20_000, 50, 5];
  const sets = new Float64Array(pieces);
  for (let id = 1; id <= peers; id++) {
    for (const piece of allowedFastSet(3, id, 0, pieces, count)) sets[piece]!++;
  }
  const expected = (peers * count) / pieces;
  const deviation = Math.sqrt(expected * (1 - count / pieces));
  for (const each of sets) expect(Math.abs(each - expected)).toBeLessThan(5 * deviation);
});
