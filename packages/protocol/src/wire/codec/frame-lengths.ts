/** The lengths that a frame of each message may have: checked before its payload is buffered. */

import type { WireLimits } from './limits.ts';
import { WIRE_MESSAGE_ID } from './messages.ts';
import { WireError } from './violation-rules.ts';

/** Returns the allowed bytes of a bitfield: exact if the number of pieces is known. */
export function bitfieldBytes(
  pieceCount: number | undefined,
  limits: WireLimits,
): { readonly min: number; readonly max: number } {
  if (pieceCount === undefined) return { min: 0, max: Math.ceil(limits.pieceCount / 8) };
  const exact = Math.ceil(pieceCount / 8);
  return { min: exact, max: exact };
}

const HASH_REQUEST_BYTES = 48;
const HASH_BYTES = 32;

/** Checks lengths as in the length field: of the id and the payload, in bytes. */
export class FrameLengths {
  readonly #frameMax: number;
  /** The smallest and largest length for each id; a largest of 0 means an unassigned id. */
  readonly #min = new Uint32Array(256);
  readonly #max = new Uint32Array(256);
  readonly #extendedMax: Uint32Array;

  constructor(limits: WireLimits, bitfield: { readonly min: number; readonly max: number }) {
    this.#frameMax = limits.frameBytes;
    this.#extendedMax = new Uint32Array(256).fill(limits.extendedBytes);

    this.#allow(
      1,
      1,
      WIRE_MESSAGE_ID.choke,
      WIRE_MESSAGE_ID.unchoke,
      WIRE_MESSAGE_ID.interested,
      WIRE_MESSAGE_ID.notInterested,
    );
    this.#allow(1, 1, WIRE_MESSAGE_ID.haveAll, WIRE_MESSAGE_ID.haveNone);
    this.#allow(5, 5, WIRE_MESSAGE_ID.have, WIRE_MESSAGE_ID.suggest, WIRE_MESSAGE_ID.allowedFast);
    this.#allow(13, 13, WIRE_MESSAGE_ID.request, WIRE_MESSAGE_ID.cancel, WIRE_MESSAGE_ID.reject);
    this.#allow(3, 3, WIRE_MESSAGE_ID.port);
    this.#allow(1 + bitfield.min, 1 + bitfield.max, WIRE_MESSAGE_ID.bitfield);
    this.#allow(9, 9 + limits.blockBytes, WIRE_MESSAGE_ID.piece);
    this.#allow(2, limits.extendedBytes, WIRE_MESSAGE_ID.extended);
    this.#allow(
      1 + HASH_REQUEST_BYTES,
      1 + HASH_REQUEST_BYTES,
      WIRE_MESSAGE_ID.hashRequest,
      WIRE_MESSAGE_ID.hashReject,
    );
    this.#allow(1 + HASH_REQUEST_BYTES, limits.extendedBytes, WIRE_MESSAGE_ID.hashes);
  }

  limitExtended(id: number, max: number): void {
    this.#extendedMax[id] = max;
  }

  /** @throws WireError `frame-too-long` if `length` exceeds that of any frame. */
  checkAny(length: number): void {
    if (length > this.#frameMax) {
      throw new WireError('frame-too-long', `${length} bytes, limit ${this.#frameMax}`);
    }
  }

  /**
   * Returns whether the id is assigned.
   *
   * @throws WireError if a frame with this `id` cannot have this `length`.
   */
  check(id: number, length: number): boolean {
    const min = this.#min[id]!;
    const max = this.#max[id]!;
    if (length >= min && length <= max && id !== WIRE_MESSAGE_ID.hashes) return true;

    this.checkAny(length);
    if (max === 0) return false;
    if (id === WIRE_MESSAGE_ID.hashes && length <= max && length >= min) {
      if ((length - min) % HASH_BYTES === 0) return true;
    } else if (id === WIRE_MESSAGE_ID.bitfield) {
      throw new WireError(
        'wrong-bitfield-length',
        `${length - 1} bytes, not ${min === max ? min - 1 : `at most ${max - 1}`}`,
      );
    } else if (length > max && min !== max) {
      throw new WireError('frame-too-long', `message ${id} of ${length} bytes, limit ${max}`);
    }
    throw new WireError(
      'wrong-length',
      `message ${id} has ${min === max ? '' : 'at least '}${min} bytes, not ${length}`,
    );
  }

  /** @throws WireError `frame-too-long` if an extension message with `id` may not be so long. */
  checkExtended(id: number, length: number): void {
    const max = this.#extendedMax[id]!;
    if (length > max) {
      throw new WireError(
        'frame-too-long',
        `extension message ${id} of ${length} bytes, limit ${max}`,
      );
    }
  }

  #allow(min: number, max: number, ...ids: number[]): void {
    for (const id of ids) {
      this.#min[id] = min;
      this.#max[id] = max;
    }
  }
}
