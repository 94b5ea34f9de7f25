/**
 * Bencode (BEP 3): integers, byte strings, lists and dictionaries.
 *
 *     i42e   4:spam   l4:spami42ee   d3:bar4:spam3:fooi42ee
 *
 * The decoder is made for untrusted bytes. It bounds the depth and the number of values, an integer
 * has at most 64 bits, and a length may not exceed the bytes that are left. Every value has exactly
 * one canonical form; the decoder accepts some other forms and reports them as a `deviation`, and
 * `decodeStrict` refuses them.
 *
 * A dictionary is a Map, because `__proto__` is a valid key. A key is a string with one character
 * per byte, so that keys that are not valid UTF-8 are preserved.
 */

import { assert } from '@cachetorrent/std';

import { utf8 } from './utf8.ts';
import { WireError } from './violation-rules.ts';

/** A decoded value: integers outside the safe range are `bigint`, strings are bytes. */
export type BencodeValue = number | bigint | Uint8Array | BencodeValue[] | BencodeDictionary;
/** A decoded dictionary; each key has one character per byte. */
export type BencodeDictionary = Map<string, BencodeValue>;

/** A value to encode: text is written as UTF-8, and the keys of objects are sorted. */
export type BencodeInput =
  | number
  | bigint
  | string
  | Uint8Array
  | readonly BencodeInput[]
  | ReadonlyMap<string, BencodeInput>
  | { readonly [key: string]: BencodeInput | undefined };

/** Limits on the work that bencoded data may cause. */
export interface BencodeLimits {
  /** The largest nesting depth of lists and dictionaries. Default: 32. */
  readonly depthMax?: number;
  /** The largest number of values and keys. Default: 10,000. */
  readonly tokensMax?: number;
}

/** A decoded value, and where it ended. */
export interface DecodedBencode {
  /** The value. */
  readonly value: BencodeValue;
  /** The offset of the first byte after the value: BEP 9 puts raw bytes there. */
  readonly end: number;
  /** Describes the first part that was not in canonical form; undefined if all of it was. */
  readonly deviation: string | undefined;
  /** The first key that occurs twice in a dictionary; undefined if none does. */
  readonly repeatedKey: string | undefined;
}

/** Returns the canonical form of `value`. Numbers must be integers. */
export function encodeBencode(value: BencodeInput): Uint8Array {
  const parts: Uint8Array[] = [];
  write(value, parts);
  return concatenate(parts);
}

/**
 * Decodes the value that begins at `start`. Strings are views of `bytes`.
 *
 * @throws WireError `bencode-bomb` for data that only an attacker sends, `malformed-bencode` for
 *   data that is not bencode or is truncated.
 */
export function decodeBencode(
  bytes: Uint8Array,
  { depthMax = 32, tokensMax = 10_000 }: BencodeLimits = {},
  start = 0,
): DecodedBencode {
  const decoder = new Decoder(bytes, start, depthMax, tokensMax);
  const value = decoder.value();
  const { offset: end, deviation, repeatedKey } = decoder;
  return { value, end, deviation, repeatedKey };
}

/**
 * Decodes a dictionary in canonical form that fills `bytes`.
 *
 * @throws WireError `non-canonical-bencode` for another form or trailing bytes, and as
 *   `decodeBencode` does.
 */
export function decodeStrict(bytes: Uint8Array, limits: BencodeLimits = {}): BencodeDictionary {
  const { value, end, deviation } = decodeBencode(bytes, limits);
  if (deviation !== undefined) throw new WireError('non-canonical-bencode', deviation);
  if (end < bytes.length) {
    throw new WireError('non-canonical-bencode', `${bytes.length - end} bytes after the value`);
  }
  if (!(value instanceof Map)) throw new WireError('malformed-bencode', 'not a dictionary');
  return value;
}

/** Returns the bytes of a string that has one character per byte, such as a key. */
export function bytesOfKey(key: string): Uint8Array {
  return Uint8Array.from(key, (letter) => letter.charCodeAt(0));
}

/** Returns the bytes of all parts, in order. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function write(value: BencodeInput, parts: Uint8Array[]): void {
  if (typeof value === 'number' || typeof value === 'bigint') {
    assert(typeof value === 'bigint' || Number.isSafeInteger(value), 'numbers are integers');
    parts.push(bytesOfKey(`i${value}e`));
  } else if (typeof value === 'string') {
    writeString(utf8(value), parts);
  } else if (value instanceof Uint8Array) {
    writeString(value, parts);
  } else if (Array.isArray(value)) {
    parts.push(bytesOfKey('l'));
    for (const item of value as readonly BencodeInput[]) write(item, parts);
    parts.push(bytesOfKey('e'));
  } else {
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    parts.push(bytesOfKey('d'));
    for (const [key, item] of entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
      if (item === undefined) continue;
      writeString(bytesOfKey(key), parts);
      write(item as BencodeInput, parts);
    }
    parts.push(bytesOfKey('e'));
  }
}

function writeString(bytes: Uint8Array, parts: Uint8Array[]): void {
  parts.push(bytesOfKey(`${bytes.length}:`), bytes);
}

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const COLON = 0x3a;
const MINUS = 0x2d;
const DICTIONARY = 0x64;
const END = 0x65;
const INTEGER = 0x69;
const LIST = 0x6c;

/** The number of digits of 2^63. */
const INTEGER_DIGITS = 19;
/** A length of 10 digits already exceeds any message. */
const LENGTH_DIGITS = 10;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

