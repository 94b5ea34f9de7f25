import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkedSwarm, type Overrides, readConfig, type RunDocument } from '@cachetorrent/runner';
import { expect, test, vi } from 'vitest';

import { type Job, keptRuns, runBatch } from './batch.ts';
import { configFile } from './configs.ts';
import { RunStore } from './store.ts';

// Threads take their time to start on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const small = await readConfig(configFile('small'));
const jobsOf = (seeds: readonly number[], overrides: Overrides = {}): Job[] =>
  seeds.map((seed) => ({
    name: `small seed ${seed}`, checked: checkedSwarm(small, { pieces: 20, ...overrides }), seed,
  }));
const newFolder = () => mkdtempSync(join(tmpdir(), 'runs-'));
const never = new AbortController().signal;
const hashes = (runs: ReadonlyMap<Job, RunDocument>, jobs: readonly Job[]) =>
  jobs.map((job) => runs.get(job)?.result.resultHash);

test('what has been run is kept, and not run again', async () => {
  const folder = newFolder();
  const store = new RunStore(folder, 'f');
  const lines: string[] = [];
  const options = { store, threads: 2, signal: never, tell: (line: string) => void lines.push(line) };

  const first = jobsOf([1, 2]);
  const some = await runBatch(first, options);
  expect(new Set(hashes(some, first)).size).toBe(2);
  expect(lines[0]).toBe('2 runs to do, 0 kept from before, 2 at a time');
  expect(lines.at(-1)).toMatch(/^2 of 2: small seed \d, [\d.]+ s; all done$/);

  const more = jobsOf([1, 2, 3]);
  expect((await keptRuns(more, store)).size).toBe(2);
  const all = await runBatch(more, options);
  expect(lines).toContain('1 run to do, 2 kept from before, 2 at a time');
  expect(hashes(all, more).slice(0, 2)).toEqual(hashes(some, first));
  expect(readdirSync(join(folder, 'f'))).toHaveLength(3);
});

test('another simulator has runs of its own', async () => {
  const folder = newFolder();
  const jobs = jobsOf([1]);
  await runBatch(jobs, { store: new RunStore(folder, 'f'), signal: never, tell: () => {} });
  expect((await keptRuns(jobs, new RunStore(folder, 'g'))).size).toBe(0);
});

test('another swarm has runs of its own', async () => {
  const store = new RunStore(newFolder(), 'f');
  await runBatch(jobsOf([1]), { store, signal: never, tell: () => {} });
  expect((await keptRuns(jobsOf([1], { leaders: 50 }), store)).size).toBe(0);
  expect((await keptRuns(jobsOf([1], { rules: 'original' }), store)).size).toBe(0);
});

test('a run that fails is named; what has ended before is kept', async () => {
  const store = new RunStore(newFolder(), 'f');
  const [good, bad] = [jobsOf([1])[0]!, jobsOf([2], { bias: 0 })[0]!];
  const batch = runBatch([good, bad], { store, threads: 1, signal: never, tell: () => {} });
  await expect(batch).rejects.toThrow(/^small seed 2: .*the swarm stalled/);
  expect((await keptRuns([good, bad], store)).size).toBe(1);
});

test('when it is stopped, what has ended is kept', async () => {
  const store = new RunStore(newFolder(), 'f');
  const stop = new AbortController();
  const jobs = [...jobsOf([1]), ...jobsOf([2], { pieces: 100_000 })];
  const batch = runBatch(jobs, {
    store, threads: 1, signal: stop.signal,
    tell: (line) => { if (line.startsWith('1 of 2')) setTimeout(() => stop.abort(new Error('enough')), 300); },
  });
  await expect(batch).rejects.toThrow('enough');
  expect((await keptRuns(jobs, store)).size).toBe(1);
});
