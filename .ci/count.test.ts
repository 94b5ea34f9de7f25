/** `count.mjs` on reports that the test runner writes about a few small tests. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const COUNT = join(ROOT, '.ci/count.mjs');

const FLAKY = `
  let tries = 0;
  describe('a group', () => test('flaky', () => expect(++tries).toBe(2)));
`;

test.each([
  {
    of: 'tests that all pass',
    files: { 'a.test.js': "test('a', () => {}); test('b', () => {});" },
    status: 0,
    prints: '2 passed, 0 failed, 0 skipped\n',
  },
  {
    of: 'a test that passes at the second try',
    files: {
      'a.test.js': FLAKY,
      'b.test.js': "test('b', () => {}); test.skipIf(true)('c', () => {});",
    },
    status: 0,
    prints:
      '1 passed only at the second try:\n  a.test.js: a group > flaky\n2 passed, 0 failed, 1 skipped\n',
  },
  {
    of: 'a test that fails twice',
    files: { 'a.test.js': "test('a', () => expect(1).toBe(2)); test('b', () => {});" },
    status: 1,
    prints: '1 passed, 1 failed, 0 skipped\n',
  },
  {
    of: 'a file that cannot be loaded',
    files: { 'a.test.js': "throw new Error('no');", 'b.test.js': "test('b', () => {});" },
    status: 1,
    prints: '1 passed, 1 failed, 0 skipped\n',
  },
  {
    of: 'tests that are all skipped',
    files: { 'a.test.js': "test.skipIf(true)('a', () => {});" },
    status: 1,
    prints: '0 passed, 0 failed, 1 skipped\n',
  },
])('counts $of', ({ files, status, prints }) => {
  const folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const flags = ['--globals', '--retry=1', '--reporter=json', '--outputFile.json=report.json'];
  node(folder, VITEST, 'run', ...flags);
  const counted = node(folder, COUNT, 'report.json');
  expect([counted.stdout, counted.status]).toEqual([prints, status]);
});

test('counts a missing report as a failure', () => {
  const { stdout, stderr, status } = node(tmpdir(), COUNT, 'none.json');
  expect([stdout, status]).toEqual(['0 passed, 1 failed, 0 skipped\n', 1]);
  expect(stderr).toContain('the test runner wrote no report');
});

function node(cwd: string, ...args: readonly string[]) {
  return spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
}
