import { expect, test } from 'vitest';

import type { MapLayout } from '../scene.ts';
import { labelsOf } from './labels.ts';

const viewport = { scale: 1, left: 200, top: 200, width: 400, height: 400 };

test.each([
  [
    'each AS with room has a label',
    [
      [-100, 0, 30],
      [100, 0, 40],
    ],
    [1, 0],
  ],
  ['an AS that is too small has none', [[0, 0, 4]], []],
  [
    'of labels that would overlap, that of the larger AS is shown',
    [
      [0, 0, 20],
      [9, 0, 21],
    ],
    [1],
  ],
] as const)('%s', (_rule, circles, expected) => {
  expect(label(circles).map(({ as }) => as)).toEqual(expected);
});

test('a label is above its AS', () => {
  const { x, y } = label([[10, 0, 30]])[0]!;
  expect(x).toBe(210);
  expect(y).toBeLessThan(170);
  expect(y).toBeGreaterThan(150);
});

test('only the name is shown, in its AS, where a label above would cover another AS', () => {
  const [first] = label([
    [0, 0, 40],
    [0, -60, 20],
  ]);
  expect(first).toEqual({ as: 0, x: 200, y: 207, hasCounts: false });
});

test('there is no label where the AS is not wide enough, and it would cover another above', () => {
  expect(
    label([
      [0, 0, 21],
      [0, -40, 20],
    ]).map(({ as }) => as),
  ).toEqual([1]);
});

test('the label of an AS that reaches beyond the picture stays on it', () => {
  const { x, y } = label([[-190, -150, 100]])[0]!;
  expect(x).toBeGreaterThan(20);
  expect(y).toBeGreaterThan(20);
});

test.each([
  ['a large AS has counts', 30, true],
  ['one that is narrower than its counts has none', 9, false],
])('%s', (_rule, radius, hasCounts) => {
  expect(label([[0, 0, radius]])[0]!.hasCounts).toBe(hasCounts);
});

function label(circles: readonly (readonly [number, number, number])[]) {
  const layout: MapLayout = {
    asX: Float32Array.from(circles, ([x]) => x),
    asY: Float32Array.from(circles, ([, y]) => y),
    asRadius: Float32Array.from(circles, ([, , radius]) => radius),
    nodeX: new Float32Array(0),
    nodeY: new Float32Array(0),
    extent: 200,
  };
  const systems = circles.map((_, as) => as);
  return labelsOf(
    systems,
    layout,
    viewport,
    () => 'AS 7018',
    () => '1,234 / 567',
  );
}
