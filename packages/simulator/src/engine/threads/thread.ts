/**
 * A worker thread as the coordinator holds it: calls that fail when the thread ends.
 *
 * Comlink's pending calls never settle when a worker dies, so each is raced against its end. And
 * there is one proxy to a thread for as long as that lives: when a proxy is collected, comlink
 * closes the thread's other ones as well.
 */

import { Worker } from 'node:worker_threads';

import { type Remote, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';

import { ACTORS_THREAD, type Host } from './worker.ts';

/** The thread has ended, or will not go on. `what` follows its name in a sentence. */
export class ThreadDied extends Error {
  override readonly name = 'ThreadDied';
  readonly worker: number;
  readonly what: string;

  constructor(worker: number, what: string, cause?: unknown) {
    super(`worker ${worker} ${what}`, { cause });
    this.worker = worker;
    this.what = what;
  }
}

export interface ThreadOptions {
  readonly worker: number;
  /** The module that calls `hostActors`. */
  readonly entry: URL;
  /** The most that its JavaScript objects may come to; default: as Node has it. */
  readonly oldGenerationMb?: number;
}

export class Thread {
  readonly #worker: Worker;
  readonly #host: Remote<Host>;
  /** Rejects when the thread ends, and never resolves. */
  readonly #death: Promise<never>;

  constructor({ worker, entry, oldGenerationMb }: ThreadOptions) {
    this.#worker = new Worker(entry, {
      workerData: ACTORS_THREAD,
      ...(oldGenerationMb === undefined
        ? {}
        : { resourceLimits: { maxOldGenerationSizeMb: oldGenerationMb } }),
    });
    this.#death = new Promise<never>((_, reject) => {
      this.#worker.once('error', (error) => reject(deathBy(worker, error)));
      this.#worker.once('exit', (code) => {
        reject(new ThreadDied(worker, `ended from inside, with exit code ${code}`));
      });
    });
    // Whoever is not waiting for it need not hear of it; and after an error comes an exit.
    this.#death.catch(() => {});
    this.#worker.on('error', () => {});
    this.#host = wrap<Host>(nodeEndpoint(this.#worker));
  }

  /** Calls the host; rejects with `ThreadDied` where the thread ends before it has answered. */
  async call<T>(call: (host: Remote<Host>) => T): Promise<Awaited<T>> {
    return await Promise.race([call(this.#host), this.#death]);
  }

  /** Ends the thread, whatever it is doing. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

function deathBy(worker: number, error: unknown): ThreadDied {
  const isMemory =
    error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isMemory
    ? new ThreadDied(worker, 'ran out of memory', error)
    : new ThreadDied(worker, `ended with an error (${String(error)})`, error);
}
