/**
 * Decodes the frames of a stream of bytes that arrives in chunks of any size, and passes each
 * message to a handler.
 *
 * A frame that lies within one chunk is decoded in place. Only a frame that is split between chunks
 * is copied, to `#partial`:
 *
 *     chunk   ...|have|piece.........|ha]  [ve|have|...
 *                 in place            └──┬──┘  in place again
 *                                     #partial
 *
 * The length is checked as soon as it and the id have arrived, that is after five bytes. No memory
 * is reserved for announced bytes: `#partial` grows with the bytes that have arrived. So at most
 * one frame of the largest allowed size is buffered.
 */

import { assert } from '@cachetorrent/std';

import { bitfieldBytes, FrameLengths } from './frame-lengths.ts';
import type { WireLimits } from './limits.ts';
import { FRAME_HEADER_BYTES, WIRE_MESSAGE_ID, type WireMessages } from './messages.ts';
import { WireError } from './violation-rules.ts';

/** Options of a FrameDecoder. */
export interface FrameDecoderOptions {
  /** Limits on the length of frames. */
  readonly limits: WireLimits;
  /** The number of pieces; undefined before the torrent's metadata is known. */
  readonly pieceCount?: number | undefined;
  /** Refuse or skip frames with unassigned ids. */
  readonly unknown: 'refuse' | 'skip';
}

const EMPTY = new Uint8Array(0);
/** A larger buffer is released after one use. */
const KEPT_BYTES = 2 ** 16;

/** Decodes messages from a stream of bytes that arrives in chunks of any size (BEP 3). */
export class FrameDecoder {
  readonly #lengths: FrameLengths;
  readonly #skipsUnknown: boolean;

  #chunk: Uint8Array = EMPTY;
  #offset = 0;

  #partial: Uint8Array = EMPTY;
  #partialLength = 0;
  /** Alternates with `#partial`, so that the last payload remains valid until `push`. */
  #spare: Uint8Array = EMPTY;
  /** Bytes still to come of a frame that is skipped. */
  #skipBytes = 0;

  constructor({ limits, pieceCount, unknown }: FrameDecoderOptions) {
    this.#lengths = new FrameLengths(limits, bitfieldBytes(pieceCount, limits));
    this.#skipsUnknown = unknown === 'skip';
  }

  /** Limits the length of extension messages with `id`, both ids included. */
  limitExtended(id: number, bytesMax: number): void {
    this.#lengths.limitExtended(id, bytesMax);
  }

  /** Adds the next bytes of the stream. `next` must have returned false before. */
  push(chunk: Uint8Array): void {
    assert(
      this.#offset === this.#chunk.length,
      'a chunk is decoded to its end before the next push',
    );
    this.#chunk = chunk;
    this.#offset = 0;
  }

