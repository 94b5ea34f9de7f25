/**
 * Decodes the dictionary of a `.torrent` file, and finds the info dictionary in it as bytes.
 *
 * The info hash is the hash of these bytes. Decoding and encoding them again may change them, and
 * with them the info hash: Transmission 3.00 and aria2 1.36 cannot join some torrents for that
 * reason.
 */

import {
  type BencodeDictionary,
  type BencodeValue,
  decodeBencode,
} from '@cachetorrent/protocol/wire';

const DICTIONARY = 0x64;
const END = 0x65;
/** Enough for a torrent of a few hundred thousand files. */
const LIMITS = { depthMax: 32, tokensMax: 4_000_000 };

/** The dictionary of a `.torrent` file. */
export interface TopLevel {
  /** All of its keys; the first of equal keys counts. */
  readonly fields: BencodeDictionary;
  /** The bytes of the info dictionary. */
  readonly infoBytes: Uint8Array;
}

/**
 * Returns the dictionary of a `.torrent` file. Bytes after it are ignored.
 *
 * @throws Error if the file is not a bencoded dictionary, or its info dictionary is missing or not
 *   unique: other clients might read another one.
 */
export function decodeTopLevel(file: Uint8Array): TopLevel {
  if (file[0] !== DICTIONARY) throw new Error('it does not begin with a bencoded dictionary');
  const fields = new Map<string, BencodeValue>();
  let infoBytes: Uint8Array | undefined;
  let offset = 1;
  while (file[offset] !== END) {
    const key = decodeBencode(file, LIMITS, offset);
    if (!(key.value instanceof Uint8Array)) {
      throw new Error(`the key at byte ${offset} is not a string`);
    }
    const name = Buffer.from(key.value).toString('latin1');
    const { value, end, repeatedKey } = decodeBencode(file, LIMITS, key.end);
    if (name === 'info') {
      if (infoBytes !== undefined) throw new Error('it has two info dictionaries');
      if (repeatedKey !== undefined) {
        throw new Error(`its info dictionary has the key "${repeatedKey}" twice`);
      }
      infoBytes = file.subarray(key.end, end);
    }
    if (!fields.has(name)) fields.set(name, value);
    offset = end;
  }
  if (infoBytes === undefined) throw new Error('it has no info dictionary');
  return { fields, infoBytes };
}
