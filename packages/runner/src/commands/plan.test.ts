/** What `run --plan` says, and what is refused for want of memory. */

import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';

import { testEnvironment } from '../../test/test-environment.ts';
import { cli } from '../cli.ts';
import type { RunPlan } from './plan.ts';

const EXAMPLES = fileURLToPath(new URL('../../../../examples/configs/', import.meta.url));
const [MEDIUM, LARGE] = [`${EXAMPLES}medium.json`, `${EXAMPLES}hundred-thousand.json`];

describe('--plan', () => {
  test('says what memory goes to, and how long it may take, and runs nothing', async () => {
    const simulate = vi.fn();
    const at = testEnvironment({ simulate });
    expect(await cli(['run', LARGE, '--plan'], at)).toBe(0);
    expect(simulate).not.toHaveBeenCalled();
    const rows = at.output.out.split('\n').map((row) => row.split(/ {2,}/));
    expect(rows[0]![0]).toContain('will take on 2 workers');
    const peers = rows.find(([what]) => what === 'peers')!;
    expect(peers[1]).toMatch(/^100,001 × [\d,]+ B$/);
    expect(rows.find(([what]) => what === 'memory')![1]).toMatch(/^\d\.\d GB$/);
    expect(rows.find(([what]) => what === 'there is')![1]).toBe('8.0 GB');
    expect(rows.find(([what]) => what === 'time, roughly')![1]).toMatch(/^\d+ (s|min)$/);
  });

  test('counts workers that share a core as no gain', async () => {
    const [two, four] = [await planned('--workers', '2'), await planned('--workers', '4')];
    expect(four.workers).toBe(4);
    expect(four.wallMs).toBeCloseTo(two.wallMs);
  });

  test('knows that more is not faster than one worker for each AS', async () => {
    expect((await planned('--workers', '100')).workers).toBe(14);
    expect((await planned('--workers', 'as')).workers).toBe(14);
  });

  test('follows what the command line changes', async () => {
    const [less, more] = [await planned('--pieces', '100'), await planned('--pieces', '1000')];
    expect(more.messages).toBeCloseTo(10 * less.messages);
    expect(more.bytes).toBeGreaterThan(less.bytes);
  });
});

describe('a run that does not fit into memory', () => {
  const machine = { cores: 2, memoryBytes: 1e9 };

  test('is refused before it begins', async () => {
    const simulate = vi.fn();
    const at = testEnvironment({ simulate, machine });
    expect(await cli(['run', LARGE], at)).toBe(2);
    expect(simulate).not.toHaveBeenCalled();
    expect(at.output.out).toBe('');
    expect(at.output.err).toMatch(/needs about \d\.\d GB of memory, and there are 1\.0 GB/);
  });

  test('is planned all the same, and refused', async () => {
    const at = testEnvironment({ machine });
    expect(await cli(['run', LARGE, '--plan'], at)).toBe(2);
    expect(at.output.out).toContain('memory');
  });

  test('runs where it is forced to', async () => {
    const at = testEnvironment({ machine });
    expect(await cli(['run', LARGE, '--force', '--quiet'], at)).toBe(0);
  });
});

async function planned(...flags: string[]): Promise<RunPlan> {
  const at = testEnvironment();
  await cli(['run', MEDIUM, '--plan', '--json', ...flags], at);
  return JSON.parse(at.output.out) as RunPlan;
}
