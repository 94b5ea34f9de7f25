/**
 * Integers as bytes: 7 bits in each, the lowest first, and the highest bit of a byte says that more
 * follow (LEB128). A signed integer is one without sign first: 0, -1, 1, -2 … become 0, 1, 2, 3 …
 *
 *     300   10101100 00000010
 */

import { Malformed } from './errors.ts';

/** Longer than any integer that a float holds exactly. */
const BYTES_MAX = 8;

/** Writes integers into memory that grows as needed and is used again. */
export class ByteWriter {
  #bytes = new Uint8Array(1_024);
  /** The number of bytes written. */
  length = 0;

  /** Writes an integer from 0 to 2^53 - 1. */
  uint(value: number): void {
    if (this.length + BYTES_MAX > this.#bytes.length) this.#grow(BYTES_MAX);
    const bytes = this.#bytes;
    let { length } = this;
    let rest = value;
    while (rest > 0x7fff_ffff) {
      bytes[length++] = 0x80 | (rest % 128);
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      bytes[length++] = 0x80 | (rest & 0x7f);
      rest >>>= 7;
    }
    bytes[length++] = rest;
    this.length = length;
  }

  /** Writes an integer from -2^52 to 2^52 - 1. */
  sint(value: number): void {
    this.uint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Appends bytes as they are. */
  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A copy of all that has been written, which is forgotten. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + needed));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
  }
}

/** Reads what `ByteWriter` has written, or anything else: it fails if that makes no sense. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  /** The position of the next byte. */
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether all has been read. */
  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  /** @throws Malformed if there is no integer from 0 to 2^53 - 1 */
  uint(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.at++];
    if (byte === undefined) throw new Malformed('ends within an integer');
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 128;
    for (let count = 1; count < BYTES_MAX; count++) {
      byte = bytes[this.at++];
      if (byte === undefined) throw new Malformed('ends within an integer');
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
    }
    throw new Malformed('has an integer above 2^53');
  }

  /** @throws Malformed if there is no integer below `limit`; `what` names it */
  below(limit: number, what: string): number {
    const value = this.uint();
    if (value >= limit) throw new Malformed(`has ${what} ${value}, and there are ${limit}`);
    return value;
  }

  /** @throws Malformed if there is no integer */
  sint(): number {
    const value = this.uint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** The next bytes, without a copy. @throws Malformed if there are fewer */
  bytes(length: number): Uint8Array {
    if (length > this.#bytes.length - this.at) throw new Malformed('ends too early');
    const taken = this.#bytes.subarray(this.at, this.at + length);
    this.at += length;
    return taken;
  }
}
