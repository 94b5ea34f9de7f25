/**
 * The barrier between windows, on threads of its own: what a round costs beyond the work of the
 * one who comes last.
 *
 * Where all come at once, it is met while looking. In a run somebody comes last, and the others
 * have gone to sleep meanwhile; where those are the next to be waited for, waking them is what
 * the round takes longer. Both are measured.
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
import type { Cost } from './micro.ts';

const LATE_US = 100;
const BLOCK = 50;

export interface BarrierOptions {
  readonly threads: number;
  /** In each round another thread comes so much later than the rest. */
  readonly lateUs: number;
  readonly rounds: number;
}

/** All costs of barriers that this machine can tell: with two threads, and with all its cores. */
export async function barrierCosts(rounds: number): Promise<readonly Cost[]> {
  const cores = availableParallelism();
  const costs: Cost[] = [];
  for (const threads of new Set([2, cores])) {
    if (threads < 2) continue;
    const all = { threads, rounds };
    costs.push(
      named(`barrier: ${threads} threads, all at once`, await roundNs({ ...all, lateUs: 0 })),
    );
    const late = await roundNs({ ...all, lateUs: LATE_US });
    costs.push(named(`barrier: ${threads} threads, one late in turns`, late));
  }
  return costs;
}

/** What a round costs beyond the lateness, in ns, of blocks of rounds. */
export async function roundNs(options: BarrierOptions): Promise<readonly number[]> {
  const { threads, lateUs, rounds } = options;
  const words = new Int32Array(new SharedArrayBuffer(BARRIER_BYTES));
  const blocksMs = new Float64Array(new SharedArrayBuffer(8 * Math.ceil(rounds / BLOCK)));
  const spins = threads <= availableParallelism() ? SPINS : 0;
  const workers = Array.from({ length: threads }, (_, me) => {
    const workerData: BarrierThread = { words, me, threads, spins, lateUs, blocksMs, block: BLOCK };
    return new Worker(new URL('./barrier-thread.ts', import.meta.url), { workerData });
  });
  await Promise.all(
    workers.map(
      (worker) =>
        new Promise<void>((resolve, reject) => {
          worker.on('error', (error) => {
            // The others would wait for it for ever.
            new Barrier({ words, parties: threads, spins: 0 }).abort();
            reject(error);
          });
          worker.on('exit', () => resolve());
        }),
    ),
  );
  // The first block waits for threads to start.
  return Array.from(blocksMs.subarray(1), (ms) => (ms / BLOCK) * 1e6 - lateUs * 1e3);
}

/**
 * What it takes to wake so many sleepers, in µs: the call alone, which the one who comes last
 * makes before it goes on itself.
 */
export async function wakeUs(sleepers: number, rounds: number): Promise<number> {
  const words = new Int32Array(new SharedArrayBuffer(BARRIER_BYTES));
  const blocksMs = new Float64Array(new SharedArrayBuffer(8 * rounds));
  const workers = Array.from({ length: sleepers + 1 }, (_, me) => {
    const threads = sleepers + 1;
    // They sleep at once, and the first comes when all others surely do.
    const lateUs = me === 0 ? 500 + 50 * sleepers : 0;
    const workerData: BarrierThread = {
      words,
      me,
      threads,
      spins: 0,
      lateUs,
      blocksMs,
      block: 1,
      times: 'waking',
    };
    return new Worker(new URL('./barrier-thread.ts', import.meta.url), { workerData });
  });
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.on('exit', resolve))));
  return summarize(Array.from(blocksMs.subarray(1))).median * 1e3;
}

function named(name: string, values: readonly number[]): Cost {
  const { median, low, high } = summarize(values);
  return { name, ns: median, lowNs: low, highNs: high };
}