class Decoder {
  readonly #bytes: Uint8Array;
  #depthLeft: number;
  #tokensLeft: number;
  offset: number;
  deviation: string | undefined;
  repeatedKey: string | undefined;

  constructor(bytes: Uint8Array, start: number, depthMax: number, tokensMax: number) {
    this.#bytes = bytes;
    this.offset = start;
    this.#depthLeft = depthMax;
    this.#tokensLeft = tokensMax;
  }

  value(): BencodeValue {
    this.#countToken();
    const first = this.#bytes[this.offset];
    if (first === INTEGER) return this.#integer();
    if (first === LIST) return this.#list();
    if (first === DICTIONARY) return this.#dictionary();
    if (first !== undefined && isDigit(first)) return this.#string();
    if (first === undefined) throw this.#malformed('truncated');
    throw this.#malformed(`no value begins with ${first}`);
  }

  #list(): BencodeValue[] {
    this.#enter();
    const list: BencodeValue[] = [];
    while (this.#bytes[this.offset] !== END) list.push(this.value());
    this.#leave();
    return list;
  }

  #dictionary(): BencodeDictionary {
    this.#enter();
    const dictionary: BencodeDictionary = new Map();
    let last: string | undefined;
    while (this.#bytes[this.offset] !== END) {
      this.#countToken();
      if (!isDigit(this.#bytes[this.offset] ?? 0)) throw this.#malformed('a key is not a string');
      const keyStart = this.offset;
      const key = keyOf(this.#string());
      if (last !== undefined && key <= last) {
        this.#deviate(key === last ? 'a key occurs twice' : 'keys are not sorted', keyStart);
      }
      const value = this.value();
      // The first of equal keys counts, as in libtorrent.
      if (dictionary.has(key)) this.repeatedKey ??= key;
      else dictionary.set(key, value);
      last = key;
    }
    this.#leave();
    return dictionary;
  }

  #enter(): void {
    if (this.#depthLeft-- === 0) throw this.#bomb('lists and dictionaries are nested too deeply');
    this.offset++;
  }

  #leave(): void {
    this.#depthLeft++;
    this.offset++;
  }

  #integer(): number | bigint {
    const start = this.offset++;
    const isNegative = this.#bytes[this.offset] === MINUS;
    if (isNegative) this.offset++;
    const digitsStart = this.offset;
    const magnitude = this.#digits(INTEGER_DIGITS, END);
    if (isNegative && magnitude === 0n) this.#deviate('0 has a sign', start);
    this.#checkLeadingZero(digitsStart);
    this.offset++;
    const signed = isNegative ? -magnitude : magnitude;
    if (signed > INT64_MAX || signed < INT64_MIN) {
      throw this.#bomb('an integer has more than 64 bits');
    }
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  #string(): Uint8Array {
    const start = this.offset;
    const length = Number(this.#digits(LENGTH_DIGITS, COLON));
    this.#checkLeadingZero(start);
    this.offset++;
    if (length > this.#bytes.length - this.offset) {
      // A length that exceeds any message cannot be the result of truncation.
      if (length > 2 ** 24) throw this.#bomb(`a string of ${length} bytes`);
      throw this.#malformed(`a string of ${length} bytes is truncated`);
    }
    const { buffer, byteOffset } = this.#bytes;
    const string = new Uint8Array(buffer, byteOffset + this.offset, length);
    this.offset += length;
    return string;
  }

  /** Reads digits up to the byte `end`, and stops before it. */
  #digits(digitsMax: number, end: number): bigint {
    const start = this.offset;
    let small = 0;
    while (isDigit(this.#bytes[this.offset] ?? 0)) {
      if (this.offset - start === digitsMax) throw this.#bomb(`more than ${digitsMax} digits`);
      small = small * 10 + this.#bytes[this.offset++]! - DIGIT_0;
    }
    if (this.offset === start) throw this.#malformed('a number has no digits');
    const found = this.#bytes[this.offset];
    if (found !== end) {
      throw this.#malformed(found === undefined ? 'truncated' : 'a number has a wrong terminator');
    }
    if (Number.isSafeInteger(small)) return BigInt(small);
    return BigInt(keyOf(this.#bytes.subarray(start, this.offset)));
  }

  #checkLeadingZero(digitsStart: number): void {
    if (this.#bytes[digitsStart] === DIGIT_0 && isDigit(this.#bytes[digitsStart + 1] ?? 0)) {
      this.#deviate('a number has a leading 0', digitsStart);
    }
  }

  #countToken(): void {
    if (this.#tokensLeft-- === 0) throw this.#bomb('too many values');
  }

  #deviate(description: string, offset: number): void {
    this.deviation ??= `${description}, at byte ${offset}`;
  }

  #bomb(description: string): WireError {
    return new WireError('bencode-bomb', `${description}, at byte ${this.offset}`);
  }

  #malformed(description: string): WireError {
    return new WireError('malformed-bencode', `${description}, at byte ${this.offset}`);
  }
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_9;
}

/** Returns a string with one character per byte, which sorts as the bytes do. */
function keyOf(bytes: Uint8Array): string {
  let key = '';
  for (let i = 0; i < bytes.length; i += 1024) {
    key += String.fromCharCode(...bytes.subarray(i, i + 1024));
  }
  return key;
}
