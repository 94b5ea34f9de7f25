/**
 * The remote peer of a session under test: sends any bytes to the session, and records the events
 * and messages of the session.
 */

import {
  CACHE_TORRENT_IDS,
  encodeHandshake,
  type Features,
  FrameDecoder,
  FrameEncoder,
  type SessionEvent,
  type SessionRole,
  type SessionSettings,
  type SessionTorrent,
  WIRE_LIMITS,
  type WireMessages,
  WireSession,
} from '@cachetorrent/protocol/wire';

/** Ten pieces of two blocks each, except the last, which is one short block. */
export const TORRENT: SessionTorrent = {
  infoHash: new Uint8Array(20).fill(0x11),
  layout: { totalBytes: 9 * 32_768 + 10_000, pieceBytes: 32_768, pieceCount: 10 },
};

/** The peer id of the session under test. */
export const OWN_ID: Uint8Array = Uint8Array.from('-CT0100-ours00000000', (c) => c.charCodeAt(0));
/** The peer id of the remote peer. */
export const REMOTE_ID: Uint8Array = Uint8Array.from('-XX0000-theirs000000', (c) =>
  c.charCodeAt(0),
);

export const ALL_FEATURES: Features = { fast: true, extensions: true, dht: false, version2: false };

/** A recorded message: its name, then its fields; bytes are lists of numbers. */
export type MessageRecord = readonly [string, ...unknown[]];

/** The options of the session under test, and those of the remote peer. */
export interface RemotePeerOptions extends Partial<SessionSettings> {
  /** The role of the session under test. Default: a responder that serves `TORRENT`. */
  readonly ownRole?: SessionRole;
  /** The features that the remote peer supports. Default: `ALL_FEATURES`. */
  readonly features?: Features;
}

export class RemotePeer {
  readonly session: WireSession;
  nowMs = 1_000_000;
  /** All events that the session has reported; bytes are copied. */
  readonly events: SessionEvent[] = [];
  readonly #decoder: FrameDecoder;
  readonly #features: Features;
  #handshakeBytesLeft = 68;

  constructor({
    ownRole = { role: 'responder', torrentOf: () => TORRENT },
    features = ALL_FEATURES,
    ...settings
  }: RemotePeerOptions = {}) {
    this.session = new WireSession({
      ...ownRole,
      peerId: OWN_ID,
      nowMs: this.nowMs,
      extensionIds: { ut_metadata: 2, ut_pex: 1, lt_donthave: 7, ...CACHE_TORRENT_IDS },
      ...settings,
    });
    const limits = { ...WIRE_LIMITS, ...settings.limits };
    this.#decoder = new FrameDecoder({ limits, unknown: 'refuse' });
    this.#features = features;
  }

  /** Returns a remote peer after the handshakes, which has received the session's bitfield. */
  static connected(options: RemotePeerOptions = {}): RemotePeer {
    const remote = new RemotePeer(options);
    const { infoHash } = TORRENT;
    remote.sendBytes(encodeHandshake({ features: remote.#features, infoHash, peerId: REMOTE_ID }));
    const { pieceCount } = remote.session.state.layout;
    remote.session.writer.heldPieces(new Uint8Array(Math.ceil(pieceCount / 8)).fill(0xff));
    remote.received();
    remote.events.length = 0;
    return remote;
  }

  /** Sends `bytes` at once, and returns the events of the session. */
  sendBytes(bytes: Uint8Array): readonly SessionEvent[] {
    this.session.receive(bytes, this.nowMs);
    return this.#pollEvents();
  }

  /** Sends the messages that `write` writes, and returns the events of the session. */
  send(write: (to: FrameEncoder) => void): readonly SessionEvent[] {
    return this.sendBytes(encodeMessages(write));
  }

  /** Lets time pass, and returns the events of the session. */
  wait(ms: number): readonly SessionEvent[] {
    this.nowMs += ms;
    this.session.handleTimeout(this.nowMs);
    return this.#pollEvents();
  }

  /** Returns the messages that the session has sent since the last call, without the handshake. */
  received = (): MessageRecord[] => {
    const records: MessageRecord[] = [];
    for (let bytes = this.session.pollOutput(); bytes; bytes = this.session.pollOutput()) {
      const handshakeBytes = Math.min(this.#handshakeBytesLeft, bytes.length);
      this.#handshakeBytesLeft -= handshakeBytes;
      this.#decoder.push(bytes.subarray(handshakeBytes));
      while (this.#decoder.next(recorder(records)));
    }
    return records;
  };

  #pollEvents(): readonly SessionEvent[] {
    const first = this.events.length;
    for (let event = this.session.pollEvent(); event; event = this.session.pollEvent()) {
      this.events.push(copyOf(event));
    }
    return this.events.slice(first);
  }
}

/** Returns the bytes of the messages that `write` writes. */
export function encodeMessages(write: (to: FrameEncoder) => void): Uint8Array {
  const encoder = new FrameEncoder();
  write(encoder);
  return takeAll(encoder);
}

/** Takes and returns all bytes of `encoder`. */
export function takeAll(encoder: FrameEncoder): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let part = encoder.take(); part; part = encoder.take()) parts.push(part);
  return concatenate(...parts);
}

/** Returns a frame whose length field is `length`, whatever the body is. */
export function frame(length: number, ...body: number[]): Uint8Array {
  return Uint8Array.from([length >>> 24, length >>> 16, length >>> 8, length, ...body]);
}

export function concatenate(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Returns a handler that appends each message to `records`. */
export function recorder(records: MessageRecord[]): WireMessages {
  return new Proxy({} as WireMessages, {
    get:
      (_, name: string) =>
      (...fields: unknown[]) => {
        records.push([name, ...fields.map((it) => (it instanceof Uint8Array ? [...it] : it))]);
      },
  });
}

/** Returns a copy of an event and its bytes, which remains valid. */
export function copyOf(event: SessionEvent): SessionEvent {
  return Object.fromEntries(
    Object.entries(event).map(([key, value]) => [
      key,
      value instanceof Uint8Array ? value.slice() : value,
    ]),
  ) as unknown as SessionEvent;
}
