/**
 * A pool of threads that carries out runs, never more at once than there are cores for, and than
 * fit into memory.
 *
 * A run has one thread as long as there is another run for each core. Only when fewer are left, or
 * they are too large to sit side by side, a run has several: runs are independent, and so scale
 * better than the parts of one.
 */

import { availableParallelism, totalmem } from 'node:os';

import { Piscina } from 'piscina';

import { runMemoryBytes } from '../estimate.ts';
import type { ThreadTask } from './execute-run.ts';
import type { RunOutcome, RunSpec } from './engine.ts';

export interface RunPoolOptions {
  /** Cores to use; by default all. */
  readonly jobs?: number;
  /** For all runs together; by default what is free now, less a tenth of all. */
  readonly memoryBytes?: number;
}

export class RunPool {
  readonly #pool: Piscina;
  readonly #jobs: number;
  readonly #memoryBytes: number;
  #threadsInUse = 0;
  #bytesInUse = 0;
  #running = 0;

  constructor({ jobs = availableParallelism(), memoryBytes }: RunPoolOptions = {}) {
    this.#jobs = jobs;
    this.#memoryBytes = memoryBytes ?? process.availableMemory() - totalmem() / 10;
    this.#pool = new Piscina<ThreadTask, RunOutcome>({
      filename: THREAD_FILE,
      name: 'carryOut',
      minThreads: 0,
      maxThreads: jobs,
      // A thread that waits in Atomics could not notice the end of a simulation's own threads.
      atomics: 'disabled',
      idleTimeout: 10_000,
    });
    // A thread that fails while it starts is the pool's error; the run it was for fails as well.
    this.#pool.on('error', () => {});
  }

  get jobs(): number {
    return this.#jobs;
  }

  get running(): number {
    return this.#running;
  }

  /** Whether there is room for `run` beside those that are running. One alone always has room. */
  hasRoomFor({ setting }: RunSpec): boolean {
    if (this.#running === 0) return true;
    const fits = this.#bytesInUse + runMemoryBytes(setting.swarm) <= this.#memoryBytes;
    return fits && this.#threadsInUse < this.#jobs;
  }

  /**
   * Carries out `run`, which there is room for; `waiting` more want to.
   *
   * @throws the reason of `signal`, once it is aborted
   */
  async execute(run: RunSpec, waiting: number, signal: AbortSignal): Promise<RunOutcome> {
    const { key, setting, seed } = run;
    const free = this.#jobs - this.#threadsInUse;
    const workers = Math.max(
      1,
      Math.floor(free / Math.min(free, this.#concurrentRuns(run, waiting))),
    );
    const bytes = runMemoryBytes(setting.swarm);
    this.#running++;
    this.#threadsInUse += workers;
    this.#bytesInUse += bytes;
    try {
      const task: ThreadTask = { key, config: setting.config, swarm: setting.swarm, seed, workers };
      return (await this.#pool.run(task, { signal })) as RunOutcome;
    } catch (error) {
      signal.throwIfAborted();
      return { key, isDone: false, error: `its thread ended: ${(error as Error).message}` };
    } finally {
      this.#running--;
      this.#threadsInUse -= workers;
      this.#bytesInUse -= bytes;
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  /** How many runs like this one can sit side by side with it, itself included. */
  #concurrentRuns({ setting }: RunSpec, waiting: number): number {
    const free = this.#memoryBytes - this.#bytesInUse;
    return Math.max(1, Math.min(1 + waiting, Math.floor(free / runMemoryBytes(setting.swarm))));
  }
}

const THREAD_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './execute-run.ts' : './carry-out.js',
  import.meta.url,
).href;
