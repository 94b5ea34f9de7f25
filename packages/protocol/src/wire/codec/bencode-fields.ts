/** Typed reads of a dictionary from a stranger: undefined where a field is not of its type. */

import type { Bencoded, BencodedDictionary } from './bencode.ts';
import { decodeBencode } from './bencode-decode.ts';
import type { WireLimits } from './limits.ts';
import type { Fault } from '../session/violation-rules.ts';
import { textOf } from './utf8.ts';
import { WireError } from './wire-error.ts';

/** Something that was put up with. */
export interface Remark {
  /** The rule that was broken. */
  readonly fault: Fault;
  /** What was found, for a log. */
  readonly detail: string;
}

/**
 * The dictionary that a message is, and where it ends. Throws WireError: `fault` where it is
 * none. `remarks` gets what is not in the one right form.
 */
export function readDictionary(
  payload: Uint8Array,
  limits: WireLimits,
  fault: Fault,
  remarks?: Remark[],
): { readonly fields: BencodedDictionary; readonly end: number } {
  const options = { depthMax: limits.bencodeDepth, tokensMax: limits.bencodeTokens };
  const { value, end, deviation } = decodeBencode(payload, options);
  if (!(value instanceof Map)) throw new WireError(fault, 'it is no dictionary');
  if (deviation !== undefined) remarks?.push({ fault: 'non-canonical-bencode', detail: deviation });
  return { fields: value, end };
}

/** Remarks on bytes behind the end of a message that should have none there. */
export function remarkTail(payload: Uint8Array, end: number, remarks?: Remark[]): void {
  if (end === payload.length) return;
  const detail = `${payload.length - end} bytes behind its end`;
  remarks?.push({ fault: 'non-canonical-bencode', detail });
}

export function integerField(from: BencodedDictionary, key: string): number | undefined {
  const value = from.get(key);
  return typeof value === 'number' ? value : undefined;
}

export function bytesField(from: BencodedDictionary, key: string): Uint8Array | undefined {
  const value = from.get(key);
  return value instanceof Uint8Array ? value : undefined;
}

export function textField(from: BencodedDictionary, key: string): string | undefined {
  const bytes = bytesField(from, key);
  return bytes === undefined ? undefined : textOf(bytes);
}

export function listField(from: BencodedDictionary, key: string): Bencoded[] | undefined {
  const value = from.get(key);
  return Array.isArray(value) ? value : undefined;
}

export function dictionaryField(
  from: BencodedDictionary,
  key: string,
): BencodedDictionary | undefined {
  const value = from.get(key);
  return value instanceof Map ? value : undefined;
}
