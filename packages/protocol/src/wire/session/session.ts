/**
 * One connection to another BitTorrent client, as a state machine without IO: bytes and times go
 * in, events and bytes come out. It opens no connection, never waits, and uses no randomness.
 *
 *     receive() ──▶ HandshakeDecoder, then FrameDecoder ──▶ MessageHandler ──▶ pollEvent()
 *     pollOutput() ◀── FrameEncoder ◀── MessageWriter (`writer`) ◀── owner
 *
 * After each `receive` or `handleTimeout` the owner polls events until there are none, and then
 * output. Bytes are decoded only as events are polled, so events do not accumulate, and the owner
 * controls the speed of reading.
 */

import { assert } from '@cachetorrent/std';

import { FrameDecoder } from '../codec/frame-decoder.ts';
import { FrameEncoder } from '../codec/frame-encoder.ts';
import { WIRE_LIMITS, type WireLimits } from '../codec/limits.ts';
import { WireError } from '../codec/violation-rules.ts';
import { ConnectionState } from './connection-state.ts';
import { EventBuffer } from './event-buffer.ts';
import type { CloseReason, SessionEvent } from './events.ts';
import { HandshakeExchange } from './handshake-exchange.ts';
import { MessageHandler } from './message-handler.ts';
import { MessageWriter } from './message-writer.ts';
import type { SessionOptions } from './options.ts';
import { ViolationCounter } from './violation-counter.ts';

/** The parts of a session that exist once both handshakes are complete. */
interface Established {
  readonly state: ConnectionState;
  readonly decoder: FrameDecoder;
  readonly handler: MessageHandler;
  readonly writer: MessageWriter;
}

/**
 * One connection to another BitTorrent client, as a state machine without IO. All times are in
 * ms, by the clock that gave the option `nowMs`. After each call of `receive` or `handleTimeout`,
 * call `pollEvent` until it returns undefined, then `pollOutput` until it returns undefined.
 */
export class WireSession {
  readonly #options: SessionOptions;
  readonly #limits: WireLimits;
  readonly #output = new FrameEncoder();
  readonly #events = new EventBuffer<SessionEvent>();
  readonly #violations: ViolationCounter;
  readonly #handshake: HandshakeExchange;
  #established: Established | undefined;

  #nowMs: number;
  readonly #startMs: number;
  /** When a complete message was last received. */
  #lastReceivedMs: number;
  /** When output was last polled. */
  #lastSentMs: number;
  /** When the incomplete frame began to arrive; undefined if there is none. */
  #frameStartMs: number | undefined;
  #hasReceivedSinceDrained = false;

