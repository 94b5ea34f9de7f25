import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { faultyPlan } from '../../../test/engine/faulty-actor.ts';
import { RandomActor, randomPlan } from '../../../test/engine/random-workload.ts';
import { type Run, runActors, type RunOptions } from './coordinator.ts';
import { runHere } from './run-here.ts';
import { WorkerPool } from './worker-pool.ts';

const ENTRY = new URL('../../../test/engine/random-workload.ts', import.meta.url);
const FAULTY = new URL('../../../test/engine/faulty-actor.ts', import.meta.url);
const TIMEOUT_MS = 60_000;

describe('a pool of workers', { timeout: TIMEOUT_MS }, () => {
  test('gives the results of new threads, whatever has run on its threads', async () => {
    const pool = new WorkerPool();
    for (const [seed, workers] of [
      [1, 2],
      [2, 3],
      [3, 1],
      [1, 2],
    ] as const) {
      const { setup, ...plan } = randomPlan(seed, 5);
      const alone = runHere(plan, (context) => new RandomActor(setup, context));
      const run = await runActors({ entry: ENTRY, setup, ...plan, workers, pool });
      expect(run.reports, `seed ${seed}, ${workers} workers`).toEqual(alone.reports);
    }
    // The most that one of the runs had.
    expect(pool.idle).toBe(3);
    await pool.close();
  });

  test('uses the same threads again, and starts those that are lacking', async () => {
    const pool = new WorkerPool();
    await random(2, pool);
    const threads = threadCount();
    await random(2, pool);
    await random(1, pool);
    expect(threadCount()).toBe(threads);
    await random(3, pool);
    expect(pool.idle).toBe(3);
    await pool.close();
    expect(pool.idle).toBe(0);
  });

  test('keeps no thread of a run that fails, is aborted, or hangs', async () => {
    const pool = new WorkerPool();
    await faulty('throws', 'injected fault', pool);
    expect(pool.idle).toBe(0);
    await faulty('exits', 'exit code 7', pool);
    await faulty('loops for ever', 'not answered', pool, { heartbeatTimeoutMs: 500 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('stop')), 300);
    await faulty('sleeps for ever', 'stop', pool, { signal: controller.signal });
    expect(pool.idle).toBe(0);
    // The next run gets new threads.
    expect((await random(2, pool)).outcome).toBe('idle');
    await pool.close();
  });

  test('gives a run no thread of another program, or with another heap limit', async () => {
    const pool = new WorkerPool();
    await random(1, pool);
    await runActors({ entry: FAULTY, ...faultyPlan(2, []), workers: 1, pool });
    expect(pool.idle).toBe(2);
    await random(1, pool, { oldGenerationMb: 64 });
    expect(pool.idle).toBe(2);
    await pool.close();
  });

  test('ends the threads of a run that ends after it has been closed', async () => {
    const pool = new WorkerPool();
    const running = random(2, pool);
    await pool.close();
    expect((await running).outcome).toBe('idle');
    expect(pool.idle).toBe(0);
  });

  test('does not keep the process alive', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--conditions=cachetorrent-source', '--eval', PROGRAM],
      { encoding: 'utf8', timeout: TIMEOUT_MS / 2 },
    );
    expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: '2 threads wait\n' });
  });
});

const PROGRAM = `
(async () => {
  const { runActors } = await import(${JSON.stringify(new URL('coordinator.ts', import.meta.url))});
  const { WorkerPool } = await import(${JSON.stringify(new URL('worker-pool.ts', import.meta.url))});
  const { randomPlan } = await import(${JSON.stringify(ENTRY)});
  const pool = new WorkerPool();
  const entry = new URL(${JSON.stringify(ENTRY)});
  await runActors({ entry, ...randomPlan(1, 4), workers: 2, pool });
  console.log(pool.idle, 'threads wait');
})();
`;

function random(workers: number, pool: WorkerPool, more: Partial<RunOptions> = {}): Promise<Run> {
  return runActors({ entry: ENTRY, ...randomPlan(1, 5), workers, pool, ...more });
}

async function faulty(
  fault: Parameters<typeof faultyPlan>[1][number]['fault'],
  message: string,
  pool: WorkerPool,
  more: Partial<RunOptions> = {},
): Promise<void> {
  const plan = faultyPlan(4, [{ actor: 2, fault, atMs: 100 }]);
  const running = runActors({ entry: FAULTY, ...plan, workers: 2, pool, ...more });
  await expect(running).rejects.toThrow(message);
}

function threadCount(): number {
  return readdirSync('/proc/self/task').length;
}
