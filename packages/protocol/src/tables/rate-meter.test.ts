import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import type { Connection } from '../ids.ts';
import { PeerTables } from './peer-tables.ts';
import type { RateMeter } from './rate-meter.ts';

const A = 0 as Connection;
const B = 1 as Connection;
const ROW = 1;

function meterOf(connections: number): RateMeter {
  const tables = new PeerTables(1, 2, connections);
  for (const row of [0, ROW]) tables.openRow(row, connections);
  return tables.received;
}

test('a rate counts the pieces of the last 20 seconds', () => {
  const meter = meterOf(2);
  meter.add(ROW, A, 0, false);
  meter.add(ROW, B, 5_000, false);
  meter.add(ROW, A, 10_000, false);

  meter.advance(ROW, 19_999);
  expect([meter.of(ROW, A), meter.of(ROW, B)]).toEqual([2, 1]);
  meter.advance(ROW, 20_000);
  expect([meter.of(ROW, A), meter.of(ROW, B)]).toEqual([1, 1]);
  meter.advance(ROW, 30_000);
  expect([meter.of(ROW, A), meter.of(ROW, B)]).toEqual([0, 0]);
});

test('a stale rate changes only when a piece arrives on its connection', () => {
  const meter = meterOf(2);
  meter.add(ROW, A, 0, true);
  meter.add(ROW, A, 1_000, true);
  meter.add(ROW, B, 50_000, true);
  expect([meter.of(ROW, A), meter.of(ROW, B)]).toEqual([2, 1]);

  meter.add(ROW, A, 50_000, true);
  expect([meter.of(ROW, A), meter.of(ROW, B)]).toEqual([1, 1]);
});

test.each([false, true])('rates agree with plain lists (stale: %s, seed rates)', (isStale) => {
  const random = seededRandom('rates');
  const meter = meterOf(5);
  const arrivals = [0, ROW].map(() => Array.from({ length: 5 }, (): number[] => []));
  let nowMs = 0;

  for (let step = 0; step < 3_000; step++) {
    nowMs += random.below(3_000);
    const row = random.below(2);
    const on = random.below(5) as Connection;
    meter.add(row, on, nowMs, isStale);
    if (!isStale) meter.advance(row, nowMs);
    arrivals[row]![on]!.push(nowMs);
    for (const [i, times] of arrivals[row]!.entries()) {
      const isFresh = !isStale || i === on;
      if (isFresh) arrivals[row]![i] = times.filter((atMs) => atMs > nowMs - 20_000);
      expect(meter.of(row, i as Connection)).toBe(arrivals[row]![i]!.length);
    }
  }
});
