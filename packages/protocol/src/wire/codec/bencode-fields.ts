/** Typed access to the fields of an untrusted dictionary: undefined for a field of another type. */

import { type BencodeDictionary, type BencodeValue, decodeBencode } from './bencode.ts';
import type { WireLimits } from './limits.ts';
import { textOf } from './utf8.ts';
import { type Violation, WireError } from './violation-rules.ts';

/** A defect of a message that was decoded nevertheless. */
export interface Warning {
  /** The rule that the sender broke. */
  readonly violation: Violation;
  /** What was found, for a log. */
  readonly detail: string;
}

/**
 * Decodes the dictionary at the start of `payload`, and returns it with the offset of its end.
 * Deviations from the canonical form are added to `warnings`.
 *
 * @throws WireError `violation` if the value is not a dictionary, and as `decodeBencode` does.
 */
export function readDictionary(
  payload: Uint8Array,
  limits: WireLimits,
  violation: Violation,
  warnings?: Warning[],
): { readonly fields: BencodeDictionary; readonly end: number } {
  const bencodeLimits = { depthMax: limits.bencodeDepth, tokensMax: limits.bencodeTokens };
  const { value, end, deviation } = decodeBencode(payload, bencodeLimits);
  if (!(value instanceof Map)) throw new WireError(violation, 'not a dictionary');
  if (deviation !== undefined) {
    warnings?.push({ violation: 'non-canonical-bencode', detail: deviation });
  }
  return { fields: value, end };
}

/** Adds a warning if `payload` has bytes after offset `end`. */
export function warnOfTrailingBytes(payload: Uint8Array, end: number, warnings?: Warning[]): void {
  if (end === payload.length) return;
  const detail = `${payload.length - end} bytes after the dictionary`;
  warnings?.push({ violation: 'non-canonical-bencode', detail });
}

export function integerField(from: BencodeDictionary, key: string): number | undefined {
  const value = from.get(key);
  return typeof value === 'number' ? value : undefined;
}

export function bytesField(from: BencodeDictionary, key: string): Uint8Array | undefined {
  const value = from.get(key);
  return value instanceof Uint8Array ? value : undefined;
}

export function textField(from: BencodeDictionary, key: string): string | undefined {
  const bytes = bytesField(from, key);
  return bytes === undefined ? undefined : textOf(bytes);
}

export function listField(from: BencodeDictionary, key: string): BencodeValue[] | undefined {
  const value = from.get(key);
  return Array.isArray(value) ? value : undefined;
}
