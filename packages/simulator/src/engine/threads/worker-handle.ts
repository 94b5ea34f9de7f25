/**
 * A worker thread as the coordinator sees it: remote calls that reject when the thread ends.
 *
 * Comlink's pending calls never settle when a worker ends, so each call here also ends with the
 * worker. There is one proxy per thread, which is kept until the thread ends: when a proxy is
 * garbage-collected, comlink closes the other proxies of the thread, too.
 */

import { Worker } from 'node:worker_threads';

import { wrap } from 'comlink';
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
  /** The module that calls `hostActors`. */
  readonly entry: URL;
  /** Heap limit of the thread, in MiB (default: that of Node). */
  readonly oldGenerationMb?: number | undefined;
}

/**
 * The calls of a worker, as another thread makes them. `Remote` of comlink says the same with types
 * of browsers, which not every program has.
 */
export type RemoteWorkerApi = {
  readonly [Name in keyof WorkerApi]: (
    ...args: Parameters<WorkerApi[Name]>
  ) => Promise<ReturnType<WorkerApi[Name]>>;
};

export class WorkerHandle {
  readonly options: WorkerHandleOptions;
  readonly #thread: Worker;
  readonly #api: RemoteWorkerApi;
  /** Rejects when the thread ends; never resolves. */
  readonly #failure: Promise<never>;
  #worker = 0;
  #hasEnded = false;

  constructor(options: WorkerHandleOptions) {
    const { entry, oldGenerationMb } = options;
    this.options = options;
    this.#thread = new Worker(entry, {
      workerData: ACTOR_WORKER,
      resourceLimits: {
        maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
        ...(oldGenerationMb === undefined ? {} : { maxOldGenerationSizeMb: oldGenerationMb }),
      },
    });
    this.#failure = new Promise<never>((_, reject) => {
      this.#thread.once('error', (error) => reject(failureFrom(this.#worker, error)));
      this.#thread.once('exit', (code) => {
        this.#hasEnded = true;
        const what = `exited by itself, with exit code ${code}`;
        reject(new WorkerFailed(this.#worker, what));
      });
    });
    // The rejection may come while no call is pending. Node emits 'exit' after an 'error'.
    this.#failure.catch(() => {});
    this.#thread.on('error', () => {});
    this.#api = wrap<WorkerApi>(nodeEndpoint(this.#thread));
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** A run begins, in which the thread is worker number `worker`. */
  beginRun(worker: number): void {
    this.#worker = worker;
    this.#thread.ref();
  }

  /** The run is over; until the next one, the thread does not keep the process alive. */
  endRun(): void {
    this.#thread.unref();
  }

  /** Makes a remote call. Rejects with `WorkerFailed` if the thread ends before it answers. */
  async call<T>(call: (api: RemoteWorkerApi) => Promise<T>): Promise<T> {
    return await Promise.race([call(this.#api), this.#failure]);
  }

  /** Ends the thread, whatever it is doing. */
  async terminate(): Promise<void> {
    await this.#thread.terminate();
  }
}

function failureFrom(worker: number, error: unknown): WorkerFailed {
  const isMemory =
    error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isMemory
    ? new WorkerFailed(worker, 'ran out of memory', error)
    : new WorkerFailed(worker, `ended with an error (${String(error)})`, error);
}
