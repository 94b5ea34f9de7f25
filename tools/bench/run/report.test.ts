/** The table of targets, from made-up rounds. */

import { expect, test } from 'vitest';

import { casesOf, chosenTargets } from './run.ts';
import { targetTable } from './report.ts';
import type { Round } from './targets.ts';

const of = (wallMs: number) => ({ wallMs, cpuMs: 2 * wallMs, peakRssBytes: 2e8, messages: 3e7 });
/** The machine gets slower with every round; the ratio of the two cases does not change. */
const ROUNDS: readonly Round[] = [1, 1.5, 2].map((slow) => ({
  medium: of(3_000 * slow),
  'medium, 1 worker': of(5_400 * slow),
}));

test('the table has a row for each figure, and says which targets are met', () => {
  const rows = cells(targetTable(chosenTargets(['1', '3', '4']), ROUNDS));
  expect(rows).toEqual([
    [
      '1',
      'medium, client rules, 2 workers',
      'wall time, s',
      '≤ 4',
      '4.50',
      '3.00 – 6.00',
      '3',
      'no',
    ],
    [
      '1',
      'medium, client rules, 2 workers',
      'peak memory, MB',
      '≤ 300',
      '200',
      '200 – 200',
      '3',
      'yes',
    ],
    [
      '3',
      'medium, client rules, 1 worker',
      'CPU time of a message, ns',
      '≤ 150',
      '540',
      '360 – 720',
      '3',
      'no',
    ],
    ['4', 'speed-up of 2 workers over 1', 'medium', '≥ 1.7', '1.80', '1.80 – 1.80', '3', 'yes'],
    ['4', 'speed-up of 2 workers over 1', 'large', '≥ 1.85', 'not measured', '', '', ''],
  ]);
});

test('each case that the targets need is listed once', () => {
  expect(casesOf(chosenTargets(['1', '4'])).map(({ name }) => name)).toEqual([
    'medium',
    'medium, 1 worker',
    'large',
    'large, 1 worker',
  ]);
});

test.each(['6', '10', '11'])(
  'target %s, which takes long, is measured only if it is named',
  (target) => {
    expect(chosenTargets(undefined).map(({ id }) => id)).not.toContain(target);
    expect(chosenTargets([target]).map(({ id }) => id)).toEqual([target]);
  },
);

function cells(table: string): string[][] {
  const [, , ...rows] = table.split('\n');
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
