/**
 * The part of the log on the main thread: receives the pages of all AS, merges them, and passes
 * the messages to their consumer, some thousand at a time, as fast as it takes them.
 *
 * Each AS has a channel of its own. Every BroadcastChannel with the same name receives a page, and
 * the workers, which read nothing while they run, would accumulate the pages of the others.
 */

import { BroadcastChannel, threadId } from 'node:worker_threads';

import { MESSAGE_KINDS, type MessageKind } from '@cachetorrent/protocol';

import { LogMerge } from './merge.ts';
import { channelOf, type LogSetup, MessageRecords, type Page, RECORD_DOUBLES } from './record.ts';

/** A batch of logged messages. */
export interface LoggedMessages {
  /** The number of messages: indexes run from 0 to this, exclusive. */
  readonly count: number;
  /** When the message was sent, in simulated ms. */
  atMs(index: number): number;
  /** The id of the node that sent the message; 0 is the tracker. */
  from(index: number): number;
  /** The id of the node to which the message was sent; 0 is the tracker. */
  to(index: number): number;
  /** The kind of the message. */
  kind(index: number): MessageKind;
  /** The piece of the file that the message is about; -1 if it is not about a piece. */
  piece(index: number): number;
  /** The first block, within its piece, that the message is about; -1 if it is not about blocks. */
  block(index: number): number;
  /** The number of blocks, consecutive in one piece, that the message is about. */
  blocks(index: number): number;
}

/** Receives the messages of a run, in order of time. */
export interface MessageLog {
  /** The kinds of message to log (default: all). */
  readonly kinds?: readonly MessageKind[];
  /**
   * Receives all messages in the order in which they were sent: by time, and at the same time by
   * the AS of the sender. A batch is valid until the call returns, or its promise resolves; the
   * next batch does not come before.
   */
  readonly onMessages: (messages: LoggedMessages) => void | Promise<void>;
}

/** The most messages of a batch. */
const BATCH_RECORDS = 8_192;

/** The number of logs that this thread has made; part of the names of their channels. */
let logCount = 0;

export class LogReader {
  /** What the AS need to know: a part of the plan. */
  readonly setup: LogSetup;
  readonly #onMessages: MessageLog['onMessages'];
  readonly #channels: readonly BroadcastChannel[];
  readonly #merge: LogMerge;
  readonly #batch = new MessageRecords(new Float64Array(BATCH_RECORDS * RECORD_DOUBLES));
  readonly #unread: Int32Array;
  readonly #end = Promise.withResolvers<void>();
  #isPassingOn = false;

  constructor({ kinds = MESSAGE_KINDS, onMessages }: MessageLog, asCount: number) {
    const unread = new SharedArrayBuffer(4);
    const isLogged = MESSAGE_KINDS.map((kind) => kinds.includes(kind));
    this.setup = { channel: `cachetorrent log ${threadId}/${logCount++}`, isLogged, unread };
    this.#onMessages = onMessages;
    this.#unread = new Int32Array(unread);
    this.#merge = new LogMerge(asCount);
    this.#end.promise.catch(() => {});
    this.#channels = Array.from({ length: asCount }, (_, asId) => {
      const channel = new BroadcastChannel(channelOf(this.setup, asId));
      channel.addEventListener('message', (event) => {
        this.#merge.add(asId, (event as unknown as { data: Page }).data);
        void this.#passOn();
      });
      return channel;
    });
  }

  /** Resolves when the consumer has taken all messages; rejects if it throws or rejects. */
  get end(): Promise<void> {
    return this.#end.promise;
  }

  /** Closes the channels: no more pages are received. */
  close(): void {
    for (const channel of this.#channels) channel.close();
  }

  async #passOn(): Promise<void> {
    if (this.#isPassingOn) return;
    this.#isPassingOn = true;
    try {
      for (let count = this.#take(); count > 0; count = this.#take()) {
        await this.#onMessages(messagesOf(this.#batch, count));
        Atomics.sub(this.#unread, 0, count);
        Atomics.notify(this.#unread, 0);
      }
      if (this.#merge.isOver) this.#end.resolve();
    } catch (error) {
      this.#end.reject(error);
      this.close();
    }
    this.#isPassingOn = false;
  }

  #take(): number {
    return this.#merge.take(this.#batch);
  }
}

function messagesOf(records: MessageRecords, count: number): LoggedMessages {
  return {
    count,
    atMs: (index) => records.atMs(index),
    from: (index) => records.from(index),
    to: (index) => records.to(index),
    kind: (index) => MESSAGE_KINDS[records.kind(index)]!,
    piece: (index) => records.piece(index),
    block: (index) => records.block(index),
    blocks: (index) => records.blocks(index),
  };
}
