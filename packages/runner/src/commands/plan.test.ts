/** The output of `run --plan`, and runs that are rejected for lack of memory. */

import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';

import { testEnvironment } from '../../test/test-environment.ts';
import { cli } from '../cli.ts';
import type { RunForecast } from './plan.ts';

const EXAMPLES = fileURLToPath(new URL('../../../../examples/configs/', import.meta.url));
const [MEDIUM, LARGE] = [`${EXAMPLES}medium.json`, `${EXAMPLES}hundred-thousand.json`];

describe('--plan', () => {
  test('prints the uses of memory and the expected time, and does not run', async () => {
    const simulate = vi.fn();
    const environment = testEnvironment({ simulate });
    expect(await cli(['run', LARGE, '--plan'], environment)).toBe(0);
    expect(simulate).not.toHaveBeenCalled();
    const rows = environment.output.out.split('\n').map((row) => row.split(/ {2,}/));
    expect(rows[0]![0]).toMatch(/^expected memory and time of .* on 2 workers$/);
    const peers = rows.find(([name]) => name === 'peers')!;
    expect(peers[1]).toMatch(/^100,001 × [\d,]+ B$/);
    expect(rows.find(([name]) => name === 'total memory')![1]).toMatch(/^\d\.\d GB$/);
    expect(rows.find(([name]) => name === 'available memory')![1]).toBe('8.0 GB');
    expect(rows.find(([name]) => name === 'time (approximate)')![1]).toMatch(/^\d+ (s|min)$/);
  });

  test('expects no speedup from workers that share a core', async () => {
    const [two, four] = [await planned('--workers', '2'), await planned('--workers', '4')];
    expect(four.workers).toBe(4);
    expect(four.wallMs).toBeCloseTo(two.wallMs);
  });

  test('uses at most one worker per AS', async () => {
    expect((await planned('--workers', '100')).workers).toBe(14);
    expect((await planned('--workers', 'as')).workers).toBe(14);
  });

  test.each([
    { rule: 'of 25 ms with those of 200 ms', network: 'relationships.yaml', says: '8 times as' },
    { rule: 'of 200 ms and more with nothing', network: '../configs/medium.json', says: '' },
  ])('compares windows $rule', async ({ network, says }) => {
    const environment = testEnvironment();
    const file = `${EXAMPLES}../networks/${network}`;
    expect(await cli(['run', file, '--plan'], environment)).toBe(0);
    const { out } = environment.output;
    const line = `\nthat is ${says} often as with windows of 200 ms:\n`;
    if (says === '') expect(out).not.toContain('windows of 200 ms');
    else expect(out).toContain(line);
  });

  test('depends on options of the command line', async () => {
    const [few, many] = [await planned('--pieces', '100'), await planned('--pieces', '1000')];
    expect(many.messages).toBeCloseTo(10 * few.messages);
    expect(many.bytes).toBeGreaterThan(few.bytes);
  });
});

describe('a run that exceeds the memory', () => {
  const machine = { cores: 2, memoryBytes: 1e9 };

  test('is rejected before it starts', async () => {
    const simulate = vi.fn();
    const environment = testEnvironment({ simulate, machine });
    expect(await cli(['run', LARGE], environment)).toBe(2);
    expect(simulate).not.toHaveBeenCalled();
    expect(environment.output.out).toBe('');
    expect(environment.output.err).toMatch(
      /needs about \d\.\d GB of memory, but 1\.0 GB are available/,
    );
  });

  test('is still planned, and then rejected', async () => {
    const environment = testEnvironment({ machine });
    expect(await cli(['run', LARGE, '--plan'], environment)).toBe(2);
    expect(environment.output.out).toContain('memory');
  });

  test('runs with --force', async () => {
    const environment = testEnvironment({ machine });
    expect(await cli(['run', LARGE, '--force', '--quiet'], environment)).toBe(0);
  });
});

async function planned(...flags: string[]): Promise<RunForecast> {
  const environment = testEnvironment();
  await cli(['run', MEDIUM, '--plan', '--json', ...flags], environment);
  return JSON.parse(environment.output.out) as RunForecast;
}
