/**
 * Observes what the clients of this process send to one another, at their sockets: the messages of
 * each kind, and the bytes of pieces from each peer to each other one. It reads the bytes that are
 * written, by BEP 3 and BEP 10, and does not rely on what the clients say of themselves.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const [OPENED, ACCEPTED] = ['net.client.socket', 'net.server.socket'];

/** The messages by id (BEP 3, BEP 6), under the names of libtorrent. */
const KINDS: Readonly<Record<number, string>> = {
  0: 'choke',
  1: 'unchoke',
  2: 'interested',
  3: 'not_interested',
  4: 'have',
  5: 'bitfield',
  6: 'request',
  7: 'piece',
  8: 'cancel',
  13: 'suggest',
  14: 'have_all',
  15: 'have_none',
  16: 'reject',
  17: 'allowed_fast',
};
const PIECE = 7;
const EXTENDED = 20;
/** The extension messages of CacheTorrent, by the ids under which our clients receive them. */
const EXTENSIONS: Readonly<Record<number, string>> = { 10: 'leader_start', 14: 'relayed_have' };

const HANDSHAKE_BYTES = 68;
/** As many bytes of a message as are needed: its length, its id, and the index of a piece. */
const HEADER_BYTES = 9;
/** What a message with a block has beside the block: its id, the piece, where the block begins. */
const PIECE_FIELDS_BYTES = 9;

/** What has been sent so far. */
export class SentTraffic {
  readonly messages: Record<string, number> = Object.fromEntries(
    [...Object.values(KINDS), ...Object.values(EXTENSIONS)].map((kind) => [kind, 0]),
  );
  /** The bytes of pieces by sender. */
  readonly sentBytes: number[];
  /** The bytes of pieces by sender, receiver and piece. */
  readonly pieceBytes: readonly (readonly number[][])[];
  /** All bytes, with handshakes and messages. */
  allBytes = 0;

  constructor(peers: number, pieces: number) {
    const row = (length: number): number[] => Array.from({ length }, () => 0);
    this.sentBytes = row(peers);
    this.pieceBytes = row(peers).map(() => row(peers).map(() => row(pieces)));
  }
}

/** Reads what one peer sends to another on one connection. */
export class SentStream {
  readonly #traffic: SentTraffic;
  readonly #from: number;
  readonly #to: number;
  readonly #header: Buffer = Buffer.alloc(HEADER_BYTES);
  /** The bytes of the header that have been read. */
  #headerBytes = 0;
  /** The bytes to skip before the next header. */
  #skipBytes = HANDSHAKE_BYTES;

  constructor(traffic: SentTraffic, from: number, to: number) {
    this.#traffic = traffic;
    this.#from = from;
    this.#to = to;
  }

  /** The next bytes that are sent. */
  add(bytes: Uint8Array): void {
    this.#traffic.allBytes += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      if (this.#skipBytes > 0) {
        const skipped = Math.min(this.#skipBytes, bytes.length - at);
        this.#skipBytes -= skipped;
        at += skipped;
        continue;
      }
      this.#header[this.#headerBytes++] = bytes[at++]!;
      if (this.#headerBytes >= 4) this.#readHeader();
    }
  }

  #readHeader(): void {
    const length = this.#header.readUInt32BE(0);
    const ownBytes = Math.min(HEADER_BYTES, 4 + length);
    if (this.#headerBytes < ownBytes) return;
    this.#headerBytes = 0;
    this.#skipBytes = 4 + length - ownBytes;
    if (length > 0) this.#count(length);
  }

  #count(length: number): void {
    const { messages, sentBytes, pieceBytes } = this.#traffic;
    const id = this.#header[4]!;
    const kind = id === EXTENDED ? EXTENSIONS[this.#header[5]!] : KINDS[id];
    if (kind !== undefined) messages[kind]!++;
    if (id !== PIECE) return;
    const bytes = length - PIECE_FIELDS_BYTES;
    sentBytes[this.#from]! += bytes;
    pieceBytes[this.#from]![this.#to]![this.#header.readUInt32BE(5)]! += bytes;
  }
}

/**
 * Observes all sockets that this process opens or accepts from now on, of which both ends are
 * peers: `indexOf` returns the peer at an address, or undefined. Returns how to end it.
 */
export function observeSockets(
  traffic: SentTraffic,
  indexOf: (host: string) => number | undefined,
): () => void {
  const observe = (socket: Socket): void => {
    const from = indexOf(socket.localAddress ?? '');
    const to = indexOf(socket.remoteAddress ?? '');
    if (from === undefined || to === undefined) return;
    const stream = new SentStream(traffic, from, to);
    const write = socket.write.bind(socket) as (...parameters: unknown[]) => boolean;
    socket.write = (bytes: unknown, ...rest: unknown[]): boolean => {
      stream.add(bytes as Uint8Array);
      return write(bytes, ...rest);
    };
  };
  const handle = (message: unknown, channel: string | symbol): void => {
    const { socket } = message as { socket: Socket };
    if (channel === OPENED) socket.once('connect', () => observe(socket));
    else observe(socket);
  };
  for (const channel of [OPENED, ACCEPTED]) subscribe(channel!, handle);
  return () => {
    for (const channel of [OPENED, ACCEPTED]) unsubscribe(channel!, handle);
  };
}
