/** The reading half of bencode; `bencode.ts` says what it puts up with. */

import type { Bencoded, BencodedDictionary } from './bencode.ts';
import { WireError } from './wire-error.ts';

/** How much bencoded data may make a reader do. */
export interface BencodeOptions {
  /** Lists and dictionaries inside one another. */
  readonly depthMax?: number;
  /** Values and keys in all. */
  readonly tokensMax?: number;
}

/** A value, and where it ended. */
export interface DecodedBencode {
  /** What was read. */
  readonly value: Bencoded;
  /** Where the value ends: BEP 9 puts raw bytes behind it. */
  readonly end: number;
  /** The first thing that was not written in the one right form, if any was not. */
  readonly deviation: string | undefined;
}

/**
 * Reads the value that begins at `start`. Throws WireError: `bencode-bomb` for what only
 * an attacker sends, `malformed-bencode` for what makes no sense or is cut short.
 *
 * Strings are views of `bytes`.
 */
export function decodeBencode(
  bytes: Uint8Array,
  { depthMax = 32, tokensMax = 10_000 }: BencodeOptions = {},
  start = 0,
): DecodedBencode {
  const reader = new Reader(bytes, start, depthMax, tokensMax);
  const value = reader.value();
  return { value, end: reader.at, deviation: reader.deviation };
}

/** The same for a dictionary in the one right form, with nothing behind it. */
export function decodeStrict(bytes: Uint8Array, options: BencodeOptions = {}): BencodedDictionary {
  const { value, end, deviation } = decodeBencode(bytes, options);
  if (deviation !== undefined) throw new WireError('non-canonical-bencode', deviation);
  if (end < bytes.length) {
    throw new WireError('non-canonical-bencode', `${bytes.length - end} bytes behind it`);
  }
  if (!(value instanceof Map)) {
    throw new WireError('malformed-bencode', 'it is no dictionary');
  }
  return value;
}

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const COLON = 0x3a;
const MINUS = 0x2d;
const DICTIONARY = 0x64;
const END = 0x65;
const INTEGER = 0x69;
const LIST = 0x6c;

/** The digits of 2^63; a length of 2^53 has fewer. */
const INTEGER_DIGITS = 19;
const LENGTH_DIGITS = 10;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

class Reader {
  readonly #bytes: Uint8Array;
  #depthLeft: number;
  #tokensLeft: number;
  at: number;
  deviation: string | undefined;

  constructor(bytes: Uint8Array, start: number, depthMax: number, tokensMax: number) {
    this.#bytes = bytes;
    this.at = start;
    this.#depthLeft = depthMax;
    this.#tokensLeft = tokensMax;
  }

  value(): Bencoded {
    this.#countToken();
    const first = this.#bytes[this.at];
    if (first === INTEGER) return this.#integer();
    if (first === LIST) return this.#list();
    if (first === DICTIONARY) return this.#dictionary();
    if (first !== undefined && isDigit(first)) return this.#string();
    if (first === undefined) throw this.#malformed('it is cut short');
    throw this.#malformed(`no value begins with ${first}`);
  }

  #list(): Bencoded[] {
    this.#enter();
    const list: Bencoded[] = [];
    while (this.#bytes[this.at] !== END) list.push(this.value());
    this.#leave();
    return list;
  }

  #dictionary(): BencodedDictionary {
    this.#enter();
    const dictionary: BencodedDictionary = new Map();
    let last: string | undefined;
    while (this.#bytes[this.at] !== END) {
      this.#countToken();
      if (!isDigit(this.#bytes[this.at] ?? 0)) throw this.#malformed('a key is a string');
      const keyAt = this.at;
      const key = keyOf(this.#string());
      if (last !== undefined && key <= last) {
        this.#remark(key === last ? 'a key comes twice' : 'keys are not in order', keyAt);
      }
      const value = this.value();
      // The first of equals counts, as in libtorrent.
      if (!dictionary.has(key)) dictionary.set(key, value);
      last = key;
    }
    this.#leave();
    return dictionary;
  }

  #enter(): void {
    if (this.#depthLeft-- === 0) throw this.#bomb('lists and dictionaries are nested too deep');
    this.at++;
  }

  #leave(): void {
    this.#depthLeft++;
    this.at++;
  }

  #integer(): number | bigint {
    const startAt = this.at++;
    const negative = this.#bytes[this.at] === MINUS;
    if (negative) this.at++;
    const digitsAt = this.at;
    const value = this.#digits(INTEGER_DIGITS, END);
    if (negative && value === 0n) this.#remark('0 has a sign', startAt);
    this.#remarkLeadingZero(digitsAt);
    this.at++;
    const signed = negative ? -value : value;
    if (signed > INT64_MAX || signed < INT64_MIN) throw this.#bomb('an integer has over 64 bits');
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  #string(): Uint8Array {
    const startAt = this.at;
    const length = Number(this.#digits(LENGTH_DIGITS, COLON));
    this.#remarkLeadingZero(startAt);
    this.at++;
    if (length > this.#bytes.length - this.at) {
      // A length that is too large for any message was not made by cutting one short.
      if (length > 2 ** 24) throw this.#bomb(`a string of ${length} bytes`);
      throw this.#malformed(`a string of ${length} bytes is cut short`);
    }
    const { buffer, byteOffset } = this.#bytes;
    const string = new Uint8Array(buffer, byteOffset + this.at, length);
    this.at += length;
    return string;
  }

  /** Digits up to `end`, where it stays. */
  #digits(digitsMax: number, end: number): bigint {
    const startAt = this.at;
    let small = 0;
    while (isDigit(this.#bytes[this.at] ?? 0)) {
      if (this.at - startAt === digitsMax) throw this.#bomb(`more than ${digitsMax} digits`);
      small = small * 10 + this.#bytes[this.at++]! - DIGIT_0;
    }
    if (this.at === startAt) throw this.#malformed('a number has no digits');
    const found = this.#bytes[this.at];
    if (found !== end) {
      throw this.#malformed(found === undefined ? 'it is cut short' : 'a number has a wrong end');
    }
    if (Number.isSafeInteger(small)) return BigInt(small);
    return BigInt(keyOf(this.#bytes.subarray(startAt, this.at)));
  }

  #remarkLeadingZero(digitsAt: number): void {
    if (this.#bytes[digitsAt] === DIGIT_0 && isDigit(this.#bytes[digitsAt + 1] ?? 0)) {
      this.#remark('a number begins with 0', digitsAt);
    }
  }

  #countToken(): void {
    if (this.#tokensLeft-- === 0) throw this.#bomb('it has too many values');
  }

  #remark(what: string, at: number): void {
    this.deviation ??= `${what}, at byte ${at}`;
  }

  #bomb(what: string): WireError {
    return new WireError('bencode-bomb', `${what}, at byte ${this.at}`);
  }

  #malformed(what: string): WireError {
    return new WireError('malformed-bencode', `${what}, at byte ${this.at}`);
  }
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_9;
}

/** One character for each byte, so that text and anything else are told apart and in order. */
function keyOf(bytes: Uint8Array): string {
  let key = '';
  for (let i = 0; i < bytes.length; i += 1024) {
    key += String.fromCharCode(...bytes.subarray(i, i + 1024));
  }
  return key;
}
