/**
 * Reads frames from a stream of bytes that comes in chunks of any size, and tells a hearer.
 *
 * A frame that lies whole in a chunk is read where it lies. Only one that is cut by the end of a
 * chunk is copied together, in `#partial`:
 *
 *     chunk   ...|have|piece.........|ha]  [ve|have|...
 *                 in place            └──┬──┘  in place again
 *                                     #partial
 *
 * The length is judged when it and the id are there, that is after five bytes, and nothing is
 * reserved on the word of the sender: `#partial` grows with the bytes that have really come. So
 * no more than one frame of the largest size allowed is ever held.
 */

import { assert } from '@cachetorrent/std';

import { bitfieldBytes, FrameLengths } from './frame-lengths.ts';
import type { WireLimits } from './limits.ts';
import { WireError } from './wire-error.ts';
import { FRAME_HEADER_BYTES, ID, type WireMessages } from './messages.ts';

/** What a decoder is told when it is made. */
export interface FrameDecoderOptions {
  /** How long a frame of each kind may be. */
  readonly limits: WireLimits;
  /** Undefined before the torrent's metadata is known. */
  readonly pieceCount?: number | undefined;
  /** What to do about ids that nobody has assigned. */
  readonly unknown: 'refuse' | 'skip';
}

const EMPTY = new Uint8Array(0);
/** A larger buffer is let go after its one use. */
const KEPT_BYTES = 2 ** 16;

/** Reads messages from a stream of bytes that comes in chunks of any size. */
export class FrameDecoder {
  readonly #lengths: FrameLengths;
  readonly #skipsUnknown: boolean;

  #chunk: Uint8Array = EMPTY;
  #at = 0;

  #partial: Uint8Array = EMPTY;
  #partialLength = 0;
  /** Takes turns with `#partial`, so that what was told last stays as it is until `push`. */
  #spare: Uint8Array = EMPTY;
  /** What is left to come of a frame that nobody wants to hear. */
  #skip = 0;

  constructor({ limits, pieceCount, unknown }: FrameDecoderOptions) {
    this.#lengths = new FrameLengths(limits, bitfieldBytes(pieceCount, limits));
    this.#skipsUnknown = unknown === 'skip';
  }

  /** Extended messages that come with `id` are at most so long, ids included. */
  limitExtended(id: number, bytesMax: number): void {
    this.#lengths.limitExtended(id, bytesMax);
  }

