/** Reads what the outboxes of all workers hold for one actor after another (`outbox.ts`). */

import type { ActorId } from '../behaviour.ts';
import {
  CHUNK_HEADER_BYTES,
  type OutboxViews,
  padded,
  RECORD_HEADER_BYTES,
  viewsOf,
} from './outbox.ts';

/** Greater than any actor. */
const NOBODY = 2 ** 30;

/** What an actor does with a message in its mailbox. */
export interface MailboxReader {
  deliver(
    source: ActorId,
    sentMs: number,
    order: number,
    bytes: DataView,
    offset: number,
    length: number,
  ): void;
}

/**
 * Reads the messages of a window in the order of their sources, and of one source as it posted
 * them. A worker runs its actors in order, so each chain has that order already, and the chains
 * are merged. Which actor is on which worker makes no difference to anybody.
 */
export class Inbox {
  readonly #chains: readonly ChainReader[];

  /** `outboxes` are those of all workers that are to be read at the same time. */
  constructor(outboxes: readonly SharedArrayBuffer[]) {
    this.#chains = outboxes.map((memory) => new ChainReader(memory));
  }

  /** Looks at what the workers have posted by now. */
  open(): void {
    for (const chain of this.#chains) chain.look();
  }

  /** Delivers all that is for `target`. Returns how many messages. */
  deliver(target: ActorId, hearer: MailboxReader): number {
    let count = 0;
    for (const chain of this.#chains) chain.begin(target);
    for (;;) {
      let first: ChainReader | undefined;
      let source = NOBODY;
      for (const chain of this.#chains) {
        if (chain.source < source) {
          first = chain;
          source = chain.source;
        }
      }
      if (first === undefined) return count;
      count += first.deliver(hearer);
    }
  }
}

/** Reads one chain of one outbox. */
class ChainReader {
  readonly #memory: SharedArrayBuffer;
  #views: OutboxViews;
  #chunk = 0;
  #record = 0;
  /** The source of the next record, or NOBODY. */
  source = NOBODY;

  constructor(memory: SharedArrayBuffer) {
    this.#memory = memory;
    this.#views = viewsOf(memory);
  }

  look(): void {
    if (this.#memory.byteLength - this.#views.bytes.byteLength >= 8) {
      this.#views = viewsOf(this.#memory);
    }
  }

  begin(target: ActorId): void {
    this.#enter(this.#views.ints[target]!);
  }

  /** Delivers all records of the next source. Returns how many. */
  deliver(hearer: MailboxReader): number {
    const { source } = this;
    const { ints, floats, bytes } = this.#views;
    let count = 0;
    while (this.source === source) {
      const record = this.#record;
      const length = ints[record >> 2]!;
      const sentMs = floats[(record >> 3) + 1]!;
      const order = floats[(record >> 3) + 2]!;
      hearer.deliver(source, sentMs, order, bytes, record + RECORD_HEADER_BYTES, length);
      this.#moveTo(record + RECORD_HEADER_BYTES + padded(length));
      count++;
    }
    return count;
  }

  #moveTo(record: number): void {
    const { ints } = this.#views;
    if (record < ints[this.#chunk >> 2]!) {
      this.#record = record;
      this.source = ints[(record >> 2) + 1]!;
    } else {
      this.#enter(ints[(this.#chunk >> 2) + 1]!);
    }
  }

  #enter(chunk: number): void {
    this.#chunk = chunk;
    if (chunk === 0) this.source = NOBODY;
    else this.#moveTo(chunk + CHUNK_HEADER_BYTES);
  }
}
