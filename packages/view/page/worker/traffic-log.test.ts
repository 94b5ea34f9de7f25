import type { Totals } from '@cachetorrent/recording';
import { expect, test } from 'vitest';

import { TRAFFIC_MAX } from '../scene.ts';
import { TrafficLog } from './traffic-log.ts';

const totalsOf = (outsideBits: number, insideBits: number): Totals =>
  ({ outsideBits, insideBits }) as Totals;

test('traffic is averaged over the last 6 s, up to the end of the last frame', () => {
  const log = new TrafficLog(3);
  for (let frame = 0; frame < 5; frame++) {
    log.add(0, 1, 12_000 * (frame + 1));
    log.add(2, 0, 6_000);
    log.add(1, 1, 99);
    log.endFrame(2_000 * (frame + 1), totalsOf(18_000 * (frame + 1), 99 * (frame + 1)));
  }
  const at = (ms: number) => {
    const { from, to, kbps } = log.pairsAt(ms);
    return [...from.entries()].map(([i, each]) => [each, to[i], kbps[i]]);
  };
  expect(at(1_999)).toEqual([]);
  expect(at(2_000)).toEqual([
    [0, 1, 6],
    [2, 0, 3],
  ]);
  expect(at(10_000)).toEqual([
    [0, 1, 24],
    [2, 0, 3],
  ]);
  expect(at(6_500), 'a second time, earlier').toEqual([
    [0, 1, 12],
    [2, 0, 3],
  ]);
  expect(log.averagesAt(500)).toEqual({ borderKbps: 0, insideKbps: 0 });
  expect(log.averagesAt(11_000)).toEqual({ borderKbps: 9, insideKbps: 99 / 2_000 });
});

test('of many pairs, the largest are shown, and of equal ones those of the lowest AS', () => {
  const log = new TrafficLog(100);
  for (let from = 0; from < 100; from++) {
    for (let to = 0; to < 100; to++) log.add(from, to, from === 70 ? 5_000 + to : 1_000);
  }
  log.endFrame(2_000, totalsOf(1, 1));
  const { from, to, kbps } = log.pairsAt(2_000);
  expect(from.length).toBe(TRAFFIC_MAX);
  expect([from[0], to[0], kbps[0]]).toEqual([70, 99, expect.closeTo(2.5495, 4)]);
  expect([from[98], to[98], kbps[98]]).toEqual([70, 0, 2.5]);
  expect([from[99], to[99], kbps[99]]).toEqual([0, 1, 0.5]);
  expect([from[TRAFFIC_MAX - 1], to[TRAFFIC_MAX - 1]]).toEqual([3, 4]);
});
