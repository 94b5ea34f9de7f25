/**
 * One connection to another BitTorrent client, as a machine: bytes and times go in, events and
 * bytes come out. It opens nothing, waits for nothing, and draws on no chance.
 *
 *     receive(bytes, nowMs) ──▶ HandshakeDecoder, then FrameDecoder ──▶ Hearer ──▶ pollEvent()
 *     pollOutput() ◀── FrameEncoder ◀── Speaker (`say`) ◀── its owner
 *
 * Its owner, after each `receive` or `handleTimeout`, polls events until there are none, and then
 * output. Bytes are read only as events are polled, so nothing piles up here, and how fast to
 * read is for the owner to say.
 */

import { assert } from '@cachetorrent/std';

import { Conversation } from './connection-state.ts';
import { EventQueue } from './event-buffer.ts';
import { FrameDecoder } from '../codec/frame-decoder.ts';
import { FrameEncoder } from '../codec/frame-encoder.ts';
import { Greeting } from './handshake-exchange.ts';
import { Hearer } from './message-handler.ts';
import { type WireLimits, WIRE_LIMITS } from '../codec/limits.ts';
import type { CloseReason, SessionEvent } from './events.ts';
import type { SessionOptions } from './options.ts';
import { Speaker } from './message-writer.ts';
import { Violations } from './violations.ts';
import { WireError } from '../codec/wire-error.ts';

/** What there is once both sides have said who they are. */
interface Talk {
  readonly conversation: Conversation;
  readonly decoder: FrameDecoder;
  readonly hearer: Hearer;
  readonly speaker: Speaker;
}

/** One connection to another BitTorrent client, as a machine without IO. */
export class WireSession {
  readonly #options: SessionOptions;
  readonly #limits: WireLimits;
  readonly #output = new FrameEncoder();
  readonly #events = new EventQueue<SessionEvent>();
  readonly #violations: Violations;
  readonly #greeting: Greeting;
  #talk: Talk | undefined;

  #nowMs: number;
  readonly #startMs: number;
  /** When a whole message last came, and when we last said anything. */
  #heardMs: number;
  #saidMs: number;
  /** When the frame that is under way began, if one is. */
  #frameSinceMs: number | undefined;
  #heardSinceDrained = false;

