/**
 * Who looks at a page: each page keeps a stream of server-sent events open for as long as it is
 * there. Nothing is sent but a comment now and then, by which a broken connection is noticed.
 */

import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const HEARTBEAT_MS = 15_000;

/** The pages that are open. */
export class Viewers {
  readonly #pages = new Set<ServerResponse>();
  readonly #changes = new EventEmitter();
  readonly #heartbeat: NodeJS.Timeout;
  #hasBeenSeen = false;

  constructor() {
    this.#heartbeat = setInterval(() => {
      for (const page of this.#pages) page.write(':\n\n');
    }, HEARTBEAT_MS).unref();
  }

  /** How many pages are open. */
  get count(): number {
    return this.#pages.size;
  }

  /** Whether any page has been open. */
  get hasBeenSeen(): boolean {
    return this.#hasBeenSeen;
  }

  /** Keeps a response open, whose headers have been set, until its page closes it. */
  add(response: ServerResponse): void {
    this.#pages.add(response);
    this.#hasBeenSeen = true;
    response.once('close', () => {
      this.#pages.delete(response);
      this.#changes.emit('change');
    });
    response.write(':\n\n');
    this.#changes.emit('change');
  }

  /**
   * Resolves when somebody has opened the page, and all have closed it. Waits for `graceMs` before:
   * a page that is loaded again is closed for a moment.
   *
   * @throws an error if `signal` is aborted
   */
  async untilGone(graceMs: number, signal: AbortSignal): Promise<void> {
    while (true) {
      const isGone = this.#hasBeenSeen && this.count === 0;
      const changed = new AbortController();
      const stop = AbortSignal.any([signal, changed.signal]);
      const waits = [once(this.#changes, 'change', { signal: stop }).then(() => false)];
      if (isGone) waits.push(sleep(graceMs, true, { signal: stop }));
      for (const wait of waits) wait.catch(() => {});
      try {
        if (await Promise.race(waits)) return;
      } finally {
        changed.abort();
      }
    }
  }

  /** Ends all streams. */
  close(): void {
    clearInterval(this.#heartbeat);
    for (const page of this.#pages) page.end();
  }
}
