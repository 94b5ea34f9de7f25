/**
 * The handshake: the first 68 bytes that each side of a connection sends (BEP 3).
 *
 *     0        1                      20         28          48         68
 *     | 19 (1) | BitTorrent protocol  | reserved | info hash | peer id  |
 *
 * It is checked as it arrives: the first wrong byte is an error, the torrent is known after byte
 * 48, and the peer id after the last. (A responder may answer after byte 48, and ours does.)
 */

import { WireError } from './violation-rules.ts';

/** The length of a handshake in bytes (BEP 3). */
export const HANDSHAKE_BYTES = 68;
/** The length of an info hash in bytes: a SHA-1, or a truncated SHA-256 (BEP 52). */
export const INFO_HASH_BYTES = 20;
/** The length of a peer id in bytes (BEP 20). */
export const PEER_ID_BYTES = 20;

const PREFIX = Uint8Array.from('\x13BitTorrent protocol', (letter) => letter.charCodeAt(0));
const RESERVED_AT = 20;
const INFO_HASH_AT = 28;
const PEER_ID_AT = 48;

/** The extensions that a sender supports, according to the reserved bits of its handshake. */
export interface Features {
  /** BEP 6, the fast extension. */
  readonly fast: boolean;
  /** BEP 10, the extension protocol. */
  readonly extensions: boolean;
  /** BEP 5, the distributed hash table. */
  readonly dht: boolean;
  /** BEP 52: the torrent also exists as version 2. */
  readonly version2: boolean;
}

/** The content of a handshake (BEP 3). */
export interface Handshake {
  /** The extensions that the sender supports: the reserved bits. */
  readonly features: Features;
  /** The SHA-1 of the info dictionary, or the first 20 bytes of its SHA-256 (BEP 52). */
  readonly infoHash: Uint8Array;
  /** The sender's peer id; 20 bytes. */
  readonly peerId: Uint8Array;
}

/** Returns the 68 bytes of a handshake. */
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

/** Decodes a handshake that arrives in chunks of any size. */
export class HandshakeDecoder {
  readonly #bytes = new Uint8Array(HANDSHAKE_BYTES);
  #length = 0;

  /**
   * Consumes the bytes of `chunk` that belong to the handshake, and returns their number.
   *
   * @throws WireError `not-bittorrent` at the first byte that cannot be part of a handshake.
   */
  push(chunk: Uint8Array): number {
    const consumed = Math.min(chunk.length, HANDSHAKE_BYTES - this.#length);
    for (let i = 0; i < consumed; i++) {
      const offset = this.#length;
      const byte = chunk[i]!;
      if (offset < RESERVED_AT && byte !== PREFIX[offset]) {
        throw new WireError('not-bittorrent', `byte ${offset} is ${byte}, not ${PREFIX[offset]}`);
      }
      this.#bytes[offset] = byte;
      this.#length++;
    }
    return consumed;
  }

  /** The number of bytes consumed so far. */
  get length(): number {
    return this.#length;
  }

  /** The features; undefined before the first 28 bytes have arrived. */
  get features(): Features | undefined {
    if (this.#length < INFO_HASH_AT) return undefined;
    const byte5 = this.#bytes[RESERVED_AT + 5]!;
    const byte7 = this.#bytes[RESERVED_AT + 7]!;
    return {
      fast: (byte7 & 0x04) !== 0,
      extensions: (byte5 & 0x10) !== 0,
      dht: (byte7 & 0x01) !== 0,
      version2: (byte7 & 0x10) !== 0,
    };
  }

  /** The info hash; undefined before the first 48 bytes have arrived. */
  get infoHash(): Uint8Array | undefined {
    return this.#length < PEER_ID_AT ? undefined : this.#bytes.slice(INFO_HASH_AT, PEER_ID_AT);
  }

  /** The peer id; undefined before all 68 bytes have arrived. */
  get peerId(): Uint8Array | undefined {
    return this.#length < HANDSHAKE_BYTES ? undefined : this.#bytes.slice(PEER_ID_AT);
  }
}

/** Returns whether two byte strings are equal. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Returns whether a connection is kept when two peers have connected to each other at the same
 * time. Both sides must close the same one of the two connections: the one that the peer with the
 * greater id has initiated is kept (libtorrent, mainline). `isInitiator`: we initiated this one.
 */
export function keepsConnection(
  ownId: Uint8Array,
  peerId: Uint8Array,
  isInitiator: boolean,
): boolean {
  for (let i = 0; i < ownId.length; i++) {
    if (ownId[i]! !== peerId[i]!) return ownId[i]! > peerId[i]! === isInitiator;
  }
  return false;
}
