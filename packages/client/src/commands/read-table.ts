/** Reads the tables that a tracker is given: text, of limited size, maybe compressed. */

import { createReadStream } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { collectBytes } from '../collect-bytes.ts';
import { ClientError } from '../errors.ts';

/** The limit of a table: the Internet has a million prefixes, which take 25 MB. */
const TABLE_BYTES_MAX = 2 ** 28;
const TABLE_TOO_LARGE = `it has more than ${TABLE_BYTES_MAX} bytes`;

/**
 * Reads a table, also one that is compressed with gzip, as CAIDA publishes it. `fix` says which
 * file is expected.
 *
 * @throws ClientError if it cannot be read, or is no text
 */
export async function readTable(path: string, fix: string): Promise<string> {
  try {
    // A pipe has no size that could be looked up before.
    const bytes = await collectBytes(createReadStream(path), TABLE_BYTES_MAX);
    if (bytes.length > TABLE_BYTES_MAX) throw new Error(TABLE_TOO_LARGE);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const text = isGzip ? gunzipSync(bytes, { maxOutputLength: TABLE_BYTES_MAX }) : bytes;
    // A text has no zeros, except for every other byte of one in UTF-16.
    if (text.subarray(0, 100).includes(0)) throw new Error('it is in UTF-16, or no text');
    return text.toString('utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ERR_BUFFER_TOO_LARGE' ? TABLE_TOO_LARGE : message;
    throw new ClientError({ at: path, problem: `cannot be read (${why})`, fix });
  }
}
