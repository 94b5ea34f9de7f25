/** One of the threads of the barrier that `barrier.ts` measures. */

import { workerData } from 'node:worker_threads';

import { Barrier } from '../../../packages/simulator/src/engine/synchronization/barrier.ts';

export interface BarrierThread {
  readonly words: Int32Array;
  /** Thread 0 measures. */
  readonly index: number;
  readonly threads: number;
  readonly spins: number;
  /** How much later it arrives in the rounds in which it is late. */
  readonly lateUs: number;
  /** Receives the duration of each batch of rounds. */
  readonly batchesMs: Float64Array;
  readonly roundsPerBatch: number;
  /** Whole rounds, in which threads are late in turn; or the arrival of thread 0, always last. */
  readonly measures: 'rounds' | 'waking';
}

const { words, index, threads, spins, lateUs, batchesMs, roundsPerBatch, measures } =
  workerData as BarrierThread;
const barrier = new Barrier({ words, parties: threads, spins });

// The first rounds wait until all threads have started, and for the compiler.
for (let round = 0; round < 100; round++) barrier.arrive();

for (let batch = 0; batch < batchesMs.length; batch++) {
  let startMs = performance.now();
  for (let round = 0; round < roundsPerBatch; round++) {
    const isLate = measures === 'waking' ? index === 0 : round % threads === index;
    if (isLate && lateUs > 0) spinFor(lateUs);
    if (measures === 'waking') startMs = performance.now();
    barrier.arrive();
  }
  if (index === 0) batchesMs[batch] = performance.now() - startMs;
}

function spinFor(us: number): void {
  const endMs = performance.now() + us / 1e3;
  while (performance.now() < endMs) Math.sqrt(us);
}
