import { expect, test } from 'vitest';

import type { AsCut } from '../plan/faults.ts';
import type { Plan } from '../plan/plan.ts';
import { Borders } from './borders.ts';

/** The borders of AS 0, of three. */
function bordersWith(cuts: readonly (readonly [at: number, duration: number, as: number[]])[]) {
  const faults = cuts.map(([at, duration, as]): AsCut => {
    return { fault: 'cut', atMs: 1_000 * at, forMs: 1_000 * duration, as };
  });
  const plan = { swarm: { faults }, asCount: 3, domainOf: (asId: number) => asId };
  return new Borders(plan as unknown as Plan, 0);
}

/** What changes at which time, in s: which borders close, expire and open. */
function changesOf(borders: Borders, times: readonly number[]): string[] {
  return times.flatMap((time) => {
    const changes = borders.changesAt(1_000 * time);
    borders.apply(changes);
    const { closed, expired, opened } = changes;
    const text = `${closed.join(' ')} / ${expired.join(' ')} / ${opened.join(' ')}`;
    return text === ' /  / ' ? [] : [`${time}: ${text}`];
  });
}

const TIMES = Array.from({ length: 100 }, (_, i) => 10 * i);

test.each<[string, Parameters<typeof bordersWith>[0], string[]]>([
  ['of the AS that is cut off', [[10, 100, [0]]], ['10: 1 2 /  / ', '110:  /  / 1 2']],
  ['to the AS that is cut off', [[10, 100, [2]]], ['10: 2 /  / ', '110:  /  / 2']],
  ['between others is not', [[10, 100, [0, 1]]], ['10: 2 /  / ', '110:  /  / 2']],
  [
    'for long, over which connections expire',
    [[10, 130, [2]]],
    ['10: 2 /  / ', '130:  / 2 / ', '140:  /  / 2'],
  ],
  ['for 120 s', [[10, 120, [2]]], ['10: 2 /  / ', '130:  / 2 / 2']],
  [
    'by cuts that follow each other',
    [
      [110, 60, [2]],
      [10, 100, [2]],
    ],
    ['10: 2 /  / ', '130:  / 2 / ', '170:  /  / 2'],
  ],
  [
    'by one cut within another',
    [
      [10, 100, [0]],
      [20, 10, [2]],
    ],
    ['10: 1 2 /  / ', '110:  /  / 1 2'],
  ],
  [
    'again later',
    [
      [10, 10, [2]],
      [30, 130, [2]],
    ],
    ['10: 2 /  / ', '20:  /  / 2', '30: 2 /  / ', '150:  / 2 / ', '160:  /  / 2'],
  ],
])('a border is closed: %s', (_, cuts, changes) => {
  expect(changesOf(bordersWith(cuts), TIMES)).toEqual(changes);
});

test('a border knows when it opens, whether it has closed yet or not', () => {
  const borders = bordersWith([
    [10, 10, [2]],
    [30, 130, [2]],
  ]);
  expect(borders.closureTo(2)).toBeUndefined();
  expect(borders.opensMs(2, 15_000)).toBe(20_000);
  expect(borders.opensMs(2, 30_000)).toBe(160_000);
  changesOf(borders, [10, 20, 30]);
  expect(borders.closureTo(2)).toEqual({ fromMs: 30_000, untilMs: 160_000 });
  expect(borders.opensMs(2, 19_999)).toBe(20_000);
});
