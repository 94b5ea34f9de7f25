/**
 * Finds the info dictionary in a `.torrent` file, as the bytes that it has there.
 *
 * A torrent's name among peers is the hash of these bytes. Reading and writing them again may
 * change them, and with them the name: Transmission 3.00 and aria2 1.36 fail to join some
 * torrents for that reason.
 */

import { decodeBencode } from '@cachetorrent/protocol/wire';

const DICTIONARY = 0x64;
const END = 0x65;
/** A torrent of a few hundred thousand files. */
const LIMITS = { depthMax: 32, tokensMax: 4_000_000 };

/** Throws where the file is no bencoded dictionary; undefined where it has no `info`. */
export function infoBytes(file: Uint8Array): Uint8Array | undefined {
  if (file[0] !== DICTIONARY) throw new Error('it does not begin as a bencoded dictionary');
  let info: Uint8Array | undefined;
  let at = 1;
  while (file[at] !== END) {
    const key = decodeBencode(file, LIMITS, at);
    if (!(key.value instanceof Uint8Array)) throw new Error(`the key at byte ${at} is no string`);
    const { end } = decodeBencode(file, LIMITS, key.end);
    if (Buffer.from(key.value).toString('latin1') === 'info') info ??= file.subarray(key.end, end);
    at = end;
  }
  return info;
}