  #isClosed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#limits = { ...WIRE_LIMITS, ...options.limits };
    this.#violations = new Violations(options.profile ?? 'interop');
    this.#nowMs = this.#startMs = this.#heardMs = this.#saidMs = options.nowMs;
    this.#greeting = new Greeting(options, this.#limits, this.#output);
  }

  /** Whether the last event has been made, though perhaps not polled. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What we can say. Only after the event `handshake`. */
  get say(): Speaker {
    assert(this.#talk !== undefined, 'nothing is said before the handshake');
    return this.#talk.speaker;
  }

  /** How things stand between both sides. Only after the event `handshake`. */
  get conversation(): Readonly<Conversation> {
    assert(this.#talk !== undefined, 'nothing stands before the handshake');
    return this.#talk.conversation;
  }

  /** How often each rule was broken. */
  get violations(): Pick<Violations, 'count'> {
    return this.#violations;
  }

  /** Bytes of an unfinished message that are held. */
  get buffered(): number {
    return this.#talk?.decoder.buffered ?? 0;
  }

  /** Bytes from the other side. What came before must have been polled to its end. */
  receive(bytes: Uint8Array, nowMs: number): void {
    if (this.#isClosed) return;
    this.#setNow(nowMs);
    const waiting = this.#output.length;
    if (waiting > this.#limits.outputBytes) {
      this.close('output-overflow', `it does not read: ${waiting} bytes wait`);
      return;
    }
    try {
      const rest = this.#talk === undefined ? this.#greet(bytes) : bytes;
      this.#talk?.decoder.push(rest);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The other side will send no more. */
  receiveEnd(nowMs: number): void {
    this.#setNow(nowMs);
    this.close('ended');
  }

  /** The next event, or undefined where there is none until more bytes or time come. */
  pollEvent(): SessionEvent | undefined {
    const talk = this.#talk;
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (talk === undefined || this.#isClosed) return undefined;
      const late = talk.hearer.nextLate();
      if (late !== undefined) return late;
      try {
        if (!talk.decoder.next(talk.hearer)) return this.#drained(talk);
        this.#heardSinceDrained = true;
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  /** Bytes to send, which become the caller's; undefined where there are none. */
  pollOutput(): Uint8Array | undefined {
    const bytes = this.#output.take();
    if (bytes !== undefined) this.#saidMs = this.#nowMs;
    return bytes;
  }

  /** Bytes that wait for `pollOutput`. */
  get outputBytes(): number {
    return this.#output.length;
  }

  /** When to call `handleTimeout`, if nothing else happens before; undefined when closed. */
  get nextTimeoutMs(): number | undefined {
    if (this.#isClosed) return undefined;
    const { handshakeMs, idleMs, keepAliveMs, frameMs } = this.#limits;
    if (this.#talk === undefined) return this.#startMs + handshakeMs;
    const frameEndMs = (this.#frameSinceMs ?? Infinity) + frameMs;
    return Math.min(this.#heardMs + idleMs, this.#saidMs + keepAliveMs, frameEndMs);
  }

  /** Time has passed: hangs up on who is too slow, keeps alive what is too quiet. */
  handleTimeout(nowMs: number): void {
    this.#setNow(nowMs);
    if (this.#isClosed) return;
    const { handshakeMs, idleMs, keepAliveMs, frameMs } = this.#limits;
    if (this.#talk === undefined) {
      if (nowMs >= this.#startMs + handshakeMs) {
        this.close('handshake-timeout', `not complete after ${handshakeMs} ms`);
      }
    } else if (nowMs >= this.#heardMs + idleMs) {
      this.close('idle', `no message in ${idleMs} ms`);
    } else if (this.#frameSinceMs !== undefined && nowMs >= this.#frameSinceMs + frameMs) {
      this.close('slow-frame', `not complete after ${frameMs} ms`);
    } else if (nowMs >= this.#saidMs + keepAliveMs) {
      this.#output.keepAlive();
      this.#saidMs = nowMs;
    }
  }

  /** Ends it: one more event, `closed`. What is in the output may still be sent. */
  close(reason: CloseReason, detail = ''): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events.push({ type: 'closed', reason, detail });
  }

  /** Takes what belongs to the handshake, and returns the rest. */
  #greet(bytes: Uint8Array): Uint8Array {
    const taken = this.#greeting.push(bytes, (fault, detail) => {
      const reaction = this.#violations.add(fault, this.#nowMs, false);
      if (reaction === 'close') throw new WireError(fault, detail);
      this.#events.push({ type: 'violation', fault, reaction, detail });
    });
    const met = this.#greeting.met;
    if (met === undefined) return bytes.subarray(taken);

    const options = this.#options;
    const limits = this.#limits;
    const { torrent, features, peerId } = met;
    const conversation = new Conversation(
      options,
      limits,
      torrent,
      features,
      this.#output,
      this.#events,
      this.#violations,
      this.#nowMs,
    );
    const decoder = new FrameDecoder({
      limits,
      pieceCount: torrent.shape?.pieceCount,
      unknown: options.unknownMessages ?? 'refuse',
    });
    limitExtensions(decoder, options, limits);
    const hearer = new Hearer(conversation);
    this.#talk = { conversation, decoder, hearer, speaker: new Speaker(conversation) };
    this.#heardMs = this.#nowMs;
    this.#events.push({ type: 'handshake', torrent, peerId, features });
    return bytes.subarray(taken);
  }

  #drained({ decoder }: Talk): undefined {
    if (this.#heardSinceDrained) this.#heardMs = this.#nowMs;
    if (!decoder.midFrame) this.#frameSinceMs = undefined;
    else if (this.#heardSinceDrained || this.#frameSinceMs === undefined) {
      this.#frameSinceMs = this.#nowMs;
    }
    this.#heardSinceDrained = false;
    return undefined;
  }

  #fail(error: unknown): void {
    if (!(error instanceof WireError)) throw error;
    this.close(error.fault, error.message);
  }

  #setNow(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#talk !== undefined) this.#talk.conversation.nowMs = nowMs;
  }
}

/** The bytes of each extension that we gave an id, which its frames may not exceed. */
function limitExtensions(
  decoder: FrameDecoder,
  { extensionIds = {} }: SessionOptions,
  limits: WireLimits,
): void {
  const IDS_BYTES = 2;
  for (const [name, id] of Object.entries(extensionIds)) {
    if (name.startsWith('ct_')) decoder.limitExtended(id, IDS_BYTES + limits.cacheTorrentBytes);
    if (name === 'ut_metadata') decoder.limitExtended(id, IDS_BYTES + limits.metadataMessageBytes);
    if (name === 'ut_pex') decoder.limitExtended(id, IDS_BYTES + limits.peerExchangeBytes);
  }
}
