/** One of the threads that meet at the barrier that is measured (`barrier.ts`). */

import { workerData } from 'node:worker_threads';

import { Barrier } from '../../../packages/simulator/src/engine/synchronization/barrier.ts';

export interface BarrierThread {
  readonly words: Int32Array;
  /** Its number among the threads. Number 0 measures. */
  readonly me: number;
  readonly threads: number;
  readonly spins: number;
  /** In the rounds in which it is its turn, it comes so much later. */
  readonly lateUs: number;
  /** For each block of rounds, how long it took. */
  readonly blocksMs: Float64Array;
  readonly block: number;
  /** What is measured: whole rounds, or only the arrival of number 0, who comes last. */
  readonly times?: 'waking';
}

const { words, me, threads, spins, lateUs, blocksMs, block, times } = workerData as BarrierThread;
const barrier = new Barrier({ words, parties: threads, spins });

// The first rounds wait until all threads have started, and for the compiler.
for (let round = 0; round < 100; round++) barrier.arrive();

for (let place = 0; place < blocksMs.length; place++) {
  let startMs = performance.now();
  for (let round = 0; round < block; round++) {
    const isMyTurn = times === 'waking' ? me === 0 : round % threads === me;
    if (isMyTurn && lateUs > 0) workFor(lateUs);
    if (times === 'waking') startMs = performance.now();
    barrier.arrive();
  }
  if (me === 0) blocksMs[place] = performance.now() - startMs;
}

function workFor(us: number): void {
  const endMs = performance.now() + us / 1e3;
  while (performance.now() < endMs) Math.sqrt(us);
}
