/** The table of pairs: medians of each version, and of the ratios within pairs. */

import { expect, test } from 'vitest';

import type { PairCase } from './cases.ts';
import { pairsTable } from './pairs.ts';

const CASE: PairCase = {
  name: 'start',
  what: 'a start',
  run: () => Promise.resolve({}),
  figures: [
    { label: 'wall time, s', name: 'wallMs', divisor: 1_000, goal: { ratioAtMost: 0.6 } },
    { label: 'speed-up', name: 'speedUp', divisor: 1, goal: { atLeast: 1.7 } },
    { label: 'memory, MB', name: 'bytes', divisor: 1e6, goal: { atMost: 100 } },
    { label: 'CPU time, s', name: 'cpuMs', divisor: 1_000 },
  ],
};

test('ratios are those of pairs, not of medians', () => {
  const of = (wallMs: number) => ({ wallMs, speedUp: 1.8, bytes: 101e6, cpuMs: 2 * wallMs });
  // The machine is three times as fast in the last pair. The medians are 300 and 180.
  const pairs = [
    { before: of(300), after: of(180) },
    { before: of(330), after: of(231) },
    { before: of(100), after: of(50) },
  ];
  const lines = pairsTable([CASE], [{ name: 'start', pairs }])
    .split('\n')
    .slice(2);
  const cells = lines.map((line) => line.split('|').map((cell) => cell.trim()));
  expect(cells.map((row) => row.slice(2, -1))).toEqual([
    ['wall time, s', '0.300', '0.180', '0.60', '0.50 – 0.70', '3', 'ratio ≤ 0.6', 'yes'],
    ['speed-up', '1.80', '1.80', '1.00', '1.00 – 1.00', '3', '≥ 1.7', 'yes'],
    ['memory, MB', '101', '101', '1.00', '1.00 – 1.00', '3', '≤ 100', 'no'],
    ['CPU time, s', '0.600', '0.360', '0.60', '0.50 – 0.70', '3', '', ''],
  ]);
});
