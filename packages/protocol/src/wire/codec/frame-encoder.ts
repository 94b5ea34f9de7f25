/**
 * Encodes messages as frames: the length of the rest, an id, a payload (BEP 3).
 *
 *     choke  00000001 00
 *     have   00000005 04 00000102
 *
 * The frames collect in a buffer until the caller takes them, in parts:
 *
 *     #bytes   | taken before | header | header | free ...      #parts   block, header
 *              0              #start            #end
 *
 * A part that has been taken is never written to again, so that a socket may keep it as long as it
 * needs. A large block is not copied: it becomes a part itself.
 */

import { FRAME_HEADER_BYTES, WIRE_MESSAGE_ID, type WireMessages } from './messages.ts';

const FIRST_BYTES = 2 ** 10;
const SLAB_BYTES = 2 ** 14;
/** A block of at least this size is not copied. */
const BORROWED_BYTES = 2 ** 11;
const EMPTY = new Uint8Array(0);

/** Encodes messages as frames: a handler whose calls become bytes. */
export class FrameEncoder implements WireMessages {
  #bytes: Uint8Array = EMPTY;
  #view = new DataView(EMPTY.buffer);
  #start = 0;
  #end = 0;
  /** Complete parts, which precede the bytes in the buffer. */
  readonly #parts: Uint8Array[] = [];
  #partsLength = 0;

  /** The number of bytes that have not been taken yet. */
  get pendingBytes(): number {
    return this.#partsLength + this.#end - this.#start;
  }

  /** Removes and returns the first bytes not taken yet; undefined if all have been taken. */
  take(): Uint8Array | undefined {
    const part = this.#parts.shift();
    if (part === undefined) return this.#cut();
    this.#partsLength -= part.length;
    return part;
  }

  /** Appends bytes that are not a frame: a handshake. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  keepAlive(): void {
    this.#reserve(4);
    this.#view.setUint32(this.#end, 0);
    this.#end += 4;
  }

  choke(): void {
    this.#header(WIRE_MESSAGE_ID.choke, 0);
  }
  unchoke(): void {
    this.#header(WIRE_MESSAGE_ID.unchoke, 0);
  }
  interested(): void {
    this.#header(WIRE_MESSAGE_ID.interested, 0);
  }
  notInterested(): void {
    this.#header(WIRE_MESSAGE_ID.notInterested, 0);
  }
  haveAll(): void {
    this.#header(WIRE_MESSAGE_ID.haveAll, 0);
  }
  haveNone(): void {
    this.#header(WIRE_MESSAGE_ID.haveNone, 0);
  }

  have(piece: number): void {
    this.#number(WIRE_MESSAGE_ID.have, piece);
  }
  suggest(piece: number): void {
    this.#number(WIRE_MESSAGE_ID.suggest, piece);
  }
  allowedFast(piece: number): void {
    this.#number(WIRE_MESSAGE_ID.allowedFast, piece);
  }

  request(piece: number, begin: number, length: number): void {
    this.#block(WIRE_MESSAGE_ID.request, piece, begin, length);
  }

  cancel(piece: number, begin: number, length: number): void {
    this.#block(WIRE_MESSAGE_ID.cancel, piece, begin, length);
  }

  reject(piece: number, begin: number, length: number): void {
    this.#block(WIRE_MESSAGE_ID.reject, piece, begin, length);
  }

  /** A block of 2 KiB or more is not copied: it must not change until it has been sent. */
  piece(piece: number, begin: number, block: Uint8Array): void {
    const isBorrowed = block.length >= BORROWED_BYTES;
    this.#reserve(FRAME_HEADER_BYTES + 8 + (isBorrowed ? 0 : block.length));
    this.#head(WIRE_MESSAGE_ID.piece, 8 + block.length);
    this.#view.setUint32(this.#end, piece);
    this.#view.setUint32(this.#end + 4, begin);
    this.#end += 8;
    if (isBorrowed) {
      this.#borrow(block);
    } else {
      this.#bytes.set(block, this.#end);
      this.#end += block.length;
    }
  }

  port(port: number): void {
    this.#header(WIRE_MESSAGE_ID.port, 2);
    this.#view.setUint16(this.#end, port);
    this.#end += 2;
  }

  extended(id: number, payload: Uint8Array): void {
    this.#header(WIRE_MESSAGE_ID.extended, 1 + payload.length);
    this.#bytes[this.#end] = id;
    this.#bytes.set(payload, this.#end + 1);
    this.#end += 1 + payload.length;
  }

  bitfield(bits: Uint8Array): void {
    this.#payload(WIRE_MESSAGE_ID.bitfield, bits);
  }
  hashRequest(payload: Uint8Array): void {
    this.#payload(WIRE_MESSAGE_ID.hashRequest, payload);
  }
  hashes(payload: Uint8Array): void {
    this.#payload(WIRE_MESSAGE_ID.hashes, payload);
  }
  hashReject(payload: Uint8Array): void {
    this.#payload(WIRE_MESSAGE_ID.hashReject, payload);
  }

  /** Only the id and the size of an unknown message are known: its payload becomes zeros. */
  unknown(id: number, payloadBytes: number): void {
    this.#payload(id, new Uint8Array(payloadBytes));
  }

  #number(id: number, number: number): void {
    this.#header(id, 4);
    this.#view.setUint32(this.#end, number);
    this.#end += 4;
  }

  #block(id: number, piece: number, begin: number, length: number): void {
    this.#header(id, 12);
    this.#view.setUint32(this.#end, piece);
    this.#view.setUint32(this.#end + 4, begin);
    this.#view.setUint32(this.#end + 8, length);
    this.#end += 12;
  }

  #payload(id: number, payload: Uint8Array): void {
    this.#header(id, payload.length);
    this.#bytes.set(payload, this.#end);
    this.#end += payload.length;
  }

  /** Reserves space for the whole message, and writes length and id. */
  #header(id: number, payloadBytes: number): void {
    this.#reserve(FRAME_HEADER_BYTES + payloadBytes);
    this.#head(id, payloadBytes);
  }

  #head(id: number, payloadBytes: number): void {
    this.#view.setUint32(this.#end, 1 + payloadBytes);
    this.#bytes[this.#end + 4] = id;
    this.#end += FRAME_HEADER_BYTES;
  }

  #borrow(block: Uint8Array): void {
    const before = this.#cut();
    if (before !== undefined) this.#addPart(before);
    this.#addPart(block);
  }

  #addPart(part: Uint8Array): void {
    this.#parts.push(part);
    this.#partsLength += part.length;
  }

  /** Returns the bytes in the buffer since the last part; undefined if there are none. */
  #cut(): Uint8Array | undefined {
    if (this.#end === this.#start) return undefined;
    const part = this.#bytes.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return part;
  }

  #reserve(byteCount: number): void {
    if (this.#end + byteCount <= this.#bytes.length) return;
    const started = this.#bytes.subarray(this.#start, this.#end);
    const usual = Math.min(SLAB_BYTES, Math.max(FIRST_BYTES, 2 * this.#bytes.length));
    const larger = new Uint8Array(Math.max(usual, 2 * started.length + byteCount));
    larger.set(started);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
    this.#end = started.length;
    this.#start = 0;
  }
}