  /** The next bytes of the stream. All frames that were there before must have been read. */
  push(chunk: Uint8Array): void {
    assert(this.#at === this.#chunk.length, 'a chunk is read to its end before the next comes');
    this.#chunk = chunk;
    this.#at = 0;
  }

  /**
   * Tells `hearer` the next message and returns true; or false where more bytes are needed.
   * Payloads are views of the chunk: they hold until the next `push`.
   *
   * Throws WireError, after which this decoder must not be used.
   */
  next(hearer: WireMessages): boolean {
    if (this.#skip > 0 && !this.#skipOn()) return false;
    if (this.#partialLength > 0) return this.#nextPartial(hearer);

    const bytes = this.#chunk;
    const at = this.#at;
    const left = bytes.length - at;
    if (left < FRAME_HEADER_BYTES) return left > 0 && this.#nextPartial(hearer);

    const length = uint32(bytes, at);
    if (length > left - 4 || length === 0) return this.#nextPartial(hearer);
    const id = bytes[at + 4]!;
    if (id === ID.have && length === 5) {
      // By far the most common message.
      this.#at = at + 9;
      hearer.have(uint32(bytes, at + 5));
      return true;
    }
    if (!this.#lengths.check(id, length)) return this.#nextUnknown(hearer, id, length, at + 5);
    if (id === ID.extended) this.#lengths.checkExtended(bytes[at + 5]!, length);
    this.#at = at + 4 + length;
    tell(hearer, id, bytes, at + FRAME_HEADER_BYTES, length - 1);
    return true;
  }

  /** Bytes held, or lent by the last `push` and not yet read. */
  get buffered(): number {
    return this.#partialLength + this.#chunk.length - this.#at;
  }

  /** Whether a frame has begun to come that has not come to its end. */
  get midFrame(): boolean {
    return this.#partialLength > 0 || this.#skip > 0;
  }

  #nextPartial(hearer: WireMessages): boolean {
    if (!this.#fill(4)) return false;
    const length = uint32(this.#partial, 0);
    this.#lengths.checkAny(length);
    if (length === 0) {
      this.#partialLength = 0;
      hearer.keepAlive();
      return true;
    }

    if (!this.#fill(FRAME_HEADER_BYTES)) return false;
    const id = this.#partial[4]!;
    if (!this.#lengths.check(id, length)) return this.#nextUnknown(hearer, id, length, this.#at);
    if (id === ID.extended) {
      if (!this.#fill(FRAME_HEADER_BYTES + 1)) return false;
      this.#lengths.checkExtended(this.#partial[5]!, length);
    }

    if (!this.#fill(4 + length)) return false;
    const whole = this.#partial;
    this.#partial = this.#spare;
    this.#partialLength = 0;
    this.#spare = whole.length > KEPT_BYTES ? EMPTY : whole;
    tell(hearer, id, whole, FRAME_HEADER_BYTES, length - 1);
    return true;
  }

  #nextUnknown(hearer: WireMessages, id: number, length: number, payloadAt: number): boolean {
    if (!this.#skipsUnknown) {
      throw new WireError('unknown-message', `no message has id ${id}`);
    }
    this.#partialLength = 0;
    this.#at = payloadAt;
    this.#skip = length - 1;
    hearer.unknown(id, length - 1);
    return true;
  }

  /** Passes over what is not wanted; false where the chunk ends before that does. */
  #skipOn(): boolean {
    const skipped = Math.min(this.#skip, this.#chunk.length - this.#at);
    this.#skip -= skipped;
    this.#at += skipped;
    return this.#skip === 0;
  }

  /** Moves bytes from the chunk until `wanted` of them are in `#partial`; false if they do not. */
  #fill(wanted: number): boolean {
    const length = this.#partialLength;
    const moved = Math.min(wanted - length, this.#chunk.length - this.#at);
    if (moved > 0) {
      const bytes = this.#chunk;
      if (length + moved > this.#partial.length) this.#grow(length + moved, wanted);
      this.#partial.set(view(bytes, this.#at, moved), length);
      this.#partialLength += moved;
      this.#at += moved;
    }
    return this.#partialLength >= wanted;
  }

  #grow(needed: number, wanted: number): void {
    const doubled = Math.min(wanted, 2 * this.#partial.length);
    const larger = new Uint8Array(Math.max(needed, doubled, 16));
    larger.set(this.#partial.subarray(0, this.#partialLength));
    this.#partial = larger;
  }
}

/** Tells the message `id` with the payload at `at`, whose length has been checked. */
function tell(
  hearer: WireMessages,
  id: number,
  bytes: Uint8Array,
  at: number,
  payloadBytes: number,
): void {
  switch (id) {
    case ID.choke:
      return hearer.choke();
    case ID.unchoke:
      return hearer.unchoke();
    case ID.interested:
      return hearer.interested();
    case ID.notInterested:
      return hearer.notInterested();
    case ID.have:
      return hearer.have(uint32(bytes, at));
    case ID.bitfield:
      return hearer.bitfield(view(bytes, at, payloadBytes));
    case ID.request:
      return hearer.request(uint32(bytes, at), uint32(bytes, at + 4), uint32(bytes, at + 8));
    case ID.piece: {
      const block = view(bytes, at + 8, payloadBytes - 8);
      return hearer.piece(uint32(bytes, at), uint32(bytes, at + 4), block);
    }
    case ID.cancel:
      return hearer.cancel(uint32(bytes, at), uint32(bytes, at + 4), uint32(bytes, at + 8));
    case ID.port:
      return hearer.port((bytes[at]! << 8) | bytes[at + 1]!);
    case ID.suggest:
      return hearer.suggest(uint32(bytes, at));
    case ID.haveAll:
      return hearer.haveAll();
    case ID.haveNone:
      return hearer.haveNone();
    case ID.reject:
      return hearer.reject(uint32(bytes, at), uint32(bytes, at + 4), uint32(bytes, at + 8));
    case ID.allowedFast:
      return hearer.allowedFast(uint32(bytes, at));
    case ID.extended:
      return hearer.extended(bytes[at]!, view(bytes, at + 1, payloadBytes - 1));
    case ID.hashRequest:
      return hearer.hashRequest(view(bytes, at, payloadBytes));
    case ID.hashes:
      return hearer.hashes(view(bytes, at, payloadBytes));
    case ID.hashReject:
      return hearer.hashReject(view(bytes, at, payloadBytes));
    default:
      assert(false, 'an id whose length was accepted is one that we know');
  }
}

/** A plain view, also of a Node Buffer, whose own `subarray` is several times as slow. */
function view(bytes: Uint8Array, at: number, length: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + at, length);
}

function uint32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  );
}
