/**
 * The 68 bytes with which both sides of a connection begin (BEP 3):
 *
 *     0        1                      20         28          48         68
 *     | 19 (1) | BitTorrent protocol  | reserved | info hash | peer id  |
 *
 * They are judged as they come: the first wrong byte ends it, the torrent is known with byte 48,
 * and who is talking only with the last. (A responder may answer at byte 48, and does.)
 */

import { WireError } from './wire-error.ts';

/** Bytes of a whole handshake (BEP 3). */
export const HANDSHAKE_BYTES = 68;
/** Bytes of a torrent's name: a SHA-1, or the beginning of a SHA-256. */
export const INFO_HASH_BYTES = 20;
/** Bytes of a peer's id (BEP 20). */
export const PEER_ID_BYTES = 20;

const PREFIX = Uint8Array.from('\x13BitTorrent protocol', (letter) => letter.charCodeAt(0));
const RESERVED_AT = 20;
const INFO_HASH_AT = 28;
const PEER_ID_AT = 48;

/** What the reserved bits say that their sender can do. */
export interface Features {
  /** BEP 6, the fast extension. */
  readonly fast: boolean;
  /** BEP 10, the extension protocol. */
  readonly extensions: boolean;
  /** BEP 5, the distributed hash table. */
  readonly dht: boolean;
  /** BEP 52: this torrent can be had as version 2 as well. */
  readonly version2: boolean;
}

/** What the first 68 bytes say (BEP 3). */
export interface Handshake {
  /** What the sender is able to do, by the reserved bits. */
  readonly features: Features;
  /** SHA-1 of the info dictionary, or the first 20 bytes of its SHA-256 (BEP 52). */
  readonly infoHash: Uint8Array;
  /** The sender's id; 20 bytes. */
  readonly peerId: Uint8Array;
}

/** The 68 bytes of a handshake. */
export function encodeHandshake({ features, infoHash, peerId }: Handshake): Uint8Array {
  const bytes = new Uint8Array(HANDSHAKE_BYTES);
  bytes.set(PREFIX);
  if (features.extensions) bytes[RESERVED_AT + 5]! |= 0x10;
  if (features.dht) bytes[RESERVED_AT + 7]! |= 0x01;
  if (features.fast) bytes[RESERVED_AT + 7]! |= 0x04;
  if (features.version2) bytes[RESERVED_AT + 7]! |= 0x10;
  bytes.set(infoHash, INFO_HASH_AT);
  bytes.set(peerId, PEER_ID_AT);
  return bytes;
}

/** Takes in a handshake, in pieces of any size. */
export class HandshakeDecoder {
  readonly #bytes = new Uint8Array(HANDSHAKE_BYTES);
  #length = 0;

  /**
   * Takes what belongs to the handshake from `chunk`, and returns how many bytes that was.
   * Throws WireError at the first byte that cannot be part of one.
   */
  push(chunk: Uint8Array): number {
    const taken = Math.min(chunk.length, HANDSHAKE_BYTES - this.#length);
    for (let i = 0; i < taken; i++) {
      const at = this.#length;
      const byte = chunk[i]!;
      if (at < RESERVED_AT && byte !== PREFIX[at]) {
        throw new WireError('not-bittorrent', `byte ${at} is ${byte}, not ${PREFIX[at]}`);
      }
      this.#bytes[at] = byte;
      this.#length++;
    }
    return taken;
  }

  /** Bytes taken so far. */
  get length(): number {
    return this.#length;
  }

  /** A view, once the first 28 bytes have come. */
  get features(): Features | undefined {
    if (this.#length < INFO_HASH_AT) return undefined;
    const fifth = this.#bytes[RESERVED_AT + 5]!;
    const last = this.#bytes[RESERVED_AT + 7]!;
    return {
      fast: (last & 0x04) !== 0,
      extensions: (fifth & 0x10) !== 0,
      dht: (last & 0x01) !== 0,
      version2: (last & 0x10) !== 0,
    };
  }

  /** Once the first 48 bytes have come. */
  get infoHash(): Uint8Array | undefined {
    return this.#length < PEER_ID_AT ? undefined : this.#bytes.slice(INFO_HASH_AT, PEER_ID_AT);
  }

  /** Once all have come. */
  get peerId(): Uint8Array | undefined {
    return this.#length < HANDSHAKE_BYTES ? undefined : this.#bytes.slice(PEER_ID_AT);
  }
}

/** Whether two strings of bytes are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Two peers that dial each other at once come to have two connections. Both sides must drop the
 * same one: the peer with the greater id keeps the one that it dialled (libtorrent, mainline).
 */
export function keepsConnection(ownId: Uint8Array, peerId: Uint8Array, dialled: boolean): boolean {
  for (let i = 0; i < ownId.length; i++) {
    if (ownId[i]! !== peerId[i]!) return ownId[i]! > peerId[i]! === dialled;
  }
  return false;
}