  #isClosed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#limits = { ...WIRE_LIMITS, ...options.limits };
    this.#violations = new ViolationCounter(options.profile ?? 'interop');
    this.#nowMs = options.nowMs;
    this.#startMs = options.nowMs;
    this.#lastReceivedMs = options.nowMs;
    this.#lastSentMs = options.nowMs;
    this.#handshake = new HandshakeExchange(options, this.#limits, this.#output);
  }

  /** Whether the session is closed; the event `closed` may not have been polled yet. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Sends our messages.
   *
   * @throws {Error} The handshakes are not complete: wait for the event `handshake`.
   */
  get writer(): MessageWriter {
    assert(this.#established !== undefined, 'messages are sent only after the handshake');
    return this.#established.writer;
  }

  /**
   * The state of the connection.
   *
   * @throws {Error} The handshakes are not complete: wait for the event `handshake`.
   */
  get state(): Readonly<ConnectionState> {
    assert(this.#established !== undefined, 'the state exists only after the handshake');
    return this.#established.state;
  }

  /** How often the peer has committed each violation. */
  get violations(): Pick<ViolationCounter, 'count'> {
    return this.#violations;
  }

  /** The number of buffered bytes of an incomplete message. */
  get bufferedBytes(): number {
    return this.#established?.decoder.bufferedBytes ?? 0;
  }

  /** Adds bytes from the peer. The events of earlier bytes must have been polled. */
  receive(bytes: Uint8Array, nowMs: number): void {
    if (this.#isClosed) return;
    this.#setNow(nowMs);
    const { pendingBytes } = this.#output;
    if (pendingBytes > this.#limits.outputBytes) {
      this.close('output-overflow', `the peer does not read: ${pendingBytes} bytes wait`);
      return;
    }
    try {
      const rest = this.#established === undefined ? this.#receiveHandshake(bytes) : bytes;
      this.#established?.decoder.push(rest);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Call it when the peer will send no more bytes. It closes the session. */
  receiveEnd(nowMs: number): void {
    this.#setNow(nowMs);
    this.close('peer-closed');
  }

  /** Returns the next event; undefined if there is none until more bytes arrive or time passes. */
  pollEvent(): SessionEvent | undefined {
    const established = this.#established;
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (established === undefined || this.#isClosed) return undefined;
      const lateHave = established.handler.nextLateHave();
      if (lateHave !== undefined) return lateHave;
      try {
        if (!established.decoder.next(established.handler)) return this.#drained(established);
        this.#hasReceivedSinceDrained = true;
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  /** Returns bytes to send, which the caller then owns; undefined if there are none. */
  pollOutput(): Uint8Array | undefined {
    const bytes = this.#output.take();
    if (bytes !== undefined) this.#lastSentMs = this.#nowMs;
    return bytes;
  }

  /** The number of bytes that wait for `pollOutput`. */
  get outputBytes(): number {
    return this.#output.pendingBytes;
  }

  /** The time at which to call `handleTimeout`; later calls may change it. Undefined if closed. */
  get nextTimeoutMs(): number | undefined {
    if (this.#isClosed) return undefined;
    const { handshakeMs, idleMs, keepAliveMs, frameMs } = this.#limits;
    if (this.#established === undefined) return this.#startMs + handshakeMs;
    const frameEndMs = (this.#frameStartMs ?? Infinity) + frameMs;
    return Math.min(this.#lastReceivedMs + idleMs, this.#lastSentMs + keepAliveMs, frameEndMs);
  }

  /** Closes the connection if the peer is too slow; sends a keep-alive when one is due. */
  handleTimeout(nowMs: number): void {
    this.#setNow(nowMs);
    if (this.#isClosed) return;
    const { handshakeMs, idleMs, keepAliveMs, frameMs } = this.#limits;
    if (this.#established === undefined) {
      if (nowMs >= this.#startMs + handshakeMs) {
        this.close('handshake-timeout', `not complete after ${handshakeMs} ms`);
      }
    } else if (nowMs >= this.#lastReceivedMs + idleMs) {
      this.close('idle', `no message in ${idleMs} ms`);
    } else if (this.#frameStartMs !== undefined && nowMs >= this.#frameStartMs + frameMs) {
      this.close('slow-frame', `not complete after ${frameMs} ms`);
    } else if (nowMs >= this.#lastSentMs + keepAliveMs) {
      this.#output.keepAlive();
      this.#lastSentMs = nowMs;
    }
  }

  /** Closes the session: `closed` is the last event. The remaining output may still be sent. */
  close(reason: CloseReason, detail = ''): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events.push({ type: 'closed', reason, detail });
  }

  /** Consumes the bytes that belong to the handshake, and returns the rest. */
  #receiveHandshake(bytes: Uint8Array): Uint8Array {
    const consumed = this.#handshake.push(bytes, (violation, detail) => {
      const reaction = this.#violations.record(violation, this.#nowMs, false);
      if (reaction === 'close') throw new WireError(violation, detail);
      this.#events.push({ type: 'violation', violation, reaction, detail });
    });
    const { result } = this.#handshake;
    if (result === undefined) return bytes.subarray(consumed);

    const options = this.#options;
    const limits = this.#limits;
    const { torrent, features, peerId } = result;
    const state = new ConnectionState({
      options,
      limits,
      torrent,
      features,
      output: this.#output,
      events: this.#events,
      violations: this.#violations,
      nowMs: this.#nowMs,
    });
    const decoder = new FrameDecoder({
      limits,
      pieceCount: torrent.layout?.pieceCount,
      unknown: options.unknownMessages ?? 'refuse',
    });
    limitExtensions(decoder, options, limits);
    const handler = new MessageHandler(state);
    this.#established = { state, decoder, handler, writer: new MessageWriter(state) };
    this.#lastReceivedMs = this.#nowMs;
    this.#events.push({ type: 'handshake', torrent, peerId, features });
    return bytes.subarray(consumed);
  }

  /** Updates the times after all complete frames have been handled. */
  #drained({ decoder }: Established): undefined {
    if (this.#hasReceivedSinceDrained) this.#lastReceivedMs = this.#nowMs;
    if (!decoder.isMidFrame) this.#frameStartMs = undefined;
    else if (this.#hasReceivedSinceDrained || this.#frameStartMs === undefined) {
      this.#frameStartMs = this.#nowMs;
    }
    this.#hasReceivedSinceDrained = false;
    return undefined;
  }

  #fail(error: unknown): void {
    if (!(error instanceof WireError)) throw error;
    this.close(error.violation, error.message);
  }

  #setNow(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#established !== undefined) this.#established.state.nowMs = nowMs;
  }
}

/** Limits the length of the frames of each extension to which we assigned an id. */
function limitExtensions(
  decoder: FrameDecoder,
  { extensionIds = {} }: SessionOptions,
  limits: WireLimits,
): void {
  /** The ids of the message and of the extension. */
  const ID_BYTES = 2;
  for (const [name, id] of Object.entries(extensionIds)) {
    if (name.startsWith('ct_')) decoder.limitExtended(id, ID_BYTES + limits.cacheTorrentBytes);
    if (name === 'ut_metadata') decoder.limitExtended(id, ID_BYTES + limits.metadataMessageBytes);
    if (name === 'ut_pex') decoder.limitExtended(id, ID_BYTES + limits.peerExchangeBytes);
  }
}
