/**
 * The log's end on the main thread: hears the pages of all AS, puts them in order, and passes the
 * messages on, some thousand at a time, as fast as whoever wants them takes them.
 *
 * Pages come over channels, one for each AS, since a broadcast is heard by all who have a channel
 * of the same name, and the workers, who hear nobody while they run, would gather it.
 */

import { BroadcastChannel, threadId } from 'node:worker_threads';

import { MESSAGE_KINDS, type MessageKind } from '@cachetorrent/protocol';

import { LogMerge } from './merge.ts';
import { channelOf, type LogSetup, type Page, RECORD_DOUBLES, MessageRecords } from './record.ts';

/** Messages as the log has them. */
export interface LoggedMessages {
  /** How many there are: places run from 0 to this. */
  readonly count: number;
  /** When it was sent, in simulated ms. */
  atMs(place: number): number;
  /** The id of the node that the message at `place` came from; 0 is the tracker. */
  from(place: number): number;
  /** The id of the node that the message at `place` went to. */
  to(place: number): number;
  /** An index into `MESSAGE_KINDS`. */
  kind(place: number): number;
  /** The piece of the file that it speaks of; -1 where it speaks of none. */
  piece(place: number): number;
}

/** Hears what was said in a run, in order of time. */
export interface MessageLog {
  /** The kinds of message that are logged; all by default. */
  readonly kinds?: readonly MessageKind[];
  /**
   * Is given all messages, in the order in which they were sent: by time, at one time by the AS
   * of the sender. What it is given holds until it returns, or resolves; no more comes before.
   */
  readonly onMessages: (messages: LoggedMessages) => void | Promise<void>;
}

/** Messages that are passed on at a time, at most. */
const BATCH_RECORDS = 8_192;

/** Runs of this thread whose messages were logged. */
let runs = 0;

export class LogReader {
  /** For the plan: what the AS need to know. */
  readonly setup: LogSetup;
  readonly #onMessages: MessageLog['onMessages'];
  readonly #channels: readonly BroadcastChannel[];
  readonly #merge: LogMerge;
  readonly #batch = new MessageRecords(new Float64Array(BATCH_RECORDS * RECORD_DOUBLES));
  readonly #unread: Int32Array;
  readonly #end = Promise.withResolvers<void>();
  #isPassingOn = false;

  constructor({ kinds = MESSAGE_KINDS, onMessages }: MessageLog, systems: number) {
    const unread = new SharedArrayBuffer(4);
    const wanted = MESSAGE_KINDS.map((kind) => kinds.includes(kind));
    this.setup = { channel: `cachetorrent log ${threadId}/${runs++}`, wanted, unread };
    this.#onMessages = onMessages;
    this.#unread = new Int32Array(unread);
    this.#merge = new LogMerge(systems);
    this.#end.promise.catch(() => {});
    this.#channels = Array.from({ length: systems }, (_, system) => {
      const channel = new BroadcastChannel(channelOf(this.setup, system));
      channel.addEventListener('message', (event) => {
        this.#merge.add(system, (event as unknown as { data: Page }).data);
        void this.#passOn();
      });
      return channel;
    });
  }

  /** Resolves when all has been handed over and taken; rejects where its taker does. */
  get end(): Promise<void> {
    return this.#end.promise;
  }

  /** Hears no more. */
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
    atMs: (place) => records.atMs(place),
    from: (place) => records.from(place),
    to: (place) => records.to(place),
    kind: (place) => records.kind(place),
    piece: (place) => records.piece(place),
  };
}
