/** The estimated footprint of a run. */

import { describe, expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { footprintOf } from './memory.ts';

describe('the footprint of a run', () => {
  const swarm = FORTY;

  test('is the sum of its items', () => {
    const { items, bytes } = footprintOf(swarm, 2);
    const sum = items.reduce((total, { count, bytesEach }) => total + count * bytesEach, 0);
    expect(bytes).toBe(sum);
  });

  test.each([
    {
      more: 'peers',
      change: { classes: [{ name: 'peer', count: 4_000, uploadKbps: 1, downloadKbps: 1 }] },
    },
    { more: 'neighbours', change: { neighbours: 20 } },
    { more: 'pieces', change: { pieces: 6_000 } },
    { more: 'leaders', change: { leaderPercent: 30 } },
  ])('grows with $more', ({ change }) => {
    const [less, more] = [footprintOf(swarm, 2), footprintOf({ ...swarm, ...change }, 2)];
    expect(more.bytes).toBeGreaterThan(less.bytes);
    expect(more.messages).toBeGreaterThan(less.messages);
    expect(more.wallMs).toBeGreaterThan(less.wallMs);
  });

  test('takes less time, and more memory, with more workers', () => {
    const [one, four] = [footprintOf(swarm, 1), footprintOf(swarm, 4)];
    expect(four.wallMs).toBeCloseTo(one.wallMs / 4);
    expect(four.bytes).toBeGreaterThan(one.bytes);
    expect(four.heapBytesPerWorker).toBeCloseTo(one.heapBytesPerWorker / 4);
  });
});
