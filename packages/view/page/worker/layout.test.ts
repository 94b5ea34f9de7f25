import type { RecordingHeader } from '@cachetorrent/recording';
import { describe, expect, test } from 'vitest';

import { layOut } from './layout.ts';
import { packedCircles } from './packing.ts';

/** A header of AS with so many peers each, and latencies by `latencyMs`. */
function headerOf(
  peers: readonly number[],
  latencyMs: (from: number, to: number) => number,
  landmarkCount = peers.length,
): RecordingHeader {
  const landmarks = [...peers.keys()].slice(0, landmarkCount);
  return {
    as: {
      name: peers.map((_, as) => `AS ${as}`),
      parent: peers.map(() => -1),
      landmarks,
      latencyMs: peers.flatMap((_, from) => landmarks.map((to) => latencyMs(from, to))),
    },
    peers: { as: [0, ...peers.flatMap((count, as) => Array<number>(count).fill(as))] },
  } as unknown as RecordingHeader;
}

function overlaps(x: Float32Array, y: Float32Array, radius: (i: number) => number): string[] {
  const found: string[] = [];
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const distance = Math.hypot(x[i]! - x[j]!, y[i]! - y[j]!);
      if (distance < radius(i) + radius(j)) found.push(`${j} and ${i}: ${distance}`);
    }
  }
  return found;
}

/** A number from 0 to 1 that depends on another one only. */
const scattered = (n: number): number => (Math.imul(n + 1, 2_654_435_761) >>> 0) / 2 ** 32;
const sizes = (count: number): number[] =>
  Array.from({ length: count }, (_, as) => 1 + Math.floor(60 * scattered(as)));
const equal = (): number => 20;
const onLine = (from: number, to: number): number => 10 * Math.abs(from - to);
const oneIsFar = (from: number, to: number): number => (from === 0 || to === 0 ? 5_000 : 10);
const any = (from: number, to: number): number => 1 + 200 * scattered(1_000 * from + to);

describe('AS do not overlap, whatever their sizes and latencies', () => {
  test.each([
    { what: 'one AS', header: headerOf([30], equal) },
    { what: 'two AS', header: headerOf([1, 900], equal) },
    { what: '20 of the same latency', header: headerOf(sizes(20), equal) },
    { what: '40 on a line', header: headerOf(sizes(40), onLine) },
    { what: 'one far away', header: headerOf(sizes(30), oneIsFar) },
    { what: '200 at random', header: headerOf(sizes(200), any) },
    { what: '500 with landmarks', header: headerOf(sizes(500), any, 32) },
    { what: 'all in one place', header: headerOf(sizes(50), () => 0.001) },
    { what: 'no latencies', header: headerOf(sizes(50), equal, 0) },
    { what: 'a large one', header: headerOf([5_000, ...sizes(20)], any) },
  ])('$what', ({ header }) => {
    const { asX, asY, asRadius, extent } = layOut(header);
    expect(overlaps(asX, asY, (as) => asRadius[as]!)).toEqual([]);
    for (let as = 0; as < asX.length; as++) {
      expect(Math.abs(asX[as]!) + asRadius[as]!).toBeLessThanOrEqual(extent * 1.0001);
      expect(Math.abs(asY[as]!) + asRadius[as]!).toBeLessThanOrEqual(extent * 1.0001);
    }
    expect(layOut(header), 'a second time').toEqual(layOut(header));
  });
});

test('AS of a small latency are nearer than AS of a large one', () => {
  // Two groups of AS, far apart.
  const latencyMs = (from: number, to: number): number => (from % 2 === to % 2 ? 5 : 100);
  const { asX, asY } = layOut(headerOf(Array<number>(20).fill(10), latencyMs));
  const distances: [number[], number[]] = [[], []];
  for (let i = 0; i < 20; i++) {
    for (let j = 0; j < i; j++) {
      distances[(i + j) % 2]!.push(Math.hypot(asX[i]! - asX[j]!, asY[i]! - asY[j]!));
    }
  }
  const [near, far] = distances.map((all) => all.reduce((a, b) => a + b) / all.length);
  expect(far! / near!).toBeGreaterThan(1.5);
});

test('AS of the same latency fill a disc', () => {
  const { asX, asY, asRadius, extent } = layOut(headerOf(Array<number>(60).fill(20), equal));
  const area = asRadius.reduce((sum, radius) => sum + radius ** 2, 0);
  expect(area / extent ** 2).toBeGreaterThan(0.3);
  const width = Math.max(...asX) - Math.min(...asX);
  const height = Math.max(...asY) - Math.min(...asY);
  expect(width / height).toBeCloseTo(1, 0);
});

test.each([1, 2, 7, 300, 2_000, 2_001, 6_000])('%i peers lie apart in their circle', (count) => {
  const { x, y, radius } = packedCircles(count);
  expect(overlaps(x, y, () => 1)).toEqual([]);
  for (let i = 0; i < count; i++) expect(Math.hypot(x[i]!, y[i]!) + 1).toBeLessThan(radius);
  expect(count / radius ** 2, 'how full it is').toBeGreaterThan(count < 10 ? 0.2 : 0.35);
});

test('an AS without peers has radius 0, and the tracker no dot', () => {
  const { asRadius, nodeX, nodeY } = layOut(headerOf([0, 3], equal));
  expect(asRadius[0]).toBe(0);
  expect(asRadius[1]).toBeGreaterThan(2);
  expect([nodeX[0], nodeY[0]]).toEqual([0, 0]);
});
