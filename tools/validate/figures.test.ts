import { describe, expect, test } from 'vitest';

import { figuresOf } from './figures.ts';
import { type ObservedPeer, type ObservedRun, percentileS } from './observed-run.ts';
import { bins } from './real-swarm.ts';

const peer = (
  className: string,
  completedS: number | null,
  uploadBytesPerS = 10,
): ObservedPeer => ({
  class: className,
  as: 0,
  uploadBytesPerS,
  completedS,
});

/** A seed and four leechers that fill the capacity of 50 B/s from the 31st second on. */
const RUN: ObservedRun = {
  peers: [peer('seed', 0), peer('a', 40), peer('a', 60), peer('b', 50), peer('b', 80)],
  fileBytes: 1_000,
  sentBytes: Array.from({ length: 80 }, (_, second) => (second < 30 ? 25 : 50)),
  exchangedBytes: { seed: { a: 300, b: 100 }, a: { a: 50, b: 150 }, b: { seed: 0 } },
  messages: {
    choke: 5,
    unchoke: 10,
    interested: 0,
    notInterested: 0,
    have: 100,
    request: 0,
    piece: 0,
    cancel: 0,
    allowedFast: 0,
    bitfield: 0,
    leaderStart: 30,
  },
  wastedBytes: 400,
};

/** The same with leaders, in three AS; the seed is in the second one. */
const IN_AS: ObservedRun = {
  ...RUN,
  peers: RUN.peers.map((each) => ({
    ...each,
    class: { a: 'leader', b: 'follower' }[each.class] ?? each.class,
    as: each.class === 'seed' ? 1 : 0,
  })),
  borders: {
    trafficBytes: [
      [9_000, 100, 300],
      [2_000, 7_000, 1_000],
      [200, 0, 8_000],
    ],
    redundancy: 1.25,
  },
};

const valueOf = (name: string, run = RUN, classes = ['a', 'b']): number | undefined =>
  figuresOf(run, classes).find((figure) => figure.name === name)!.value;

describe('the figures of a run', () => {
  test.each([
    { name: '10th, s', value: 40 },
    { name: 'median, s', value: 60 },
    { name: 'last, s', value: 80 },
    { name: 'a, median, s', value: 60 },
    { name: 'b, 10th, s', value: 50 },
    { name: 'first 30 s', value: 0.5 },
    { name: 'from 30 s to the median completion', value: 1 },
    { name: 'seed → a', value: 0.75 },
    { name: 'a → b', value: 0.75 },
    { name: 'unchoke', value: 2 },
    { name: 'bytes wasted, of all that leechers need', value: 0.1 },
  ])('$name is $value', ({ name, value }) => {
    expect(valueOf(name)).toBeCloseTo(value, 12);
  });

  test.each([
    { name: 'redundancy', value: 1.25 },
    { name: 'copies over borders', value: 3.6 },
    { name: "out of the seed's AS", value: 3 },
    { name: "into the seed's AS", value: 0.1 },
    { name: 'out of others, mean', value: 0.3 },
    { name: 'into others, mean', value: 1.75 },
    { name: 'leaderStart', value: 6 },
  ])('$name is $value in a swarm of three AS', ({ name, value }) => {
    expect(valueOf(name, IN_AS, ['leader', 'follower'])).toBeCloseTo(value, 12);
  });

  test('of one AS say nothing about borders, and of plain peers nothing about relays', () => {
    const names = figuresOf(RUN, ['a', 'b']).map(({ name }) => name);
    expect(names).not.toContain('redundancy');
    expect(names).not.toContain('leaderStart');
  });

  test('of a class that sends nothing have no shares', () => {
    expect(figuresOf(RUN, ['a', 'b']).map(({ name }) => name)).not.toContain('b → a');
  });

  test('of a single class are not repeated for it, and have no matrix', () => {
    const run = { ...RUN, peers: [peer('seed', 0), peer('a', 40), peer('a', 60)] };
    const groups = figuresOf(run, ['a']).map(({ group }) => group);
    expect(groups.filter((group) => group === 'completion')).toHaveLength(4);
    expect(groups).not.toContain('exchange');
  });

  test('have no completion that was not reached', () => {
    const run = { ...RUN, peers: [...RUN.peers.slice(0, 4), peer('b', null)] };
    expect(valueOf('last, s', run)).toBeUndefined();
    expect(valueOf('10th, s', run)).toBe(40);
  });

  test('of a run that ends within 30 s have no later utilisation', () => {
    const run = { ...RUN, peers: [peer('seed', 0, 20), peer('a', 20)] };
    expect(valueOf('from 30 s to the median completion', run, ['a'])).toBeUndefined();
    expect(valueOf('first 30 s', run, ['a'])).toBeCloseTo(25 / 30, 12);
  });
});

test('a percentile is the element at floor(n p / 100), as in results of simulations', () => {
  const peers = Array.from({ length: 10 }, (_, i) => peer('a', 10 - i));
  expect([10, 50, 90, 100].map((percent) => percentileS(peers, percent))).toEqual([2, 6, 10, 10]);
});

test.each([
  { samples: [[2, 20]], seconds: [10, 10] },
  {
    samples: [
      [1, 0],
      [3, 20],
    ],
    seconds: [0, 10, 10],
  },
  {
    samples: [
      [0.5, 10],
      [1.5, 10],
      [2.2, 17],
    ],
    seconds: [10, 5, 2],
  },
] as const)('totals at $samples are $seconds in each second', ({ samples, seconds }) => {
  bins(samples).forEach((value, i) => expect(value).toBeCloseTo(seconds[i]!, 9));
  expect(bins(samples)).toHaveLength(seconds.length);
});
