import { expect, test } from 'vitest';

import { RESULT, WITH_CLASSES } from '../../test/test-environment.ts';
import { cdfCsv, cdfTable } from './cdf.ts';

test('cdf.csv has the distributions of all leechers, of leaders and of followers', () => {
  expect(cdfCsv(RESULT)).toBe(
    [
      'group,completionMs,share',
      'all,1500,0.5',
      'all,2500,1',
      'leaders,1500,1',
      'followers,2500,1',
      '',
    ].join('\n'),
  );
});

test('peers that complete at the same time share a row', () => {
  const completedAtMs = Float64Array.of(0, 10, 10, 5);
  const peers = {
    ...RESULT.peers,
    id: Uint32Array.of(1, 2, 3, 4),
    role: ['seed', 'peer', 'peer', 'peer'] as const,
    class: ['seed', 'peer', 'peer', 'peer'],
    arrivedAtMs: Float64Array.of(0, 0, 0, 0),
    completedAtMs,
  };
  expect(
    cdfCsv({ ...RESULT, peers })
      .trim()
      .split('\n')
      .slice(1),
  ).toEqual(['all,5,0.333333', 'all,10,1']);
});

test('several classes have a distribution each', () => {
  expect(cdfCsv(WITH_CLASSES).trim().split('\n').slice(5)).toEqual([
    'class fibre,1500,1',
    'class dsl,2500,1',
  ]);
  expect(cdfTable(WITH_CLASSES).split('\n', 1)[0]).toMatch(
    / followers {3}class fibre {3}class dsl$/,
  );
});

test('a table that is wider than a terminal continues below', () => {
  const names = Array.from({ length: 6 }, (_, i) => `of-a-long-name-${i}`);
  const each = { p50Ms: 1, p90Ms: 1, meanMs: 1, count: 1, uploadUtilisation: 1 };
  const classes = names.map((name) => ({ name, ...each }));
  const peers = {
    ...RESULT.peers,
    id: Uint32Array.from(names.keys()),
    role: names.map(() => 'peer' as const),
    class: names,
    // The slowest needs twelve days.
    arrivedAtMs: new Float64Array(names.length),
    completedAtMs: Float64Array.from(names, (_, i) => 1e9 * i ** 0.1),
  };
  const table = cdfTable({ ...RESULT, peers, classes });
  const lines = table.split('\n');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  const headers = lines.filter((line) => line.startsWith('completed'));
  expect(headers.flatMap((line) => line.split(/ {3,}/).slice(1))).toEqual([
    'all',
    ...names.map((name) => `class ${name}`),
  ]);
  expect(lines.filter((line) => line.startsWith('100 %'))).toHaveLength(headers.length);
  // Columns are apart even where times are long.
  expect(table).not.toMatch(/s\d/);
});

test('the table has a row for every 5 %, with percentiles as in the summary', () => {
  const lines = cdfTable(RESULT)
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  expect(lines).toHaveLength(21);
  expect(lines[0]).toEqual(['completed', 'all', 'leaders', 'followers']);
  expect(lines[9]).toEqual(['45 %', '1.5 s', '1.5 s', '2.5 s']);
  expect(lines[10]).toEqual(['50 %', '2.5 s', '1.5 s', '2.5 s']);
  expect(lines[20]).toEqual(['100 %', '2.5 s', '1.5 s', '2.5 s']);
});
