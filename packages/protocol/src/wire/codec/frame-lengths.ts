/** How long a frame of each kind may be, which is asked before its payload is let in. */

import type { WireLimits } from './limits.ts';
import { WireError } from './wire-error.ts';
import { ID } from './messages.ts';

/** Bytes of a bitfield: the torrent's, or the most that there may be before it is known. */
export function bitfieldBytes(
  pieceCount: number | undefined,
  limits: WireLimits,
): { readonly least: number; readonly most: number } {
  if (pieceCount === undefined) return { least: 0, most: Math.ceil(limits.pieceCount / 8) };
  const exact = Math.ceil(pieceCount / 8);
  return { least: exact, most: exact };
}

const HASH_REQUEST_BYTES = 48;
const HASH_BYTES = 32;

/** Lengths here are those of the length field: the id and the payload. */
export class FrameLengths {
  readonly #frameMost: number;
  /** For each id the least and the most; a most of 0 means that nobody has assigned the id. */
  readonly #least = new Uint32Array(256);
  readonly #most = new Uint32Array(256);
  readonly #extendedMost: Uint32Array;

  constructor(limits: WireLimits, bitfield: { readonly least: number; readonly most: number }) {
    this.#frameMost = limits.frameBytes;
    this.#extendedMost = new Uint32Array(256).fill(limits.extendedBytes);

    this.#allow(1, 1, ID.choke, ID.unchoke, ID.interested, ID.notInterested);
    this.#allow(1, 1, ID.haveAll, ID.haveNone);
    this.#allow(5, 5, ID.have, ID.suggest, ID.allowedFast);
    this.#allow(13, 13, ID.request, ID.cancel, ID.reject);
    this.#allow(3, 3, ID.port);
    this.#allow(1 + bitfield.least, 1 + bitfield.most, ID.bitfield);
    this.#allow(9, 9 + limits.blockBytes, ID.piece);
    this.#allow(2, limits.extendedBytes, ID.extended);
    this.#allow(1 + HASH_REQUEST_BYTES, 1 + HASH_REQUEST_BYTES, ID.hashRequest, ID.hashReject);
    this.#allow(1 + HASH_REQUEST_BYTES, limits.extendedBytes, ID.hashes);
  }

  limitExtended(id: number, most: number): void {
    this.#extendedMost[id] = most;
  }

  /** Throws where no frame may be so long. */
  checkAny(length: number): void {
    if (length > this.#frameMost) {
      throw new WireError('frame-too-long', `${length} bytes, over ${this.#frameMost}`);
    }
  }

  /** Throws where no frame with this `id` is so long. Returns false where nobody knows the id. */
  check(id: number, length: number): boolean {
    const least = this.#least[id]!;
    const most = this.#most[id]!;
    if (length >= least && length <= most && id !== ID.hashes) return true;

    this.checkAny(length);
    if (most === 0) return false;
    if (id === ID.hashes && length <= most && length >= least) {
      if ((length - least) % HASH_BYTES === 0) return true;
    } else if (id === ID.bitfield) {
      throw new WireError(
        'wrong-bitfield-length',
        `${length - 1} bytes, not ${least === most ? least - 1 : `at most ${most - 1}`}`,
      );
    } else if (length > most && least !== most) {
      throw new WireError('frame-too-long', `message ${id} of ${length}, over ${most}`);
    }
    throw new WireError(
      'wrong-length',
      `message ${id} has ${least === most ? '' : 'at least '}${least} bytes, not ${length}`,
    );
  }

  /** Throws where extended messages with this id are shorter. */
  checkExtended(id: number, length: number): void {
    const most = this.#extendedMost[id]!;
    if (length > most) {
      throw new WireError('frame-too-long', `extended ${id} of ${length}, over ${most}`);
    }
  }

  #allow(least: number, most: number, ...ids: number[]): void {
    for (const id of ids) {
      this.#least[id] = least;
      this.#most[id] = most;
    }
  }
}
