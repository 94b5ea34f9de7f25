/** Reads the messages to one actor after another from the outboxes of all workers (`outbox.ts`). */

import type { ActorId } from '../behaviour.ts';
import {
  CHUNK_HEADER_BYTES,
  type OutboxViews,
  padded,
  RECORD_HEADER_BYTES,
  viewsOf,
} from './outbox.ts';

/** No more messages: greater than any actor id. */
const NO_SOURCE = 2 ** 30;

/** Receives the messages of a mailbox. */
export interface MessageReceiver {
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
 * Reads the messages of a window ordered by source, and those of one source in the order in which
 * it sent them. A worker runs its actors in order, so each chain has that order already, and the
 * chains are merged. The order does not depend on the assignment of actors to workers.
 */
export class Inbox {
  readonly #chains: readonly ChainReader[];

  /** `outboxes`: the buffers that are read at the same time, one of each worker. */
  constructor(outboxes: readonly SharedArrayBuffer[]) {
    this.#chains = outboxes.map((memory) => new ChainReader(memory));
  }

  /** Makes the messages visible that the workers have written by now. */
  open(): void {
    for (const chain of this.#chains) chain.refresh();
  }

  /** Delivers all messages to `target`. Returns their number. */
  deliver(target: ActorId, receiver: MessageReceiver): number {
    let count = 0;
    for (const chain of this.#chains) chain.begin(target);
    for (;;) {
      let first: ChainReader | undefined;
      let source = NO_SOURCE;
      for (const chain of this.#chains) {
        if (chain.source < source) {
          first = chain;
          source = chain.source;
        }
      }
      if (first === undefined) return count;
      count += first.deliver(receiver);
    }
  }
}

/** Reads the chain of chunks to one actor in one outbox. */
class ChainReader {
  readonly #memory: SharedArrayBuffer;
  #views: OutboxViews;
  #chunk = 0;
  #record = 0;
  /** The source of the next record, or `NO_SOURCE`. */
  source = NO_SOURCE;

  constructor(memory: SharedArrayBuffer) {
    this.#memory = memory;
    this.#views = viewsOf(memory);
  }

  /** Renews the views if the outbox has grown. */
  refresh(): void {
    if (this.#memory.byteLength - this.#views.bytes.byteLength >= 8) {
      this.#views = viewsOf(this.#memory);
    }
  }

  /** Moves to the first record to `target`. */
  begin(target: ActorId): void {
    this.#enterChunk(this.#views.ints[target]!);
  }

  /** Delivers all records of the next source. Returns their number. */
  deliver(receiver: MessageReceiver): number {
    const { source } = this;
    const { ints, floats, bytes } = this.#views;
    let count = 0;
    while (this.source === source) {
      const record = this.#record;
      const length = ints[record >> 2]!;
      const sentMs = floats[(record >> 3) + 1]!;
      const order = floats[(record >> 3) + 2]!;
      receiver.deliver(source, sentMs, order, bytes, record + RECORD_HEADER_BYTES, length);
      this.#moveToRecord(record + RECORD_HEADER_BYTES + padded(length));
      count++;
    }
    return count;
  }

  #moveToRecord(record: number): void {
    const { ints } = this.#views;
    if (record < ints[this.#chunk >> 2]!) {
      this.#record = record;
      this.source = ints[(record >> 2) + 1]!;
    } else {
      this.#enterChunk(ints[(this.#chunk >> 2) + 1]!);
    }
  }

  #enterChunk(chunk: number): void {
    this.#chunk = chunk;
    if (chunk === 0) this.source = NO_SOURCE;
    else this.#moveToRecord(chunk + CHUNK_HEADER_BYTES);
  }
}
