/**
 * A pool of threads that executes runs, limited by the number of cores and by memory.
 *
 * A run gets one thread as long as there is another run for each core. It gets several threads only
 * if fewer runs are left, or the runs are too large to be in memory together: independent runs
 * scale better than the threads of one run.
 */

import { Piscina } from 'piscina';

import { freeMemoryBytes, thisMachine } from '../../machine.ts';
import { runMemoryBytes } from '../estimate.ts';
import type { RunOutcome, RunSpec } from './engine.ts';
import type { ThreadTask } from './execute-run.ts';

export interface RunPoolOptions {
  /** Number of cores to use (default: all). */
  readonly jobs?: number;
  /** Memory for all runs together (default: the free memory, less a tenth of the total). */
  readonly memoryBytes?: number;
}

export class RunPool {
  readonly #pool: Piscina;
  readonly #jobs: number;
  readonly #memoryBytes: number;
  #threadsInUse = 0;
  #bytesInUse = 0;
  #running = 0;

  constructor(options: RunPoolOptions = {}) {
    const machine = thisMachine();
    const { jobs = machine.cores, memoryBytes = freeMemoryBytes(machine) } = options;
    this.#jobs = jobs;
    this.#memoryBytes = memoryBytes;
    this.#pool = new Piscina<ThreadTask, RunOutcome>({
      filename: THREAD_FILE,
      name: 'executeRun',
      minThreads: 0,
      maxThreads: jobs,
      // A thread that waits in Atomics.wait could not notice the end of a simulation's threads.
      atomics: 'disabled',
      idleTimeout: 10_000,
    });
    // A thread that fails to start emits an error here; its run fails as well, and reports it.
    this.#pool.on('error', () => {});
  }

  get jobs(): number {
    return this.#jobs;
  }

  /** The number of runs that are being executed. */
  get running(): number {
    return this.#running;
  }

  /** Whether `run` fits beside the runs that are being executed. A single run always fits. */
  hasRoomFor({ setting }: RunSpec): boolean {
    if (this.#running === 0) return true;
    const fits = this.#bytesInUse + runMemoryBytes(setting.swarm) <= this.#memoryBytes;
    return fits && this.#threadsInUse < this.#jobs;
  }

  /**
   * Executes `run`, for which there is room. `waiting` is the number of runs that wait for one.
   *
   * @throws the reason of `signal`, once it is aborted
   */
  async execute(run: RunSpec, waiting: number, signal: AbortSignal): Promise<RunOutcome> {
    const { key, setting, seed } = run;
    const free = this.#jobs - this.#threadsInUse;
    const concurrent = Math.min(free, this.#concurrentRuns(run, waiting));
    const workers = Math.max(1, Math.floor(free / concurrent));
    const bytes = runMemoryBytes(setting.swarm);
    this.#running++;
    this.#threadsInUse += workers;
    this.#bytesInUse += bytes;
    try {
      const { config, swarm } = setting;
      const task: ThreadTask = { key, config, swarm, seed, workers };
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

  /** Returns how many runs of this size, including this one, can be executed at the same time. */
  #concurrentRuns({ setting }: RunSpec, waiting: number): number {
    const free = this.#memoryBytes - this.#bytesInUse;
    const fitting = Math.floor(free / runMemoryBytes(setting.swarm));
    return Math.max(1, Math.min(1 + waiting, fitting));
  }
}

const THREAD_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './execute-run.ts' : './execute-run.js',
  import.meta.url,
).href;
