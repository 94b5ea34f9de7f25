import { Worker } from 'node:worker_threads';

import { describe, expect, test } from 'vitest';

import { Barrier, BARRIER_BYTES } from './barrier.ts';

/**
 * Threads that write a number each, meet, and look whether all have written the same; so many
 * rounds. The numbers are doubled by sides, as the engine has it, so one barrier a round is enough.
 */
const THREAD = `
  const { workerData } = require('node:worker_threads');
  const { url, words, numbers, faults, parties, me, rounds, spins } = workerData;
  import(url).then(({ Barrier }) => {
    const barrier = new Barrier({ words, parties, spins });
    let met = 0;
    for (; met < rounds; met++) {
      numbers[(met % 2) * parties + me] = met;
      if (!barrier.arrive()) break;
      for (let i = 0; i < parties; i++) if (numbers[(met % 2) * parties + i] !== met) faults[me]++;
    }
    faults[parties + me] = met;
  });
`;

describe('threads that meet', () => {
  test.each([
    { rule: 'alone', parties: 1, spins: 0 },
    { rule: 'asleep', parties: 2, spins: 0 },
    { rule: 'awake', parties: 2, spins: 300 },
    { rule: 'in greater number than cores', parties: 5, spins: 0 },
    { rule: 'in greater number than cores, awake all the same', parties: 5, spins: 50 },
  ])('$rule', async ({ parties, spins }) => {
    const rounds = 3000;
    const { faults } = await meet({ parties, spins, rounds });
    expect(faults).toEqual([...new Array(parties).fill(0), ...new Array(parties).fill(rounds)]);
  });
});

describe('a meeting that is called off', () => {
  test.each([
    { rule: 'lets go of those who wait', abortAfterMs: 2_000 },
    { rule: 'lets go of those who come later', abortAfterMs: 0 },
  ])('$rule', async ({ abortAfterMs }) => {
    // One of three never comes.
    const { faults } = await meet({ parties: 3, spins: 0, rounds: 10, threads: 2, abortAfterMs });
    expect(faults).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('is off for who calls it off, too', () => {
    const words = new Int32Array(new SharedArrayBuffer(BARRIER_BYTES));
    const barrier = new Barrier({ words, parties: 1, spins: 0 });
    expect(barrier.arrive()).toBe(true);
    barrier.abort();
    expect(barrier.arrive()).toBe(false);
  });
});

interface Meeting {
  readonly parties: number;
  readonly spins: number;
  readonly rounds: number;
  readonly threads?: number;
  readonly abortAfterMs?: number;
}

/** For each thread, how often it saw that not all had arrived; then, how often it met the others. */
async function meet({ parties, spins, rounds, threads = parties, abortAfterMs }: Meeting) {
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
