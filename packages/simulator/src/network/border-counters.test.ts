import { Worker } from 'node:worker_threads';

import { describe, expect, test } from 'vitest';

import { BorderCounters, sharedBorderCounters } from './border-counters.ts';

describe('counters of borders', () => {
  test('grow with the intervals, and keep what they have', () => {
    const counters = new BorderCounters(sharedBorderCounters(2, 0));
    expect(counters.intervals).toBe(0);
    counters.add(0, 3, 5);
    counters.add(2, 1, 7);
    counters.add(2, 1, 2 ** 40);
    expect(counters.intervals).toBe(3);
    expect([...counters.read(4)]).toEqual([
      0,
      0,
      0,
      5,
      0,
      0,
      0,
      0,
      0,
      2 ** 40 + 7,
      0,
      0,
      0,
      0,
      0,
      0,
    ]);
  });

  test('of no links have no intervals', () => {
    const counters = new BorderCounters(sharedBorderCounters(0, 10));
    expect([counters.intervals, [...counters.read(3)]]).toEqual([0, []]);
  });

  test('add up what several threads count while the memory grows', async () => {
    const shared = sharedBorderCounters(1, 0);
    const intervals = 300;
    const code = `
      const { workerData } = require('node:worker_threads');
      import(workerData.module).then(({ BorderCounters }) => {
        const counters = new BorderCounters(workerData.shared);
        for (let i = 0; i < workerData.intervals; i++) counters.add(i, i % 2, i + 1);
      });`;
    const module = new URL('./border-counters.ts', import.meta.url).href;
    const threads = [1, 2, 3].map(
      () => new Worker(code, { eval: true, workerData: { shared, intervals, module } }),
    );
    const exits = threads.map(
      (thread) =>
        new Promise((resolve, reject) => thread.once('exit', resolve).once('error', reject)),
    );
    expect(await Promise.all(exits)).toEqual([0, 0, 0]);
    const counters = new BorderCounters(shared);
    const expected = Array.from({ length: intervals }, (_, i) =>
      i % 2 === 0 ? [3 * (i + 1), 0] : [0, 3 * (i + 1)],
    ).flat();
    expect(counters.intervals).toBe(intervals);
    expect([...counters.read(intervals)]).toEqual(expected);
  });

  test('refuse more intervals than fit into memory, before a run and in it', () => {
    expect(() => sharedBorderCounters(8_000, 1e5)).toThrow(
      'prices.intervalMs: divides the run into 100,000 intervals, too many for 8000 links; ' +
        'set it to a longer time',
    );
    const counters = new BorderCounters(sharedBorderCounters(8_000, 1));
    expect(() => counters.add(1e5, 0, 1)).toThrow('set network.prices.interval to a longer time');
  });
});
