/**
 * BEP 9, `ut_metadata`: the info dictionary in blocks of 16 KiB, for peers that lack it.
 *
 *     request  d8:msg_typei0e5:piecei0ee
 *     data     d8:msg_typei1e5:piecei0e10:total_sizei34256ee, followed by the block
 *     reject   d8:msg_typei2e5:piecei0ee
 */

import { concatenate, encodeBencode } from '../codec/bencode.ts';
import { integerField, readDictionary, type Warning } from '../codec/bencode-fields.ts';
import type { WireLimits } from '../codec/limits.ts';
import { WireError } from '../codec/violation-rules.ts';

/** The size in bytes of every block of an info dictionary except the last (BEP 9). */
export const METADATA_BLOCK_BYTES: number = 2 ** 14;

/** A message of `ut_metadata` (BEP 9); `block` is the index of a block of the info dictionary. */
export type MetadataMessage =
  | { readonly kind: 'request'; readonly block: number }
  | {
      readonly kind: 'data';
      readonly block: number;
      /** The size of the info dictionary in bytes. */
      readonly totalBytes: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'reject'; readonly block: number };

/** Returns the payload of the extension message. */
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
 * Decodes the payload of the extension message; returns undefined for a message type that BEP 9
 * does not define, as it demands. `totalBytes` is the size of the dictionary, if we know it.
 *
 * @throws WireError `bad-metadata-message` for a block outside the dictionary or of the wrong size,
 *   and as `decodeBencode` does.
 */
export function decodeMetadataMessage(
  payload: Uint8Array,
  limits: WireLimits,
  totalBytes?: number,
  warnings?: Warning[],
): MetadataMessage | undefined {
  const { fields, end } = readDictionary(payload, limits, 'bad-metadata-message', warnings);
  const kind = integerField(fields, 'msg_type');
  const block = integerField(fields, 'piece');
  if (kind === undefined) throw bad('msg_type is missing');
  if (kind < 0 || kind > 2) return undefined;
  if (block === undefined || block < 0) throw bad('piece is missing or negative');

  const maxBytes = totalBytes ?? limits.metadataBytes;
  if (block * METADATA_BLOCK_BYTES >= maxBytes) throw bad(`piece ${block} does not exist`);
  if (kind === 0) return { kind: 'request', block };
  if (kind === 2) return { kind: 'reject', block };

  const total = integerField(fields, 'total_size');
  if (total === undefined || total <= 0 || total > maxBytes) throw bad(`total_size is ${total}`);
  if (totalBytes !== undefined && total !== totalBytes) throw bad(`total_size is ${total}`);
  const expected = Math.min(METADATA_BLOCK_BYTES, total - block * METADATA_BLOCK_BYTES);
  if (payload.length - end !== expected)
    throw bad(`a block of ${payload.length - end} bytes, expected ${expected}`);
  return { kind: 'data', block, totalBytes: total, bytes: payload.subarray(end) };
}

function bad(detail: string): WireError {
  return new WireError('bad-metadata-message', detail);
}
