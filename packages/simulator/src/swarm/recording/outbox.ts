/**
 * What the AS of one thread send to the main thread, together: a page for each AS in one message,
 * since a message costs about as much as the changes of an AS in a frame.
 *
 * At an allocation instant the AS put their pages in, in the first round. In the second round, when
 * all have, the first one sends them; then it waits if too much is unread (`PageSender`).
 */

import type { Plan } from '../plan/plan.ts';
import { PageSender } from '../streams/page-sender.ts';
import type { StreamSetup } from '../streams/setup.ts';
import type { ChunkPage } from './setup.ts';

/** Pages with as many bytes are sent before the next allocation instant. */
const PAGE_BYTES = 2 ** 18;
/** An AS waits while more bytes than this are unread; 64 MiB. */
const UNREAD_MAX = 2 ** 26;

export class Outbox {
  /** Every thread has a plan of its own. */
  static readonly #ofThreads = new WeakMap<Plan, Outbox>();
  readonly #sender: PageSender<readonly ChunkPage[]>;
  #pages: ChunkPage[] = [];
  #bytes = 0;
  /** The number of AS that have not ended. */
  #users = 0;

  /** The outbox of the thread, for one more AS. */
  static join(plan: Plan, stream: StreamSetup, asId: number): Outbox {
    const outbox = Outbox.#ofThreads.get(plan) ?? new Outbox(stream, asId);
    Outbox.#ofThreads.set(plan, outbox);
    outbox.#users++;
    return outbox;
  }

  private constructor(stream: StreamSetup, asId: number) {
    this.#sender = new PageSender(stream, asId, UNREAD_MAX);
  }

  /** Puts a page in. */
  add(page: ChunkPage): void {
    this.#pages.push(page);
    for (const { bytes } of page.chunks) this.#bytes += bytes.length;
    if (this.#bytes >= PAGE_BYTES) this.#send();
  }

  /** All AS of the thread have put their pages in: sends them, and waits if too much is unread. */
  synchronize(): void {
    this.#send();
    this.#sender.awaitReader();
  }

  /** An AS has put its last page in. */
  leave(): void {
    this.#users--;
    if (this.#users > 0) return;
    this.#send();
    this.#sender.close();
  }

  #send(): void {
    if (this.#pages.length === 0) return;
    this.#sender.send(this.#pages, this.#bytes);
    this.#pages = [];
    this.#bytes = 0;
  }
}
