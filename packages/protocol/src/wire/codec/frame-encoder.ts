/**
 * Writes messages down as frames: the length of what follows, an id, a payload.
 *
 *     choke  00000001 00
 *     have   00000005 04 00000102
 *
 * They gather in a buffer until somebody takes them, in parts:
 *
 *     #bytes   | taken before | header | header | free ...      #parts   block, header
 *              0              #from             #at
 *
 * A part, once taken, is never written to again, so that a socket may keep it as long as it
 * needs; and a large block is not copied but taken as it is.
 */

import { FRAME_HEADER_BYTES, ID, type WireMessages } from './messages.ts';

const FIRST_BYTES = 2 ** 10;
const SLAB_BYTES = 2 ** 14;
/** A block from here on is not copied. */
const LENT_BYTES = 2 ** 11;
const EMPTY = new Uint8Array(0);

export class FrameEncoder implements WireMessages {
  #bytes: Uint8Array = EMPTY;
  #view = new DataView(EMPTY.buffer);
  #from = 0;
  #at = 0;
  /** What comes before that which is in the buffer. */
  readonly #parts: Uint8Array[] = [];
  #partsLength = 0;

  /** Bytes written and not yet taken. */
  get length(): number {
    return this.#partsLength + this.#at - this.#from;
  }

  /** The first of what was written and not taken; undefined where all has been taken. */
  take(): Uint8Array | undefined {
    const part = this.#parts.shift();
    if (part === undefined) return this.#cut();
    this.#partsLength -= part.length;
    return part;
  }

  /** Bytes that are no frame: a handshake. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  keepAlive(): void {
    this.#reserve(4);
    this.#view.setUint32(this.#at, 0);
    this.#at += 4;
  }

  choke(): void {
    this.#header(ID.choke, 0);
  }
  /** You may send me requests (BEP 3). */
  unchoke(): void {
    this.#header(ID.unchoke, 0);
  }
  /** You have a piece that I lack (BEP 3). */
  interested(): void {
    this.#header(ID.interested, 0);
  }
  /** You have no piece that I lack (BEP 3). */
  notInterested(): void {
    this.#header(ID.notInterested, 0);
  }
  haveAll(): void {
    this.#header(ID.haveAll, 0);
  }
  haveNone(): void {
    this.#header(ID.haveNone, 0);
  }

  have(piece: number): void {
    this.#number(ID.have, piece);
  }
  suggest(piece: number): void {
    this.#number(ID.suggest, piece);
  }
  allowedFast(piece: number): void {
    this.#number(ID.allowedFast, piece);
  }

  request(piece: number, begin: number, length: number): void {
    this.#block(ID.request, piece, begin, length);
  }

  cancel(piece: number, begin: number, length: number): void {
    this.#block(ID.cancel, piece, begin, length);
  }

  reject(piece: number, begin: number, length: number): void {
    this.#block(ID.reject, piece, begin, length);
  }

  /** A large `block` is lent: it must stay as it is until it has been sent. */
  piece(piece: number, begin: number, block: Uint8Array): void {
    const isLent = block.length >= LENT_BYTES;
    this.#reserve(FRAME_HEADER_BYTES + 8 + (isLent ? 0 : block.length));
    this.#head(ID.piece, 8 + block.length);
    this.#view.setUint32(this.#at, piece);
    this.#view.setUint32(this.#at + 4, begin);
    this.#at += 8;
    if (isLent) {
      this.#lend(block);
    } else {
      this.#bytes.set(block, this.#at);
      this.#at += block.length;
    }
  }

  port(port: number): void {
    this.#header(ID.port, 2);
    this.#view.setUint16(this.#at, port);
    this.#at += 2;
  }

  extended(id: number, payload: Uint8Array): void {
    this.#header(ID.extended, 1 + payload.length);
    this.#bytes[this.#at] = id;
    this.#bytes.set(payload, this.#at + 1);
    this.#at += 1 + payload.length;
  }

  bitfield(bits: Uint8Array): void {
    this.#payload(ID.bitfield, bits);
  }
  hashRequest(payload: Uint8Array): void {
    this.#payload(ID.hashRequest, payload);
  }
  /** Hashes that were asked for (BEP 52). */
  hashes(payload: Uint8Array): void {
    this.#payload(ID.hashes, payload);
  }
  /** Hashes will not come (BEP 52). */
  hashReject(payload: Uint8Array): void {
    this.#payload(ID.hashReject, payload);
  }

  /** Of an unknown message only the id and the size were kept: it is written with zeros. */
  unknown(id: number, payloadBytes: number): void {
    this.#payload(id, new Uint8Array(payloadBytes));
  }

  #number(id: number, number: number): void {
    this.#header(id, 4);
    this.#view.setUint32(this.#at, number);
    this.#at += 4;
  }

  #block(id: number, piece: number, begin: number, length: number): void {
    this.#header(id, 12);
    this.#view.setUint32(this.#at, piece);
    this.#view.setUint32(this.#at + 4, begin);
    this.#view.setUint32(this.#at + 8, length);
    this.#at += 12;
  }

  #payload(id: number, payload: Uint8Array): void {
    this.#header(id, payload.length);
    this.#bytes.set(payload, this.#at);
    this.#at += payload.length;
  }

  /** Makes room for the whole message, and writes length and id. */
  #header(id: number, payloadBytes: number): void {
    this.#reserve(FRAME_HEADER_BYTES + payloadBytes);
    this.#head(id, payloadBytes);
  }

  #head(id: number, payloadBytes: number): void {
    this.#view.setUint32(this.#at, 1 + payloadBytes);
    this.#bytes[this.#at + 4] = id;
    this.#at += FRAME_HEADER_BYTES;
  }

  #lend(block: Uint8Array): void {
    const before = this.#cut();
    if (before !== undefined) this.#keep(before);
    this.#keep(block);
  }

  #keep(part: Uint8Array): void {
    this.#parts.push(part);
    this.#partsLength += part.length;
  }

  /** What the buffer has since the last part. */
  #cut(): Uint8Array | undefined {
    if (this.#at === this.#from) return undefined;
    const part = this.#bytes.subarray(this.#from, this.#at);
    this.#from = this.#at;
    return part;
  }

  #reserve(byteCount: number): void {
    if (this.#at + byteCount <= this.#bytes.length) return;
    const started = this.#bytes.subarray(this.#from, this.#at);
    const usual = Math.min(SLAB_BYTES, Math.max(FIRST_BYTES, 2 * this.#bytes.length));
    const larger = new Uint8Array(Math.max(usual, 2 * started.length + byteCount));
    larger.set(started);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
    this.#at = started.length;
    this.#from = 0;
  }
}
