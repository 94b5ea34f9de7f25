/**
 * A worker thread as the coordinator sees it: remote calls that reject when the thread ends.
 *
 * Comlink's pending calls never settle when a worker ends, so each call here also ends with the
 * worker. There is one proxy per thread, which is kept until the thread ends: when a proxy is
 * garbage-collected, comlink closes the other proxies of the thread, too.
 */

import { Worker } from 'node:worker_threads';

import { type Remote, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';

import { ACTOR_WORKER, type WorkerApi } from './worker.ts';

/**
 * A worker has ended or hangs. `what` is the predicate of a sentence whose subject is the worker.
 */
export class WorkerFailed extends Error {
  override readonly name = 'WorkerFailed';
  readonly worker: number;
  readonly what: string;

  constructor(worker: number, what: string, cause?: unknown) {
    super(`worker ${worker} ${what}`, { cause });
    this.worker = worker;
    this.what = what;
  }
}

/**
 * The memory for new objects, in MiB. A simulation allocates little, most of it for a moment: with
 * the default of Node, a thread has five times as much memory and is no faster.
 */
const YOUNG_GENERATION_MB = 16;

export interface WorkerHandleOptions {
  readonly worker: number;
  /** The module that calls `hostActors`. */
  readonly entry: URL;
  /** Heap limit of the thread, in MiB (default: that of Node). */
  readonly oldGenerationMb?: number | undefined;
}

export class WorkerHandle {
  readonly #worker: Worker;
  readonly #api: Remote<WorkerApi>;
  /** Rejects when the thread ends; never resolves. */
  readonly #failure: Promise<never>;

  constructor({ worker, entry, oldGenerationMb }: WorkerHandleOptions) {
    this.#worker = new Worker(entry, {
      workerData: ACTOR_WORKER,
      resourceLimits: {
        maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
        ...(oldGenerationMb === undefined ? {} : { maxOldGenerationSizeMb: oldGenerationMb }),
      },
    });
    this.#failure = new Promise<never>((_, reject) => {
      this.#worker.once('error', (error) => reject(failureFrom(worker, error)));
      this.#worker.once('exit', (code) => {
        reject(new WorkerFailed(worker, `exited by itself, with exit code ${code}`));
      });
    });
    // The rejection may come while no call is pending. Node emits 'exit' after an 'error'.
    this.#failure.catch(() => {});
    this.#worker.on('error', () => {});
    this.#api = wrap<WorkerApi>(nodeEndpoint(this.#worker));
  }

  /** Makes a remote call. Rejects with `WorkerFailed` if the thread ends before it answers. */
  async call<T>(call: (api: Remote<WorkerApi>) => T): Promise<Awaited<T>> {
    return await Promise.race([call(this.#api), this.#failure]);
  }

  /** Ends the thread, whatever it is doing. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}

function failureFrom(worker: number, error: unknown): WorkerFailed {
  const isMemory =
    error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isMemory
    ? new WorkerFailed(worker, 'ran out of memory', error)
    : new WorkerFailed(worker, `ended with an error (${String(error)})`, error);
}
