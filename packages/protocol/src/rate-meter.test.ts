import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import type { Connection } from './ids.ts';
import { RateMeter } from './rate-meter.ts';

const A = 0 as Connection;
const B = 1 as Connection;

test('a rate counts the pieces of the last 20 seconds', () => {
  const meter = new RateMeter(2, false);
  meter.add(A, 0);
  meter.add(B, 5_000);
  meter.add(A, 10_000);

  meter.advance(19_999);
  expect([meter.of(A), meter.of(B)]).toEqual([2, 1]);
  meter.advance(20_000);
  expect([meter.of(A), meter.of(B)]).toEqual([1, 1]);
  meter.advance(30_000);
  expect([meter.of(A), meter.of(B)]).toEqual([0, 0]);
});

test('a stale rate changes only when a piece arrives on its connection', () => {
  const meter = new RateMeter(2, true);
  meter.add(A, 0);
  meter.add(A, 1_000);
  meter.add(B, 50_000);
  meter.advance(50_000);
  expect([meter.of(A), meter.of(B)]).toEqual([2, 1]);

  meter.add(A, 50_000);
  expect([meter.of(A), meter.of(B)]).toEqual([1, 1]);
});

test.each([false, true])('rates agree with a plain list (stale: %s, seed rates)', (stale) => {
  const random = seededRandom('rates');
  const meter = new RateMeter(1, stale);
  meter.reserve(5);
  const arrivals: number[][] = [[], [], [], [], []];
  let nowMs = 0;

  for (let step = 0; step < 3_000; step++) {
    nowMs += random.below(3_000);
    const on = random.below(5) as Connection;
    meter.add(on, nowMs);
    meter.advance(nowMs);
    arrivals[on]!.push(nowMs);
    for (const [i, times] of arrivals.entries()) {
      if (!stale || i === on) arrivals[i] = times.filter((atMs) => atMs > nowMs - 20_000);
      expect(meter.of(i as Connection)).toBe(arrivals[i]!.length);
    }
  }
});
