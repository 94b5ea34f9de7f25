/** A peer for tests of one rule on the wire: it sends what a test says, and keeps what it receives. */

import { connect, type Socket } from 'node:net';
import { encodeHandshake, FrameEncoder } from '@cachetorrent/protocol/wire';

import type { Torrent } from '../src/index.ts';
import { LOCALHOST } from './fixture.ts';

const HANDSHAKE_BYTES = 68;
const FEATURES = { fast: true, extensions: false, dht: false, version2: false };

/** The ids of messages (BEP 3, BEP 6). */
export const ID = { choke: 0, unchoke: 1, piece: 7, reject: 16, allowedFast: 17 } as const;

/** A message that has been received: its id, and the first numbers that it carries. */
export interface ReceivedMessage {
  readonly id: number;
  readonly piece: number | undefined;
  readonly begin: number | undefined;
}

export class RawPeer {
  readonly socket: Socket;
  readonly received: ReceivedMessage[] = [];
  #bytes = Buffer.alloc(0);
  #isHandshakeRead = false;

  /** Connects to a client on the loopback interface, with the fast extension. */
  constructor(port: number, torrent: Torrent, name: string) {
    this.socket = connect({ port, host: LOCALHOST, noDelay: true });
    this.socket.on('error', () => {});
    this.socket.on('data', (bytes: Buffer) => this.#read(bytes));
    const peerId = Buffer.from(`-XX0000-${name.padEnd(12, '0')}`);
    this.socket.write(encodeHandshake({ features: FEATURES, infoHash: torrent.infoHash, peerId }));
  }

  send(write: (to: FrameEncoder) => void): void {
    const encoder = new FrameEncoder();
    write(encoder);
    for (let part = encoder.take(); part; part = encoder.take()) this.socket.write(part);
  }

  /** The messages with this id, in the order in which they have come. */
  withId(id: number): readonly ReceivedMessage[] {
    return this.received.filter((message) => message.id === id);
  }

  #read(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    if (!this.#isHandshakeRead) {
      if (this.#bytes.length < HANDSHAKE_BYTES) return;
      this.#bytes = this.#bytes.subarray(HANDSHAKE_BYTES);
      this.#isHandshakeRead = true;
    }
    while (this.#bytes.length >= 4 && this.#bytes.length >= 4 + this.#bytes.readUInt32BE(0)) {
      const message = this.#bytes.subarray(4, 4 + this.#bytes.readUInt32BE(0));
      this.#bytes = this.#bytes.subarray(4 + message.length);
      if (message.length === 0) continue;
      this.received.push({
        id: message[0]!,
        piece: message.length >= 5 ? message.readUInt32BE(1) : undefined,
        begin: message.length >= 9 ? message.readUInt32BE(5) : undefined,
      });
    }
  }
}
