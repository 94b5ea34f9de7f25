/**
 * BEP 9, `ut_metadata`: the info dictionary in blocks of 16 KiB, for who came without it.
 *
 *     request  d8:msg_typei0e5:piecei0ee
 *     data     d8:msg_typei1e5:piecei0e10:total_sizei34256ee, then the block itself
 *     reject   d8:msg_typei2e5:piecei0ee
 */

import { concatenate, encodeBencode } from '../codec/bencode.ts';
import { integerField, readDictionary, type Remark } from '../codec/bencode-fields.ts';
import type { WireLimits } from '../codec/limits.ts';
import { WireError } from '../codec/wire-error.ts';

/** Bytes of every block of an info dictionary but the last (BEP 9). */
export const METADATA_BLOCK_BYTES: number = 2 ** 14;

/** A message of `ut_metadata` (BEP 9). */
export type MetadataMessage =
  | { readonly kind: 'request'; readonly block: number }
  | {
      readonly kind: 'data';
      readonly block: number;
      /** Bytes of the whole info dictionary. */
      readonly totalBytes: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'reject'; readonly block: number };

/** The payload of the extended message. */
export function encodeMetadataMessage(message: MetadataMessage): Uint8Array {
  const piece = message.block;
  switch (message.kind) {
    case 'request':
      return encodeBencode({ msg_type: 0, piece });
    case 'data':
      return concatenate([
        encodeBencode({ msg_type: 1, piece, total_size: message.totalBytes }),
        message.bytes,
      ]);
    case 'reject':
      return encodeBencode({ msg_type: 2, piece });
  }
}

/**
 * Undefined for a kind of message that BEP 9 does not know yet. Throws WireError for one that
 * cannot be: a block outside the dictionary, or of the wrong size.
 *
 * `totalBytes` is what we know the dictionary to have, if we do.
 */
export function decodeMetadataMessage(
  payload: Uint8Array,
  limits: WireLimits,
  totalBytes?: number,
  remarks?: Remark[],
): MetadataMessage | undefined {
  const { fields: value, end } = readDictionary(payload, limits, 'bad-metadata-message', remarks);
  const kind = integerField(value, 'msg_type');
  const block = integerField(value, 'piece');
  if (kind === undefined) throw bad('it has no msg_type');
  if (kind < 0 || kind > 2) return undefined;
  if (block === undefined || block < 0) throw bad('it names no piece');

  const most = totalBytes ?? limits.metadataBytes;
  if (block * METADATA_BLOCK_BYTES >= most) throw bad(`there is no piece ${block}`);
  if (kind === 0) return { kind: 'request', block };
  if (kind === 2) return { kind: 'reject', block };

  const total = integerField(value, 'total_size');
  if (total === undefined || total <= 0 || total > most) throw bad(`total_size is ${total}`);
  if (totalBytes !== undefined && total !== totalBytes) throw bad(`total_size is ${total}`);
  const expected = Math.min(METADATA_BLOCK_BYTES, total - block * METADATA_BLOCK_BYTES);
  if (payload.length - end !== expected) throw bad(`${payload.length - end} bytes of ${expected}`);
  return { kind: 'data', block, totalBytes: total, bytes: payload.subarray(end) };
}

function bad(detail: string): WireError {
  return new WireError('bad-metadata-message', detail);
}
