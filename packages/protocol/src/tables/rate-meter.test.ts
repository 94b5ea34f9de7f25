import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import type { Connection } from '../ids.ts';
import { CLIENT_RULES } from '../rules/client.ts';
import { ORIGINAL_RULES } from '../rules/original.ts';
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
  meter.add(ROW, A, 0);
  meter.add(ROW, B, 5_000);
  meter.add(ROW, A, 10_000);

  meter.expire(ROW, 19_999);
  expect([meter.of(ROW, A), meter.of(ROW, B)]).toEqual([2, 1]);
  meter.expire(ROW, 20_000);
  expect([meter.of(ROW, A), meter.of(ROW, B)]).toEqual([1, 1]);
  meter.expire(ROW, 30_000);
  expect([meter.of(ROW, A), meter.of(ROW, B)]).toEqual([0, 0]);
});

test('a connection that is closed has carried nothing when its number is used again', () => {
  const meter = meterOf(2);
  for (const [connection, atMs] of [
    [A, 0],
    [B, 1_000],
    [A, 2_000],
    [B, 3_000],
    [A, 4_000],
  ] as const) {
    meter.add(ROW, connection, atMs);
  }
  meter.forget(ROW, A);
  expect([meter.of(ROW, A), meter.of(ROW, B)]).toEqual([0, 2]);

  // The pieces of the connection before expire without an effect, and those of B at their time.
  meter.add(ROW, A, 5_000);
  meter.expire(ROW, 22_000);
  expect([meter.of(ROW, A), meter.of(ROW, B)]).toEqual([1, 1]);
  meter.expire(ROW, 25_000);
  expect([meter.of(ROW, A), meter.of(ROW, B)]).toEqual([0, 0]);
});

test('under the original rules, a rate changes only when a piece arrives on its connection', () => {
  const meter = meterOf(2);
  const { add } = ORIGINAL_RULES.rates;
  add(meter, ROW, A, 0);
  add(meter, ROW, A, 1_000);
  add(meter, ROW, B, 50_000);
  expect([meter.of(ROW, A), meter.of(ROW, B)]).toEqual([2, 1]);

  add(meter, ROW, A, 50_000);
  expect([meter.of(ROW, A), meter.of(ROW, B)]).toEqual([1, 1]);
});

test.each([
  { name: 'client', rules: CLIENT_RULES, isStale: false },
  { name: 'original', rules: ORIGINAL_RULES, isStale: true },
])('rates agree with plain lists under the $name rules (seed rates)', ({ rules, isStale }) => {
  const random = seededRandom('rates');
  const meter = meterOf(5);
  const arrivals = [0, ROW].map(() => Array.from({ length: 5 }, (): number[] => []));
  let nowMs = 0;

  for (let step = 0; step < 3_000; step++) {
    nowMs += random.below(3_000);
    if (random.below(20) === 0) {
      const [row, closed] = [random.below(2), random.below(5)];
      meter.forget(row, closed as Connection);
      arrivals[row]![closed] = [];
    }
    const row = random.below(2);
    const connection = random.below(5) as Connection;
    rules.rates.add(meter, row, connection, nowMs);
    rules.rates.refresh(meter, row, nowMs);
    arrivals[row]![connection]!.push(nowMs);
    for (const [i, times] of arrivals[row]!.entries()) {
      const isFresh = !isStale || i === connection;
      if (isFresh) arrivals[row]![i] = times.filter((atMs) => atMs > nowMs - 20_000);
      expect(meter.of(row, i as Connection)).toBe(arrivals[row]![i]!.length);
    }
  }
});
