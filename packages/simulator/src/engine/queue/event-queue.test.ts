import { type Random, seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { ReferenceQueue } from '../../../test/engine/reference-queue.ts';
import { EventQueue } from './event-queue.ts';

/** An event is written `atMs:order`; popped events are written by their order. */
describe('events are popped', () => {
  test.each([
    { rule: 'by ascending time', pushed: '5:1 3:2 4:3', before: Infinity, popped: [2, 3, 1] },
    {
      rule: 'of the same time, by ascending order',
      pushed: '5:3 5:1 5:2',
      before: Infinity,
      popped: [1, 2, 3],
    },
    {
      rule: 'of the same time, by source before sequence',
      pushed: `5:${2 ** 40} 5:${2 ** 40 - 1}`,
      before: Infinity,
      popped: [2 ** 40 - 1, 2 ** 40],
    },
    { rule: 'only before the end', pushed: '5:1 6:2', before: 6, popped: [1] },
    { rule: 'not at the end itself', pushed: '5:1', before: 5, popped: [] },
    { rule: 'however late they are', pushed: '1e12:1 1e-9:2', before: Infinity, popped: [2, 1] },
    {
      rule: 'however close they are',
      pushed: `${1 + 2 ** -52}:1 1:2`,
      before: Infinity,
      popped: [2, 1],
    },
  ])('$rule', ({ pushed, before, popped }) => {
    const queue = new EventQueue();
    for (const event of pushed.split(' ')) {
      const [atMs, order] = event.split(':').map(Number);
      queue.push(atMs!, order!, 0, order! % 2 ** 31, Math.floor(order! / 2 ** 31), 0);
    }
    expect(drain(queue, before)).toEqual(popped);
  });

  test('with all their fields', () => {
    const queue = new EventQueue();
    queue.push(1.5, 7, -(2 ** 31), 2 ** 31 - 1, -1, 42);
    expect(queue.popBefore(2)).toBe(true);
    expect([queue.atMs, queue.kind, queue.a, queue.b, queue.c]).toEqual([
      1.5,
      -(2 ** 31),
      2 ** 31 - 1,
      -1,
      42,
    ]);
    expect(queue.popBefore(Infinity)).toBe(false);
  });
});

test('only events before the end are popped, also of a crowded day', () => {
  const queue = new EventQueue();
  const laterMs = 1 + 2 ** -50;
  queue.push(1, 0, 0, 0, 0, 0);
  queue.popBefore(2);
  for (let n = 0; n < 25; n++) queue.push(n < 20 ? 1 : laterMs, n, 0, n, 0, 0);
  expect(drain(queue, laterMs)).toEqual([...new Array(20).keys()]);
  expect(queue.nextAtMs()).toBe(laterMs);
});

test('an event before the last one popped is a bug, and the error says so', () => {
  const queue = new EventQueue();
  queue.push(5, 1, 0, 0, 0, 0);
  queue.popBefore(6);
  queue.push(5, 2, 0, 0, 0, 0);
  for (const atMs of [4.999, Number.NaN, Infinity]) {
    expect(() => queue.push(atMs, 3, 0, 0, 0, 0)).toThrow('bug: an event has a finite time');
  }
});

/**
 * Distributions of event times that are difficult for a calendar queue. `gapMs` draws the time from
 * an event to one that it schedules.
 */
const DISTRIBUTIONS: readonly {
  readonly name: string;
  readonly gapMs: (random: Random) => number;
}[] = [
  { name: 'uniform', gapMs: (random) => random.unit() * 100 },
  { name: 'on a coarse grid', gapMs: (random) => random.below(4) * 50 },
  { name: 'often at the current time', gapMs: (random) => random.below(3) * random.unit() },
  { name: 'from near to very far', gapMs: (random) => random.unit() * 10 ** random.below(9) },
  { name: 'from near to very close', gapMs: (random) => random.unit() * 10 ** -random.below(12) },
  {
    name: 'latencies and a few timers',
    gapMs: (random) => (random.below(9) ? 2 + random.unit() : 1e4),
  },
];

test.each(DISTRIBUTIONS)('a calendar queue equals the reference, times $name', ({ gapMs }) => {
  for (let seed = 0; seed < 500; seed++) {
    expect(firstDifference(seed, gapMs), `seed ${seed}`).toBeUndefined();
  }
});

/** Applies the same operations to both queues, and describes the first difference. */
function firstDifference(seed: number, gapMs: (random: Random) => number): string | undefined {
  const random = seededRandom('event-queue', seed);
  const queue = new EventQueue();
  const reference = new ReferenceQueue();
  const sizeMax = 1 + random.below(seed % 10 === 0 ? 600 : 60);
  let order = 2 ** 41;
  let nowMs = 0;
  let endMs = 0;

  for (let step = 0; step < 600 || reference.size > 0; step++) {
    const isGrowing = step < 400 && random.below(reference.size + 1) < sizeMax / 2;
    for (let n = isGrowing ? random.below(4) : 0; n > 0; n--) {
      // Arrivals are after the window, in any order; own events are after now, in order.
      const isArrival = random.below(3) === 0;
      const atMs = (isArrival ? Math.max(endMs, nowMs) : nowMs) + gapMs(random);
      const payload = random.below(2 ** 31);
      const eventOrder = isArrival ? 2 ** 40 + random.below(2 ** 20) * 1024 + step : order++;
      queue.push(atMs, eventOrder, 1, payload, 2, 3);
      reference.push({ atMs, order: eventOrder, payload });
    }
    if (random.below(4) === 0) endMs = Math.max(endMs, nowMs) + gapMs(random) * random.below(3);
    if (step >= 600) endMs = Infinity;

    if (step % 7 === 0 && queue.nextAtMs() !== reference.nextAtMs()) return `next at step ${step}`;
    const expected = reference.popBefore(endMs);
    if (queue.popBefore(endMs) !== (expected !== undefined)) return `whether at step ${step}`;
    if (queue.size !== reference.size) return `size at step ${step}`;
    if (expected === undefined) continue;
    nowMs = expected.atMs;
    if (queue.atMs !== nowMs || queue.a !== expected.payload) return `event at step ${step}`;
  }
  return queue.popBefore(Infinity) || queue.nextAtMs() < Infinity ? 'the end' : undefined;
}

/** Each of these would take minutes at quadratic cost. */
describe('a hundred thousand events', () => {
  const count = 100_000;

  test.each([
    { rule: 'of the same time, pushed in order', order: (n: number) => n },
    { rule: 'of the same time, pushed backwards', order: (n: number) => count - n },
    { rule: 'of the same time, pushed in any order', order: (n: number) => (n * 7919) % count },
  ])('$rule', ({ order }) => {
    const queue = new EventQueue();
    for (let n = 0; n < count; n++) queue.push(50, order(n), 0, order(n), 0, 0);
    const popped: number[] = [];
    while (queue.popBefore(51)) popped.push(queue.a);
    expect(popped).toHaveLength(count);
    expect(popped).toEqual(popped.toSorted((a, b) => a - b));
  });

  test('of the same time, each pushed when the previous one is popped', () => {
    const queue = new EventQueue();
    let order = 0;
    for (; order < count; order++) queue.push(50, order, 0, order, 0, 0);
    const popped: number[] = [];
    while (queue.popBefore(51)) {
      popped.push(queue.a);
      if (order < 2 * count) queue.push(50, order, 0, order++, 0, 0);
    }
    expect(popped).toEqual([...new Array(2 * count).keys()]);
  });

  test('whose times span 300 orders of magnitude', () => {
    const queue = new EventQueue();
    for (let n = 0; n < count; n++) queue.push(10 ** ((n % 600) / 2 - 150), n, 0, n % 600, 0, 0);
    const popped: number[] = [];
    while (queue.popBefore(Infinity)) popped.push(queue.a);
    expect(popped).toHaveLength(count);
    expect(popped).toEqual(popped.toSorted((a, b) => a - b));
  });

  test('and then a few so far apart that the days are renumbered', () => {
    const queue = new EventQueue();
    for (let n = 0; n < count; n++) queue.push(n, n, 0, n, 0, 0);
    while (queue.popBefore(count));
    const popped: number[] = [];
    for (let n = 0; n < 2_000; n++) {
      queue.push(queue.atMs + 300_000, n, 0, 2 * n, 0, 0);
      queue.push(queue.atMs + 300_001, n, 0, 2 * n + 1, 0, 0);
      while (queue.popBefore(Infinity)) popped.push(queue.a);
    }
    expect(popped).toEqual([...new Array(4_000).keys()]);
  });
});

function drain(queue: EventQueue, endMs: number): number[] {
  const orders: number[] = [];
  while (queue.popBefore(endMs)) orders.push(queue.b * 2 ** 31 + queue.a);
  return orders;
}

test('a queue that shrinks after a peak keeps its events, in their order', () => {
  const random = seededRandom('after a peak');
  const queue = new EventQueue();
  const waiting = new Set<number>();
  let order = 0;
  const push = (nowMs: number): void => {
    queue.push(nowMs + 100 * random.unit(), order, 1, order, 2, 3);
    waiting.add(order++);
  };
  for (let n = 0; n < 3_000; n++) push(0);
  for (let n = 0; n < 20_000; n++) {
    const lastMs = queue.atMs;
    expect(queue.popBefore(Infinity)).toBe(true);
    expect(queue.atMs).toBeGreaterThanOrEqual(lastMs);
    expect([queue.a, queue.b, queue.c]).toEqual([queue.order, 2, 3]);
    expect(waiting.delete(queue.order)).toBe(true);
    if (queue.size < 100) push(queue.atMs);
  }
  expect(queue.size).toBe(waiting.size);
});
