/** A process and its threads, seen from outside. */

import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { ProcessFailed } from '../process.ts';
import { watch } from './threads.ts';

const OPTIONS = { env: process.env, signal: new AbortController().signal };
const THREADS = `
  const { Worker } = require('node:worker_threads');
  const busy = 'const end = performance.now() + 150; while (performance.now() < end);';
  const first = new Worker(busy, { eval: true });
  first.on('exit', () => new Worker(busy, { eval: true }));
`;

describe.skipIf(!existsSync('/proc/self/task'))('a process', () => {
  test('shows when its threads start, in their order, and what they cost', async () => {
    const times = await watch(process.execPath, ['-e', THREADS], OPTIONS);
    expect(times.commandThreadMs).toBeGreaterThan(0);
    expect(times.workerThreadMs!).toBeGreaterThan(times.commandThreadMs + 150);
    expect(times.wallMs).toBeGreaterThan(times.workerThreadMs!);
    expect(times.cpuMs.command).toBeGreaterThan(0);
    expect(times.cpuMs.workers).toBeGreaterThan(0);
  });

  test('that fails is an error', async () => {
    const failing = watch(process.execPath, ['-e', 'process.exit(3)'], OPTIONS);
    await expect(failing).rejects.toThrow(ProcessFailed);
  });
});
