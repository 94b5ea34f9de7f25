/**
 * A session over a TCP socket: carries bytes both ways, and tells the session the time.
 *
 * What is written and not yet taken by the other side is bounded: blocks are sent only while
 * `isCongested` is false, and what the session says beside them waits in the session, which gives
 * the connection up where it becomes too much. Reading never waits for writing, or two clients
 * that are both congested would wait for each other for ever.
 */

import type { Socket } from 'node:net';
import {
  type CloseReason,
  formatAddress,
  parseAddress,
  type MessageWriter,
  type SessionEvent,
  type SessionRole,
  type SessionSettings,
  WireSession,
} from '@cachetorrent/protocol/wire';

import type { ReusedReads } from './reused-reads.ts';

/** The options of the session of a connection. */
export type ConnectionOptions = SessionRole & Omit<SessionSettings, 'nowMs'>;

export interface ConnectionListener {
  /** An event; its bytes hold until this returns. */
  heard(connection: TcpConnection, event: SessionEvent): void;
  /** All events that came together have been heard, or there is room for blocks again. */
  settled(connection: TcpConnection): void;
}

/** More than this is not put on its way at once. */
const CONGESTED_BYTES = 2 ** 19;
/** Time for the last words to go, after the end. */
const LINGER_MS = 5_000;

export class TcpConnection {
  readonly session: WireSession;
  readonly isOutgoing: boolean;
  /** The other side's address; its port is not one where it listens, unless we dialled it. */
  readonly host: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #listener: ConnectionListener;
  readonly #holds = new Set<string>();
  #isOver = false;
  #writtenBytes = 0;

  constructor(
    socket: Socket,
    isOutgoing: boolean,
    options: ConnectionOptions,
    listener: ConnectionListener,
    reading?: ReusedReads,
  ) {
    this.#socket = socket;
    this.#listener = listener;
    this.isOutgoing = isOutgoing;
    const address = parseAddress(socket.remoteAddress ?? '');
    this.host = address === undefined ? '' : formatAddress(address);
    this.port = socket.remotePort ?? 0;
    this.session = new WireSession({ ...options, nowMs: performance.now() });

    socket.setNoDelay(true);
    if (reading === undefined) socket.on('data', (bytes: Uint8Array) => this.#receive(bytes));
    else reading.onBytes = (bytes) => this.#receive(bytes);
    socket.on('drain', () => {
      this.flush();
      this.#listener.settled(this);
    });
    socket.on('end', () => this.#end('peer-closed'));
    socket.on('error', (error) => this.#end('connection-failed', error.message));
    socket.on('close', () => this.#end('peer-closed'));
    this.flush();
  }

  get say(): MessageWriter {
    return this.session.writer;
  }

  /** Whether more blocks would only wait here. */
  get isCongested(): boolean {
    return this.#socket.writableLength + this.session.outputBytes > CONGESTED_BYTES;
  }

  /** Bytes that the session has said, and of those what this process need not keep any more. */
  get takenBytes(): number {
    return this.#writtenBytes + this.session.outputBytes;
  }

  get goneBytes(): number {
    return this.#socket.destroyed ? Infinity : this.#writtenBytes - this.#socket.writableLength;
  }

  /** Sends what the session has to say, as far as the other side keeps up. */
  flush(): void {
    if (this.#isOver || this.#socket.writableNeedDrain) return;
    for (let bytes = this.session.pollOutput(); bytes; bytes = this.session.pollOutput()) {
      this.#writtenBytes += bytes.length;
      if (!this.#socket.write(bytes)) return;
    }
  }

  /** Many small writes become one: between the two, what is flushed only gathers. */
  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  /** Stops reading, for a reason; events wait until every reason is gone. */
  hold(reason: string): void {
    this.#holds.add(reason);
    this.#socket.pause();
  }

  release(reason: string): void {
    if (!this.#holds.delete(reason) || this.#holds.size > 0 || this.#isOver) return;
    this.#drain();
    if (this.#holds.size === 0) this.#socket.resume();
  }

  /** To be called about twice a second. */
  tick(nowMs: number): void {
    const { nextTimeoutMs } = this.session;
    if (nextTimeoutMs === undefined || nowMs < nextTimeoutMs) return;
    this.session.handleTimeout(nowMs);
    this.#drain();
  }

  close(reason: CloseReason, detail?: string): void {
    this.session.close(reason, detail);
    this.#holds.clear();
    this.#drain();
  }

  #receive(bytes: Uint8Array): void {
    this.session.receive(bytes, performance.now());
    this.#drain();
  }

  #end(reason: CloseReason, detail?: string): void {
    if (this.#isOver) return;
    this.close(reason, detail);
  }

  #drain(): void {
    while (this.#holds.size === 0) {
      const event = this.session.pollEvent();
      if (event === undefined) break;
      this.#listener.heard(this, event);
      if (event.type !== 'closed') continue;
      this.flush();
      this.#isOver = true;
      this.#socket.destroySoon();
      // Who does not read would otherwise have us keep what it was last told for ever.
      setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
    }
    this.flush();
    this.#listener.settled(this);
  }
}
