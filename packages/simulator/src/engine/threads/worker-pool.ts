/**
 * Worker threads that are kept from one run to the next. A new thread loads and compiles the
 * program again, which takes longer than a small run; a thread that has run before has it compiled
 * and optimized.
 *
 * Threads that wait here do not keep the process alive.
 */

import { WorkerHandle, type WorkerHandleOptions } from './worker-handle.ts';

/** Keeps the threads of finished runs for the next run. */
export class WorkerPool {
  readonly #idle: WorkerHandle[] = [];
  #isClosed = false;

  /** The number of threads that wait for a run. */
  get idle(): number {
    return this.#idle.length;
  }

  /** Takes a thread for a run, or starts one. */
  take(options: WorkerHandleOptions): WorkerHandle {
    while (this.#idle.length > 0) {
      const place = this.#idle.findLastIndex((handle) => isFor(handle.options, options));
      if (place === -1) break;
      const [handle] = this.#idle.splice(place, 1);
      if (!handle!.hasEnded) return handle!;
    }
    return new WorkerHandle(options);
  }

  /**
   * Keeps the threads of a run that has ended well. One with a heap limit of its own has run a
   * large swarm: it ends, so that its memory is free.
   */
  async giveBack(handles: readonly WorkerHandle[]): Promise<void> {
    await Promise.all(handles.map((handle) => this.#keep(handle)));
  }

  /** Ends the threads that wait, and those that are in use when their run is over. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.endIdle();
  }

  /** Ends the threads that wait. */
  async endIdle(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((handle) => handle.terminate()));
  }

  async #keep(handle: WorkerHandle): Promise<void> {
    const isLarge = handle.options.oldGenerationMb !== undefined;
    // The run is over, so it does not matter to it if its thread has ended by now.
    const isReleased = !isLarge && (await handle.call((api) => api.release()).then(yes, no));
    if (!isReleased || this.#isClosed) return await handle.terminate();
    handle.endRun();
    this.#idle.push(handle);
  }
}

const yes = (): boolean => true;
const no = (): boolean => false;

function isFor(kept: WorkerHandleOptions, wanted: WorkerHandleOptions): boolean {
  return kept.entry.href === wanted.entry.href && wanted.oldGenerationMb === undefined;
}
