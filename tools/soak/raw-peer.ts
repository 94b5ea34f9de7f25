/**
 * A connection to a client, byte by byte: what is sent is up to the caller, true or not. Strangers
 * speak through it, and honest peers, too, since it adds nothing to what is measured.
 */

import { connect, type Socket } from 'node:net';
import { encodeHandshake, type Features, FrameEncoder } from '@cachetorrent/protocol/wire';

export const MESSAGE = { choke: 0, unchoke: 1, request: 6, piece: 7 } as const;

const HANDSHAKE_BYTES = 68;
const FRAME_BYTES_MAX = 2 ** 20;
const PLAIN: Features = { fast: false, extensions: false, dht: false, version2: false };

/** Who speaks, about which torrent. */
export interface RawPeerOptions {
  readonly infoHash: Uint8Array;
  readonly peerId: Uint8Array;
  /** Whether the handshake says that we speak BEP 6 and BEP 10. Default: not. */
  readonly hasExtensions?: boolean;
  /** The longest time without a byte, after which the connection closes. */
  readonly silenceMs: number;
  readonly onMessage?: (id: number, payload: Buffer) => void;
}

/** Connects to a port of 127.0.0.1 from another loopback address. */
export function connectFrom(from: string, port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port, localAddress: from, noDelay: true });
  return socket.on('error', () => {});
}

/** A connection to a client. */
export class RawPeer {
  readonly #socket: Socket;
  readonly #onMessage: (id: number, payload: Buffer) => void;
  #received: Buffer = Buffer.alloc(0);
  #isOpen = false;
  /** Resolves when the handshake of the client has arrived, to false if it never does. */
  readonly opened: Promise<boolean>;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;

  /** Speaks over a socket, and sends its handshake at once. */
  constructor(socket: Socket, options: RawPeerOptions) {
    const { infoHash, peerId, hasExtensions = false, silenceMs, onMessage = () => {} } = options;
    this.#onMessage = onMessage;
    this.#socket = socket;
    this.#socket.setTimeout(silenceMs, () => this.close());
    this.#socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.#socket.once('close', () => resolve());
    });
    const opened = Promise.withResolvers<boolean>();
    this.opened = opened.promise;
    void this.closed.then(() => opened.resolve(false));
    this.#socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      if (!this.#isOpen && this.#received.length >= HANDSHAKE_BYTES) {
        this.#isOpen = true;
        this.#received = this.#received.subarray(HANDSHAKE_BYTES);
        opened.resolve(true);
      }
      if (this.#isOpen) this.#readFrames();
    });
    const features = { ...PLAIN, fast: hasExtensions, extensions: hasExtensions };
    this.sendBytes(encodeHandshake({ features, infoHash, peerId }));
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  sendBytes(bytes: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  send(write: (to: FrameEncoder) => void): void {
    const encoder = new FrameEncoder();
    write(encoder);
    for (let part = encoder.take(); part !== undefined; part = encoder.take()) this.sendBytes(part);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Reads nothing from now on. */
  pause(): void {
    this.#socket.pause();
  }

  /** Closes the connection as a crash does. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #readFrames(): void {
    for (;;) {
      if (this.#received.length < 4) return;
      const length = this.#received.readUInt32BE();
      if (length > FRAME_BYTES_MAX) return this.close();
      if (this.#received.length < 4 + length) return;
      const frame = this.#received.subarray(4, 4 + length);
      this.#received = this.#received.subarray(4 + length);
      if (length > 0) this.#onMessage(frame[0]!, frame.subarray(1));
    }
  }
}
