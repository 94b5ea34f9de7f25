/** The soak itself: it abuses, measures and ends. */

import { expect, test } from 'vitest';

import { soak, type SoakOptions, type SoakRow } from './soak.ts';

/** Runs a soak, and returns what it has found, and the rows that it has reported. */
async function soaked(options: Partial<SoakOptions>) {
  const reported: SoakRow[] = [];
  const result = await soak({
    durationMs: 6_000,
    rowMs: 1_000,
    memoryMaxMb: 1_000,
    contentBytes: 3e6,
    seed: 'test',
    signal: new AbortController().signal,
    ...options,
    onRow: (row) => {
      reported.push(row);
      options.onRow?.(row);
    },
  });
  return { ...result, reported };
}

const sum = (rows: readonly SoakRow[], count: (row: SoakRow) => number): number =>
  rows.reduce((total, row) => total + count(row), 0);

test('all abuses are tried while memory and answers are measured', async () => {
  const stop = new AbortController();
  const { rows, rounds, reported } = await soaked({
    durationMs: 60_000,
    signal: stop.signal,
    // A newcomer waits for an upload slot: some seconds.
    onRow: ({ pieces, atS }) => void (pieces.answered > 0 && atS > 3 && stop.abort()),
  });
  expect(reported).toEqual(rows);
  expect(rounds.size).toBeGreaterThan(15);
  for (const [name, count] of rounds) expect(count, name).toBeGreaterThan(0);
  for (const { trackMb, seedMb } of rows) {
    expect(trackMb).toBeGreaterThan(20);
    expect(seedMb).toBeGreaterThan(20);
  }
  expect(sum(rows, ({ announces }) => announces.answered)).toBeGreaterThan(0);
  expect(sum(rows, ({ announces }) => announces.failed)).toBe(0);
  expect(sum(rows, ({ firstPieces }) => firstPieces.answered)).toBeGreaterThan(0);
  expect(rows.at(-1)!.pieces.p99Ms).toBeGreaterThan(0);
}, 90_000);

test('only the abuses that are named are tried', async () => {
  const { rounds } = await soaked({ only: ['announce many', 'random'], durationMs: 1_000 });
  expect([...rounds.keys()]).toEqual([
    'announce many ports',
    'announce many torrents',
    'announce many ports from ten addresses',
    'send random bytes',
  ]);
}, 90_000);

test('a process that occupies too much memory ends the soak', async () => {
  const { rows, problems } = await soaked({ memoryMaxMb: 5, durationMs: 60_000 });
  expect(rows).toHaveLength(1);
  expect(problems).toContainEqual(expect.stringMatching(/^track occupies \d+ MB, more than 5$/));
}, 60_000);
