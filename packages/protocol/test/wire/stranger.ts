/** A stranger for tests: says what bytes it likes to a session, and sees what comes of it. */

import {
  CACHE_TORRENT_IDS,
  encodeHandshake,
  type Features,
  FrameDecoder,
  FrameEncoder,
  type SessionEvent,
  type SessionOptions,
  type SessionTorrent,
  WIRE_LIMITS,
  type WireMessages,
  WireSession,
} from '@cachetorrent/protocol/wire';

/** Ten pieces of two blocks, but for the last, which is one short block. */
export const TORRENT: SessionTorrent = {
  infoHash: new Uint8Array(20).fill(0x11),
  shape: { totalBytes: 9 * 32_768 + 10_000, pieceBytes: 32_768, pieceCount: 10 },
};

export const OUR_ID: Uint8Array = Uint8Array.from('-CT0100-ours00000000', (c) => c.charCodeAt(0));
export const THEIR_ID: Uint8Array = Uint8Array.from('-XX0000-theirs000000', (c) => c.charCodeAt(0));

export const ALL_FEATURES: Features = { fast: true, extensions: true, dht: false, version2: false };

/** A message that was said: its name, then what it says, bytes as lists of numbers. */
export type Said = readonly [string, ...unknown[]];

export interface StrangerOptions extends Partial<SessionOptions> {
  readonly theirs?: Features;
  readonly theirId?: Uint8Array;
}

export class Stranger {
  readonly session: WireSession;
  nowMs = 1_000_000;
  /** Everything that the session has told its owner; bytes are copied. */
  readonly events: SessionEvent[] = [];
  readonly #ears: FrameDecoder;
  #handshakeLeft = 68;

  constructor(options: Partial<SessionOptions> = {}) {
    this.session = new WireSession({
      side: { side: 'responder', torrentOf: () => TORRENT },
      peerId: OUR_ID,
      nowMs: this.nowMs,
      extensionIds: { ut_metadata: 2, ut_pex: 1, lt_donthave: 7, ...CACHE_TORRENT_IDS },
      ...options,
    });
    const limits = { ...WIRE_LIMITS, ...options.limits };
    this.#ears = new FrameDecoder({ limits, unknown: 'refuse' });
  }

  /** One that has shaken hands, and heard what the session says of itself. */
  static met({
    theirs = ALL_FEATURES,
    theirId = THEIR_ID,
    ...options
  }: StrangerOptions = {}): Stranger {
    const stranger = new Stranger(options);
    const infoHash = TORRENT.infoHash;
    stranger.say(encodeHandshake({ features: theirs, infoHash, peerId: theirId }));
    const { pieceCount } = stranger.session.conversation.shape;
    stranger.session.say.holdings(new Uint8Array(Math.ceil(pieceCount / 8)).fill(0xff));
    stranger.said();
    stranger.events.length = 0;
    return stranger;
  }

  /** Sends `bytes`, all at once, and returns the events that they made. */
  say(bytes: Uint8Array): readonly SessionEvent[] {
    this.session.receive(bytes, this.nowMs);
    return this.#poll();
  }

  /** Sends what `write` writes. */
  tell(write: (to: FrameEncoder) => void): readonly SessionEvent[] {
    return this.say(written(write));
  }

  wait(ms: number): readonly SessionEvent[] {
    this.nowMs += ms;
    this.session.handleTimeout(this.nowMs);
    return this.#poll();
  }

  /** What the session has said since the last time, the handshake left out. */
  said = (): Said[] => {
    const said: Said[] = [];
    for (let bytes = this.session.pollOutput(); bytes; bytes = this.session.pollOutput()) {
      const greeting = Math.min(this.#handshakeLeft, bytes.length);
      this.#handshakeLeft -= greeting;
      this.#ears.push(bytes.subarray(greeting));
      while (this.#ears.next(listing(said)));
    }
    return said;
  };

  #poll(): readonly SessionEvent[] {
    const first = this.events.length;
    for (let event = this.session.pollEvent(); event; event = this.session.pollEvent()) {
      this.events.push(copied(event));
    }
    return this.events.slice(first);
  }
}

export function written(write: (to: FrameEncoder) => void): Uint8Array {
  const encoder = new FrameEncoder();
  write(encoder);
  return takenFrom(encoder);
}

/** All that was written to `encoder`. */
export function takenFrom(encoder: FrameEncoder): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let part = encoder.take(); part; part = encoder.take()) parts.push(part);
  return joined(...parts);
}

/** A frame with any length that one likes to claim. */
export function frame(length: number, ...body: number[]): Uint8Array {
  return Uint8Array.from([length >>> 24, length >>> 16, length >>> 8, length, ...body]);
}

export function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** A hearer that writes down what it hears. */
export function listing(said: Said[]): WireMessages {
  return new Proxy({} as WireMessages, {
    get:
      (_, name: string) =>
      (...said_: unknown[]) => {
        said.push([name, ...said_.map((what) => (what instanceof Uint8Array ? [...what] : what))]);
      },
  });
}

/** An event that lasts, with its bytes. */
export function copied(event: SessionEvent): SessionEvent {
  return Object.fromEntries(
    Object.entries(event).map(([key, value]) => [
      key,
      value instanceof Uint8Array ? value.slice() : value,
    ]),
  ) as unknown as SessionEvent;
}
