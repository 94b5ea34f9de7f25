/**
 * Writes messages down as frames: the length of what follows, an id, a payload.
 *
 *     choke  00000001 00
 *     have   00000005 04 00000102
 *
 * They gather in one buffer until somebody takes it. Taking hands the buffer over, so that a
 * socket may keep it as long as it needs; a new one is made for what is written next.
 */

import { FRAME_HEADER_BYTES, ID, type WireMessages } from './messages.ts';

const FIRST_BYTES = 2 ** 10;
const EMPTY = new Uint8Array(0);

export class FrameEncoder implements WireMessages {
  #bytes: Uint8Array = EMPTY;
  #view = new DataView(EMPTY.buffer);
  #length = 0;

  /** Bytes written and not yet taken. */
  get length(): number {
    return this.#length;
  }

  /** All that was written since the last take, or undefined where nothing was. */
  take(): Uint8Array | undefined {
    if (this.#length === 0) return undefined;
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = EMPTY;
    this.#length = 0;
    return taken;
  }

  /** Bytes that are no frame: a handshake. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  keepAlive(): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, 0);
    this.#length += 4;
  }

  choke(): void {
    this.#header(ID.choke, 0);
  }
  unchoke(): void {
    this.#header(ID.unchoke, 0);
  }
  interested(): void {
    this.#header(ID.interested, 0);
  }
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

  piece(piece: number, begin: number, block: Uint8Array): void {
    this.#header(ID.piece, 8 + block.length);
    this.#view.setUint32(this.#length, piece);
    this.#view.setUint32(this.#length + 4, begin);
    this.#bytes.set(block, this.#length + 8);
    this.#length += 8 + block.length;
  }

  port(port: number): void {
    this.#header(ID.port, 2);
    this.#view.setUint16(this.#length, port);
    this.#length += 2;
  }

  extended(id: number, payload: Uint8Array): void {
    this.#header(ID.extended, 1 + payload.length);
    this.#bytes[this.#length] = id;
    this.#bytes.set(payload, this.#length + 1);
    this.#length += 1 + payload.length;
  }

  bitfield(bits: Uint8Array): void {
    this.#payload(ID.bitfield, bits);
  }
  hashRequest(payload: Uint8Array): void {
    this.#payload(ID.hashRequest, payload);
  }
  hashes(payload: Uint8Array): void {
    this.#payload(ID.hashes, payload);
  }
  hashReject(payload: Uint8Array): void {
    this.#payload(ID.hashReject, payload);
  }

  /** Of an unknown message only the id and the size were kept: it is written with zeros. */
  unknown(id: number, payloadBytes: number): void {
    this.#payload(id, new Uint8Array(payloadBytes));
  }

  #number(id: number, number: number): void {
    this.#header(id, 4);
    this.#view.setUint32(this.#length, number);
    this.#length += 4;
  }

  #block(id: number, piece: number, begin: number, length: number): void {
    this.#header(id, 12);
    this.#view.setUint32(this.#length, piece);
    this.#view.setUint32(this.#length + 4, begin);
    this.#view.setUint32(this.#length + 8, length);
    this.#length += 12;
  }

  #payload(id: number, payload: Uint8Array): void {
    this.#header(id, payload.length);
    this.#bytes.set(payload, this.#length);
    this.#length += payload.length;
  }

  /** Writes length and id, and makes room for the payload. */
  #header(id: number, payloadBytes: number): void {
    this.#reserve(FRAME_HEADER_BYTES + payloadBytes);
    this.#view.setUint32(this.#length, 1 + payloadBytes);
    this.#bytes[this.#length + 4] = id;
    this.#length += FRAME_HEADER_BYTES;
  }

  #reserve(byteCount: number): void {
    const wanted = this.#length + byteCount;
    if (wanted <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(FIRST_BYTES, wanted, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
