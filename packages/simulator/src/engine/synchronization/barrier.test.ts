import { Worker } from 'node:worker_threads';

import { describe, expect, test } from 'vitest';

import { Barrier, BARRIER_BYTES } from './barrier.ts';

/**
 * In each round, every thread writes the round's number, arrives at the barrier, and checks that
 * all have written the same. The numbers are double-buffered, as in the engine, so that one barrier
 * per round is enough.
 */
const THREAD = `
  const { workerData } = require('node:worker_threads');
  const { url, words, numbers, faults, parties, me, rounds, spins } = workerData;
  import(url).then(({ Barrier }) => {
    const barrier = new Barrier({ words, parties, spins });
    let round = 0;
    for (; round < rounds; round++) {
      numbers[(round % 2) * parties + me] = round;
      if (!barrier.arrive()) break;
      for (let i = 0; i < parties; i++) if (numbers[(round % 2) * parties + i] !== round) faults[me]++;
    }
    faults[parties + me] = round;
  });
`;

describe('all threads pass every round, with', () => {
  test.each([
    { rule: 'one thread', parties: 1, spins: 0 },
    { rule: 'two threads that sleep', parties: 2, spins: 0 },
    { rule: 'two threads that spin', parties: 2, spins: 300 },
    { rule: 'more threads than cores', parties: 5, spins: 0 },
    { rule: 'more threads than cores, spinning', parties: 5, spins: 50 },
  ])('$rule', async ({ parties, spins }) => {
    const rounds = 3000;
    const { faults } = await runThreads({ parties, spins, rounds });
    expect(faults).toEqual([...new Array(parties).fill(0), ...new Array(parties).fill(rounds)]);
  });
});

describe('an aborted barrier', () => {
  test.each([
    { rule: 'releases waiting threads', abortAfterMs: 2_000 },
    { rule: 'releases threads that arrive later', abortAfterMs: 0 },
  ])('$rule', async ({ abortAfterMs }) => {
    // One of three threads never arrives.
    const { faults } = await runThreads({
      parties: 3,
      spins: 0,
      rounds: 10,
      threads: 2,
      abortAfterMs,
    });
    expect(faults).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('releases the thread that aborted it', () => {
    const words = new Int32Array(new SharedArrayBuffer(BARRIER_BYTES));
    const barrier = new Barrier({ words, parties: 1, spins: 0 });
    expect(barrier.arrive()).toBe(true);
    barrier.abort();
    expect(barrier.arrive()).toBe(false);
  });
});

interface BarrierRun {
  readonly parties: number;
  readonly spins: number;
  readonly rounds: number;
  readonly threads?: number;
  readonly abortAfterMs?: number;
}

/** Returns, for each thread, in how many checks it failed; then, how many rounds it passed. */
async function runThreads({ parties, spins, rounds, threads = parties, abortAfterMs }: BarrierRun) {
  const words = new Int32Array(new SharedArrayBuffer(BARRIER_BYTES));
  const numbers = new Int32Array(new SharedArrayBuffer(8 * parties));
  const faults = new Int32Array(new SharedArrayBuffer(8 * parties));
  const url = new URL('./barrier.ts', import.meta.url).href;
  const ended = Array.from({ length: threads }, (_, me) => {
    const workerData = { url, words, numbers, faults, parties, me, rounds, spins };
    const worker = new Worker(THREAD, { eval: true, workerData });
    return new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('exit', () => resolve());
    });
  });
  if (abortAfterMs !== undefined) {
    const abort = (): void => new Barrier({ words, parties, spins }).abort();
    if (abortAfterMs === 0) abort();
    else setTimeout(abort, abortAfterMs);
  }
  await Promise.all(ended);
  return { faults: [...faults] };
}
