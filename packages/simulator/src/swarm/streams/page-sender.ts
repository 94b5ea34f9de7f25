/**
 * The part of a stream in an AS: sends pages to the main thread, and waits if too much is unread.
 *
 * At an allocation instant all that was recorded before it can be merged as soon as every AS has
 * sent its page, in the first round. So in the next round an AS waits while too much is unread. It
 * must not wait at any other time: what it has sent could not be merged, and thus not be read,
 * before the other AS have come as far.
 */

import { BroadcastChannel } from 'node:worker_threads';

import { channelOf, type StreamSetup } from './setup.ts';

/**
 * An AS waits this long before it looks again, and goes on after this many times: a thread that
 * shows no sign of life is given up.
 */
const WAIT_MS = 100;
const WAITS_MAX = 20;

export class PageSender<Page> {
  readonly #channel: BroadcastChannel;
  readonly #unread: Int32Array;
  readonly #unreadMax: number;

  /** An AS waits while more than `unreadMax` is unread. */
  constructor(setup: StreamSetup, asId: number, unreadMax: number) {
    this.#channel = new BroadcastChannel(channelOf(setup, asId));
    this.#channel.unref();
    this.#unread = new Int32Array(setup.unread);
    this.#unreadMax = unreadMax;
  }

  /** Sends a page, with so much to read. */
  send(page: Page, amount: number): void {
    Atomics.add(this.#unread, 0, amount);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have none
    this.#channel.postMessage(page);
  }

  /** Waits while too much is unread: in the second round of an instant only. */
  awaitReader(): void {
    for (let waits = 0; waits < WAITS_MAX; waits++) {
      const unread = Atomics.load(this.#unread, 0);
      if (unread <= this.#unreadMax) return;
      Atomics.wait(this.#unread, 0, unread, WAIT_MS);
    }
  }

  /** No page follows. */
  close(): void {
    this.#channel.close();
  }
}