  /**
   * Passes the next message to `handler` and returns true; returns false if more bytes are needed.
   * Payloads are views that remain valid until the next `push`.
   *
   * @throws WireError if a frame is invalid; the decoder must not be used after that.
   */
  next(handler: WireMessages): boolean {
    if (this.#skipBytes > 0 && !this.#skipRest()) return false;
    if (this.#partialLength > 0) return this.#nextPartial(handler);

    const bytes = this.#chunk;
    const at = this.#offset;
    const left = bytes.length - at;
    if (left < FRAME_HEADER_BYTES) return left > 0 && this.#nextPartial(handler);

    const length = uint32(bytes, at);
    if (length > left - 4 || length === 0) return this.#nextPartial(handler);
    const id = bytes[at + 4]!;
    if (id === WIRE_MESSAGE_ID.have && length === 5) {
      // By far the most common message.
      this.#offset = at + 9;
      handler.have(uint32(bytes, at + 5));
      return true;
    }
    if (!this.#lengths.check(id, length)) return this.#nextUnknown(handler, id, length, at + 5);
    if (id === WIRE_MESSAGE_ID.extended) this.#lengths.checkExtended(bytes[at + 5]!, length);
    this.#offset = at + 4 + length;
    dispatch(handler, id, bytes, at + FRAME_HEADER_BYTES, length - 1);
    return true;
  }

  /** Bytes that are buffered, or were pushed and are not decoded yet. */
  get bufferedBytes(): number {
    return this.#partialLength + this.#chunk.length - this.#offset;
  }

  /** Whether a frame has arrived in part. */
  get isMidFrame(): boolean {
    return this.#partialLength > 0 || this.#skipBytes > 0;
  }

  #nextPartial(handler: WireMessages): boolean {
    if (!this.#fill(4)) return false;
    const length = uint32(this.#partial, 0);
    this.#lengths.checkAny(length);
    if (length === 0) {
      this.#partialLength = 0;
      handler.keepAlive();
      return true;
    }

    if (!this.#fill(FRAME_HEADER_BYTES)) return false;
    const id = this.#partial[4]!;
    if (!this.#lengths.check(id, length))
      return this.#nextUnknown(handler, id, length, this.#offset);
    if (id === WIRE_MESSAGE_ID.extended) {
      if (!this.#fill(FRAME_HEADER_BYTES + 1)) return false;
      this.#lengths.checkExtended(this.#partial[5]!, length);
    }

    if (!this.#fill(4 + length)) return false;
    const whole = this.#partial;
    this.#partial = this.#spare;
    this.#partialLength = 0;
    this.#spare = whole.length > KEPT_BYTES ? EMPTY : whole;
    dispatch(handler, id, whole, FRAME_HEADER_BYTES, length - 1);
    return true;
  }

  #nextUnknown(handler: WireMessages, id: number, length: number, payloadAt: number): boolean {
    if (!this.#skipsUnknown) {
      throw new WireError('unknown-message', `no message has id ${id}`);
    }
    this.#partialLength = 0;
    this.#offset = payloadAt;
    this.#skipBytes = length - 1;
    handler.unknown(id, length - 1);
    return true;
  }

  /** Skips bytes of an unknown frame; returns false if the chunk ends before the frame. */
  #skipRest(): boolean {
    const skipped = Math.min(this.#skipBytes, this.#chunk.length - this.#offset);
    this.#skipBytes -= skipped;
    this.#offset += skipped;
    return this.#skipBytes === 0;
  }

  /** Moves bytes from the chunk until `#partial` has `needed`; returns false if it has fewer. */
  #fill(needed: number): boolean {
    const length = this.#partialLength;
    const moved = Math.min(needed - length, this.#chunk.length - this.#offset);
    if (moved > 0) {
      const bytes = this.#chunk;
      if (length + moved > this.#partial.length) this.#grow(length + moved, needed);
      this.#partial.set(view(bytes, this.#offset, moved), length);
      this.#partialLength += moved;
      this.#offset += moved;
    }
    return this.#partialLength >= needed;
  }

  #grow(minBytes: number, maxBytes: number): void {
    const doubled = Math.min(maxBytes, 2 * this.#partial.length);
    const larger = new Uint8Array(Math.max(minBytes, doubled, 16));
    larger.set(this.#partial.subarray(0, this.#partialLength));
    this.#partial = larger;
  }
}

/** Passes on the message `id` with the payload at offset `at`, whose length has been checked. */
function dispatch(
  handler: WireMessages,
  id: number,
  bytes: Uint8Array,
  at: number,
  payloadBytes: number,
): void {
  switch (id) {
    case WIRE_MESSAGE_ID.choke:
      return handler.choke();
    case WIRE_MESSAGE_ID.unchoke:
      return handler.unchoke();
    case WIRE_MESSAGE_ID.interested:
      return handler.interested();
    case WIRE_MESSAGE_ID.notInterested:
      return handler.notInterested();
    case WIRE_MESSAGE_ID.have:
      return handler.have(uint32(bytes, at));
    case WIRE_MESSAGE_ID.bitfield:
      return handler.bitfield(view(bytes, at, payloadBytes));
    case WIRE_MESSAGE_ID.request:
      return handler.request(uint32(bytes, at), uint32(bytes, at + 4), uint32(bytes, at + 8));
    case WIRE_MESSAGE_ID.piece: {
      const block = view(bytes, at + 8, payloadBytes - 8);
      return handler.piece(uint32(bytes, at), uint32(bytes, at + 4), block);
    }
    case WIRE_MESSAGE_ID.cancel:
      return handler.cancel(uint32(bytes, at), uint32(bytes, at + 4), uint32(bytes, at + 8));
    case WIRE_MESSAGE_ID.port:
      return handler.port((bytes[at]! << 8) | bytes[at + 1]!);
    case WIRE_MESSAGE_ID.suggest:
      return handler.suggest(uint32(bytes, at));
    case WIRE_MESSAGE_ID.haveAll:
      return handler.haveAll();
    case WIRE_MESSAGE_ID.haveNone:
      return handler.haveNone();
    case WIRE_MESSAGE_ID.reject:
      return handler.reject(uint32(bytes, at), uint32(bytes, at + 4), uint32(bytes, at + 8));
    case WIRE_MESSAGE_ID.allowedFast:
      return handler.allowedFast(uint32(bytes, at));
    case WIRE_MESSAGE_ID.extended:
      return handler.extended(bytes[at]!, view(bytes, at + 1, payloadBytes - 1));
    case WIRE_MESSAGE_ID.hashRequest:
      return handler.hashRequest(view(bytes, at, payloadBytes));
    case WIRE_MESSAGE_ID.hashes:
      return handler.hashes(view(bytes, at, payloadBytes));
    case WIRE_MESSAGE_ID.hashReject:
      return handler.hashReject(view(bytes, at, payloadBytes));
    default:
      assert(false, 'an id whose length was accepted is assigned');
  }
}

/** Returns a plain view, also of a Node Buffer, whose own `subarray` is several times slower. */
function view(bytes: Uint8Array, at: number, length: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + at, length);
}

function uint32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  );
}
