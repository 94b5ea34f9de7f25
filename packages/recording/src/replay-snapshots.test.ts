import { expect, test } from 'vitest';

import { HEADER } from '../test/small-recording.ts';
import { ReplaySnapshots } from './replay-snapshots.ts';
import { SwarmState } from './state/swarm-state.ts';

const state = new SwarmState(HEADER);
const one = new ReplaySnapshots(2 ** 30);
one.offer(4, state);
const ONE = one.bytes;

test('snapshots are evenly spaced, and twice as far apart when they are too large', () => {
  const snapshots = new ReplaySnapshots(8 * ONE);
  const frames: number[] = [];
  for (let frame = 1; frame <= 100; frame++) {
    snapshots.offer(frame, state);
    expect(snapshots.bytes).toBeLessThanOrEqual(6 * ONE);
  }
  for (let frame = 0; frame <= 100; frame++) {
    const last = snapshots.lastBefore(frame)?.frames;
    if (last === frame) frames.push(frame);
  }
  expect(frames).toEqual([32, 64, 96]);
});

test('a quarter is for those near the player, the newest of them', () => {
  const snapshots = new ReplaySnapshots(8 * ONE);
  snapshots.offer(4, state);
  for (const frame of [30, 20, 25, 25]) snapshots.offerNear(frame, state);
  expect([3, 24, 25, 40].map((frame) => snapshots.lastBefore(frame)?.frames)).toEqual([
    undefined,
    20,
    25,
    25,
  ]);
  expect(snapshots.bytes).toBe(3 * ONE);
});

test('where there is no memory for one, none is taken', () => {
  const snapshots = new ReplaySnapshots(ONE / 2);
  for (let frame = 1; frame <= 20; frame++) snapshots.offer(frame, state);
  snapshots.offerNear(7, state);
  expect(snapshots.bytes).toBe(0);
  expect(snapshots.lastBefore(100)).toBeUndefined();
});
