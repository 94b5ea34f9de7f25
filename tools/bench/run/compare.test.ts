/** Which measurements can be compared, and how regressions are reported. */

import { describe, expect, test } from 'vitest';

import type { RunFile } from '../result-file.ts';
import { checkComparable, regressions } from './compare.ts';
import type { Round } from './targets.ts';

const MACHINE = { processor: 'P', cores: 2, memoryBytes: 2 ** 34, system: 'S', node: 'v24' };

function file(values: readonly number[], changes: Partial<RunFile> = {}): RunFile {
  const rounds: Round[] = values.map((wallMs) => ({ medium: { wallMs, messages: 1 } }));
  const versions = { cachetorrent: '1', commit: null };
  const head = { format: 1, kind: 'run', at: '', versions, machine: MACHINE } as const;
  return { ...head, pieces: null, rounds: rounds as RunFile['rounds'], ...changes };
}

const FIVE = [10, 10.1, 10.2, 10.3, 10.4];

describe('a comparison is refused', () => {
  const machine = { ...MACHINE, cores: 4 };
  test.each([
    { when: 'machines differ', before: file(FIVE, { machine }), says: 'on another machine' },
    {
      when: 'there are too few runs',
      before: file([1, 2, 3, 4]),
      says: 'do not distinguish a change from noise',
    },
    {
      when: 'no case is in both',
      before: file(FIVE, { rounds: [{ large: {} }] }),
      says: 'none of the cases',
    },
    { when: 'one was a trial', before: file(FIVE, { pieces: 5 }), says: '--pieces 5' },
  ])('if $when', ({ before, says }) => {
    expect(() => checkComparable(before, file(FIVE), 'old.json')).toThrow(says);
  });
});

test('a figure that got worse is reported with both medians', () => {
  const slower = FIVE.map((value) => value * 1.2);
  expect(regressions(file(FIVE), file(slower))).toEqual([
    'medium: wallMs was 10.20 and is 12.24, 20.0 % more',
  ]);
  expect(regressions(file(slower), file(FIVE))).toEqual([]);
});
