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

  test.each([
    { rule: 'only for AS that have nodes', stubDomains: 8_192, peers: 100, pairs: 101 ** 2 },
    { rule: 'for all AS if there are many nodes', stubDomains: 100, peers: 5_000, pairs: 100 ** 2 },
  ])('has pairs of AS $rule', ({ stubDomains, peers, pairs }) => {
    const many = {
      ...swarm,
      classes: [{ name: 'peer', count: peers, uploadKbps: 1, downloadKbps: 1 }],
      topology: { ...swarm.topology, stubDomains },
    };
    const item = footprintOf(many, 1).items.find(({ what }) => what === 'pairs of AS')!;
    expect(item.count / pairs).toBeGreaterThan(0.95);
    expect(item.count / pairs).toBeLessThan(1.01);
  });

  test('has pairs of gateways unless the latency is fixed', () => {
    const large = { ...swarm, topology: { ...swarm.topology, stubDomains: 8_192 } };
    const bytes = footprintOf(large, 1).bytes;
    const fixed = footprintOf({ ...large, latency: { model: 'fixed', fixedMs: 5 } }, 1).bytes;
    expect(bytes - fixed).toBeGreaterThan(250e6);
  });

  test('takes less time, and more memory, with more workers', () => {
    const [one, four] = [footprintOf(swarm, 1), footprintOf(swarm, 4)];
    expect(four.wallMs).toBeCloseTo(one.wallMs / 4);
    expect(four.bytes).toBeGreaterThan(one.bytes);
    expect(four.heapBytesPerWorker).toBeCloseTo(one.heapBytesPerWorker / 4);
  });
});
