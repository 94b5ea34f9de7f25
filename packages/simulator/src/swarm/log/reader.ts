/**
 * The part of the log on the main thread: merges the pages of all AS, and passes the messages to
 * their consumer, some thousand at a time, as fast as it takes them.
 */

import { MESSAGE_KINDS, type MessageKind } from '@cachetorrent/protocol';

import { PageReceiver } from '../streams/page-receiver.ts';
import { LogMerge } from './merge.ts';
import { type LogSetup, MessageRecords, type Page, RECORD_DOUBLES } from './record.ts';

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

export class LogReader {
  /** What the AS need to know: a part of the plan. */
  readonly setup: LogSetup;
  readonly #receiver: PageReceiver<Page>;

  constructor({ kinds = MESSAGE_KINDS, onMessages }: MessageLog, asCount: number) {
    const merge = new LogMerge(asCount);
    const batch = new MessageRecords(new Float64Array(BATCH_RECORDS * RECORD_DOUBLES));
    this.#receiver = new PageReceiver<Page>(
      {
        add: (asId, page) => merge.add(asId, page),
        async passOn() {
          const count = merge.take(batch);
          if (count === 0) return undefined;
          await onMessages(messagesOf(batch, count));
          return count;
        },
        get isOver() {
          return merge.isOver;
        },
      },
      asCount,
    );
    const isLogged = MESSAGE_KINDS.map((kind) => kinds.includes(kind));
    this.setup = { stream: this.#receiver.setup, isLogged };
  }

  /** Resolves when the consumer has taken all messages; rejects if it throws or rejects. */
  get end(): Promise<void> {
    return this.#receiver.end;
  }

  /** Closes the channels: no more pages are received. */
  close(): void {
    this.#receiver.close();
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
