/**
 * The part of a stream on the main thread: receives the pages of all AS, and passes on what can be
 * merged, as fast as the consumer takes it.
 *
 * Each AS has a channel of its own. Every BroadcastChannel with the same name receives a page, and
 * the workers, which read nothing while they run, would accumulate the pages of the others.
 */

import { BroadcastChannel, threadId } from 'node:worker_threads';

import { channelOf, type StreamSetup } from './setup.ts';

/** What is done with the pages of a stream. */
export interface Merge<Page> {
  /** Adds the next page of an AS. */
  add(asId: number, page: Page): void;
  /**
   * Passes on the next of what can be merged, and returns how much of what has been sent that was,
   * when the consumer has taken it; undefined if nothing can be merged yet.
   */
  passOn(): Promise<number | undefined>;
  /** Whether all pages have been added and passed on. */
  readonly isOver: boolean;
}

/** The number of streams that this thread has made; part of the names of their channels. */
let streamCount = 0;

export class PageReceiver<Page> {
  /** What the AS need to know. */
  readonly setup: StreamSetup;
  readonly #merge: Merge<Page>;
  readonly #channels: readonly BroadcastChannel[];
  readonly #unread: Int32Array;
  readonly #end = Promise.withResolvers<void>();
  #isPassingOn = false;
  #isClosed = false;

  constructor(merge: Merge<Page>, asCount: number) {
    const unread = new SharedArrayBuffer(4);
    this.setup = { channel: `cachetorrent stream ${threadId}/${streamCount++}`, unread };
    this.#merge = merge;
    this.#unread = new Int32Array(unread);
    this.#end.promise.catch(() => {});
    this.#channels = Array.from({ length: asCount }, (_, asId) => {
      const channel = new BroadcastChannel(channelOf(this.setup, asId));
      channel.addEventListener('message', (event) => {
        merge.add(asId, (event as unknown as { data: Page }).data);
        void this.#passOn();
      });
      return channel;
    });
  }

  /** Resolves when the consumer has taken all; rejects if it throws or rejects. */
  get end(): Promise<void> {
    return this.#end.promise;
  }

  /** Closes the channels: no more pages are received, and nothing more is passed on. */
  close(): void {
    this.#isClosed = true;
    for (const channel of this.#channels) channel.close();
  }

  async #passOn(): Promise<void> {
    if (this.#isPassingOn) return;
    this.#isPassingOn = true;
    try {
      while (!this.#isClosed) {
        const taken = await this.#merge.passOn();
        if (taken === undefined) break;
        Atomics.sub(this.#unread, 0, taken);
        Atomics.notify(this.#unread, 0);
      }
      if (this.#merge.isOver) this.#end.resolve();
    } catch (error) {
      this.#end.reject(error);
      this.close();
    }
    this.#isPassingOn = false;
  }
}
