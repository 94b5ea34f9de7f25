/**
 * The barrier between windows: what a round costs beyond the work of the last thread to arrive.
 *
 * If all threads arrive at once, they find one another while spinning. In a run one thread arrives
 * last and the others have gone to sleep; if the round then waits for one of those, it takes longer
 * by the time to wake them. Both cases are measured.
 */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import {
  Barrier,
  BARRIER_BYTES,
  SPINS,
} from '../../../packages/simulator/src/engine/synchronization/barrier.ts';
import { summarize } from '../statistics.ts';
import type { BarrierThread } from './barrier-thread.ts';
import { microCost, type MicroCost } from './micro.ts';

const LATE_US = 100;
const ROUNDS_PER_BATCH = 50;

export interface BarrierOptions {
  readonly threads: number;
  /** In each round, another thread arrives this much later than the rest. */
  readonly lateUs: number;
  readonly rounds: number;
}

/** Measures barriers of two threads, and of as many as there are cores. */
export async function barrierCosts(rounds: number): Promise<readonly MicroCost[]> {
  const cores = availableParallelism();
  const costs: MicroCost[] = [];
  for (const threads of new Set([2, cores])) {
    if (threads < 2) continue;
    const together = await roundNs({ threads, rounds, lateUs: 0 });
    costs.push(microCost(`barrier: ${threads} threads, all at once`, together));
    const late = await roundNs({ threads, rounds, lateUs: LATE_US });
    costs.push(microCost(`barrier: ${threads} threads, one late in turn`, late));
  }
  return costs;
}

/** Returns the cost of a round beyond the lateness, in ns, for each batch of rounds. */
export async function roundNs(options: BarrierOptions): Promise<readonly number[]> {
  const { threads, lateUs, rounds } = options;
  const batchesMs = await runThreads(threads, Math.ceil(rounds / ROUNDS_PER_BATCH), (index) => ({
    index,
    threads,
    spins: threads <= availableParallelism() ? SPINS : 0,
    lateUs,
    roundsPerBatch: ROUNDS_PER_BATCH,
    measures: 'rounds',
  }));
  return batchesMs.map((ms) => (ms / ROUNDS_PER_BATCH) * 1e6 - lateUs * 1e3);
}

/**
 * Returns the time to wake `sleepers` threads, in µs: the duration of the call that the last
 * thread to arrive makes before it continues.
 */
export async function wakeUs(sleepers: number, rounds: number): Promise<number> {
  const batchesMs = await runThreads(sleepers + 1, rounds, (index) => ({
    index,
    threads: sleepers + 1,
    // Without spinning they sleep at once; thread 0 arrives when all others surely do.
    spins: 0,
    lateUs: index === 0 ? 500 + 50 * sleepers : 0,
    roundsPerBatch: 1,
    measures: 'waking',
  }));
  return summarize(batchesMs).median * 1e3;
}

/** Returns the durations of the batches, without the first, which waits for threads to start. */
async function runThreads(
  threads: number,
  batches: number,
  setupOf: (index: number) => Omit<BarrierThread, 'words' | 'batchesMs'>,
): Promise<readonly number[]> {
  const words = new Int32Array(new SharedArrayBuffer(BARRIER_BYTES));
  const batchesMs = new Float64Array(new SharedArrayBuffer(8 * batches));
  const workers = Array.from({ length: threads }, (_, index) => {
    const workerData: BarrierThread = { ...setupOf(index), words, batchesMs };
    return new Worker(new URL('./barrier-thread.ts', import.meta.url), { workerData });
  });
  const exits = workers.map(
    (worker) =>
      new Promise<void>((resolve, reject) => {
        worker.on('error', (error) => {
          // Otherwise the other threads would wait for it for ever.
          new Barrier({ words, parties: threads, spins: 0 }).abort();
          reject(error);
        });
        worker.on('exit', () => resolve());
      }),
  );
  await Promise.all(exits);
  return Array.from(batchesMs.subarray(1));
}
