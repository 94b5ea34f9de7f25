/**
 * A wire session over a TCP socket: moves bytes in both directions, and passes the time to the
 * session.
 *
 * The bytes that are written and not yet accepted by the other side are bounded. Blocks are sent
 * only while `isCongested` is false; all other output waits in the session, which closes the
 * connection if it becomes too much. Reading never waits for writing: otherwise two clients that
 * are both congested would wait for each other forever.
 */

import type { Socket } from 'node:net';
import {
  type CloseReason,
  formatAddress,
  parseAddress,
  type SessionEvent,
  type MessageWriter,
  type SessionRole,
  type SessionSettings,
  WireSession,
} from '@cachetorrent/protocol/wire';

import type { Clock } from '../clock.ts';
import type { ReusedReadBuffer } from './reused-read-buffer.ts';

/** What a connection reports to its owner. */
export interface ConnectionHandler {
  /** Handles an event. The bytes in it are valid until this returns. */
  handleEvent(tcp: TcpConnection, event: SessionEvent): void;
  /** All events that arrived together have been handled, or there is room for blocks again. */
  handleReadyToSend(tcp: TcpConnection): void;
}

/** The options of the session of a connection. */
export type ConnectionOptions = SessionRole & Omit<SessionSettings, 'nowMs'>;

/** The options of a `TcpConnection`. */
export interface TcpConnectionOptions {
  readonly socket: Socket;
  /** Whether we opened the connection. */
  readonly isOutgoing: boolean;
  readonly session: ConnectionOptions;
  readonly handler: ConnectionHandler;
  readonly clock: Clock;
  /** The buffer that the socket reads into, if it was opened with one. */
  readonly buffer?: ReusedReadBuffer | undefined;
}

/** From this many unsent bytes on, no more blocks are written. */
const CONGESTED_BYTES = 2 ** 19;
/** The time for the last bytes to be sent after the session has closed. */
const LINGER_MS = 5_000;

/** A wire session over a TCP socket. */
export class TcpConnection {
  readonly session: WireSession;
  readonly isOutgoing: boolean;
  readonly openedAtMs: number;
  /** The other side's address. */
  readonly host: string;
  /** The other side's port: if we did not open the connection, it does not listen there. */
  readonly port: number;
  readonly #socket: Socket;
  readonly #handler: ConnectionHandler;
  readonly #clock: Clock;
  readonly #pauseReasons = new Set<string>();
  #isOver = false;
  #writtenBytes = 0;

  constructor({ socket, isOutgoing, session, handler, clock, buffer }: TcpConnectionOptions) {
    this.#socket = socket;
    this.#handler = handler;
    this.#clock = clock;
    this.isOutgoing = isOutgoing;
    this.openedAtMs = clock.nowMs();
    this.host = hostOf(socket);
    this.port = socket.remotePort ?? 0;
    this.session = new WireSession({ ...session, nowMs: this.openedAtMs });

    socket.setNoDelay(true);
    if (buffer === undefined) socket.on('data', (bytes: Uint8Array) => this.#receive(bytes));
    else buffer.onBytes = (bytes) => this.#receive(bytes);
    socket.on('drain', () => {
      this.flush();
      this.#handler.handleReadyToSend(this);
    });
    socket.on('end', () => this.#end('peer-closed'));
    socket.on('error', (error) => this.#end('connection-failed', error.message));
    socket.on('close', () => this.#end('peer-closed'));
    this.flush();
  }

  /** Writes messages. Only after the event `handshake`. */
  get writer(): MessageWriter {
    return this.session.writer;
  }

  /** The state of the connection on the wire. Only after the event `handshake`. */
  get state(): WireSession['state'] {
    return this.session.state;
  }

  /** Whether a further block would only wait here. */
  get isCongested(): boolean {
    return this.#socket.writableLength + this.session.outputBytes > CONGESTED_BYTES;
  }

  /** All bytes that the session has written so far. */
  get queuedBytes(): number {
    return this.#writtenBytes + this.session.outputBytes;
  }

  /** How many of `queuedBytes` have left this process; Infinity once the socket is destroyed. */
  get flushedBytes(): number {
    return this.#socket.destroyed ? Infinity : this.#writtenBytes - this.#socket.writableLength;
  }

  /** Sends the output of the session, as far as the socket accepts it. */
  flush(): void {
    if (this.#isOver || this.#socket.writableNeedDrain) return;
    for (let bytes = this.session.pollOutput(); bytes; bytes = this.session.pollOutput()) {
      this.#writtenBytes += bytes.length;
      if (!this.#socket.write(bytes)) return;
    }
  }

  /** Collects what is flushed until `uncork`, so that many small writes become one. */
  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  /** Stops reading. Events wait until `resume` has been called for every reason. */
  pause(reason: string): void {
    this.#pauseReasons.add(reason);
    this.#socket.pause();
  }

  resume(reason: string): void {
    if (!this.#pauseReasons.delete(reason) || this.#pauseReasons.size > 0 || this.#isOver) return;
    this.#handleEvents();
    if (this.#pauseReasons.size === 0) this.#socket.resume();
  }

  /** Handles the timeouts of the session. Call it about twice a second. */
  tick(nowMs: number): void {
    const { nextTimeoutMs } = this.session;
    if (nextTimeoutMs === undefined || nowMs < nextTimeoutMs) return;
    this.session.handleTimeout(nowMs);
    this.#handleEvents();
  }

  close(reason: CloseReason, detail?: string): void {
    this.session.close(reason, detail);
    this.#pauseReasons.clear();
    this.#handleEvents();
  }

  #receive(bytes: Uint8Array): void {
    this.session.receive(bytes, this.#clock.nowMs());
    this.#handleEvents();
  }

  #end(reason: CloseReason, detail?: string): void {
    if (this.#isOver) return;
    this.close(reason, detail);
  }

  #handleEvents(): void {
    while (this.#pauseReasons.size === 0) {
      const event = this.session.pollEvent();
      if (event === undefined) break;
      this.#handler.handleEvent(this, event);
      if (event.type !== 'closed') continue;
      this.flush();
      this.#isOver = true;
      this.#socket.destroySoon();
      // A peer that does not read would otherwise make us keep the last output forever.
      this.#clock.after(LINGER_MS, () => this.#socket.destroy());
    }
    this.flush();
    this.#handler.handleReadyToSend(this);
  }
}

/** Returns the address of the other side in the usual form; an IPv4-mapped one as IPv4. */
export function hostOf(socket: Socket): string {
  const address = parseAddress(socket.remoteAddress ?? '');
  return address === undefined ? '' : formatAddress(address);
}
