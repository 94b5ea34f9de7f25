/**
 * Finds the info dictionary in a `.torrent` file, as the bytes in the file.
 *
 * The info hash is the hash of these bytes. Decoding and encoding them again may change them, and
 * with them the info hash: Transmission 3.00 and aria2 1.36 cannot join some torrents for that
 * reason.
 */

import { decodeBencode } from '@cachetorrent/protocol/wire';

const DICTIONARY = 0x64;
const END = 0x65;
/** Enough for a torrent of a few hundred thousand files. */
const LIMITS = { depthMax: 32, tokensMax: 4_000_000 };

/**
 * Returns the bytes of the info dictionary; undefined if the file has none.
 *
 * @throws Error if the file is not a bencoded dictionary.
 */
export function infoBytes(file: Uint8Array): Uint8Array | undefined {
  if (file[0] !== DICTIONARY) throw new Error('it does not begin with a bencoded dictionary');
  let info: Uint8Array | undefined;
  let offset = 1;
  while (file[offset] !== END) {
    const key = decodeBencode(file, LIMITS, offset);
    if (!(key.value instanceof Uint8Array)) {
      throw new Error(`the key at byte ${offset} is not a string`);
    }
    const { end } = decodeBencode(file, LIMITS, key.end);
    if (Buffer.from(key.value).toString('latin1') === 'info') info ??= file.subarray(key.end, end);
    offset = end;
  }
  return info;
}
