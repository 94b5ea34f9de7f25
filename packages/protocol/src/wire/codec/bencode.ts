/**
 * Bencode (BEP 3): integers, strings of bytes, lists and dictionaries, as bytes and back.
 *
 *     i42e   4:spam   l4:spami42ee   d3:bar4:spam3:fooi42ee
 *
 * The reader is made for strangers' bytes. Depth and number of values are bounded, an integer
 * has 64 bits, a length must fit in what there is, and every value has only one right form: a
 * number or key in another one is refused, or put up with and remarked (`canonical`).
 *
 * A dictionary is a Map, since `__proto__` is a key like any other. A key is a string with one
 * character for each byte, so that keys that are no text survive as well.
 */

import { assert } from '@cachetorrent/std';

import { utf8 } from './utf8.ts';

/** A value as it is read: integers that no number holds as `bigint`, strings as bytes. */
export type Bencoded = number | bigint | Uint8Array | Bencoded[] | BencodedDictionary;
/** A map, as a key may have any name: one character for each of its bytes. */
export type BencodedDictionary = Map<string, Bencoded>;

/** What can be written: text is written as UTF-8, and the keys of objects are put in order. */
export type Bencodable =
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Bencodable[]
  | ReadonlyMap<string, Bencodable>
  | { readonly [key: string]: Bencodable | undefined };

/** The one right form of `value`. Numbers must be integers. */
export function encodeBencode(value: Bencodable): Uint8Array {
  const parts: Uint8Array[] = [];
  write(value, parts);
  return concatenate(parts);
}

/** A key, or other string with one character for each byte, as bytes. */
export function bytesOfKey(key: string): Uint8Array {
  return Uint8Array.from(key, (letter) => letter.charCodeAt(0));
}

/** The bytes of all parts, one after the other. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function write(value: Bencodable, parts: Uint8Array[]): void {
  if (typeof value === 'number' || typeof value === 'bigint') {
    assert(typeof value === 'bigint' || Number.isSafeInteger(value), 'numbers are integers');
    parts.push(ascii(`i${value}e`));
  } else if (typeof value === 'string') {
    writeString(utf8(value), parts);
  } else if (value instanceof Uint8Array) {
    writeString(value, parts);
  } else if (Array.isArray(value)) {
    parts.push(ascii('l'));
    for (const item of value as readonly Bencodable[]) write(item, parts);
    parts.push(ascii('e'));
  } else {
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    parts.push(ascii('d'));
    for (const [key, item] of entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
      if (item === undefined) continue;
      writeString(bytesOfKey(key), parts);
      write(item as Bencodable, parts);
    }
    parts.push(ascii('e'));
  }
}

function writeString(bytes: Uint8Array, parts: Uint8Array[]): void {
  parts.push(ascii(`${bytes.length}:`), bytes);
}

function ascii(letters: string): Uint8Array {
  return bytesOfKey(letters);
}
