/** Unpacks files that are compressed with gzip or bzip2, which their first bytes tell. */

import { gunzipSync } from 'node:zlib';

import bunzip from 'seek-bzip';

import { UserError } from '../../user-error.ts';

/** No description of a network needs more; a small file can unpack to any size. */
const UNPACKED_MAX = 256 * 2 ** 20;

/**
 * The bytes of `file`, unpacked if they are compressed.
 *
 * @throws UserError if they are truncated, damaged, or more than `most`
 */
export function unpacked(file: string, bytes: Uint8Array, most: number = UNPACKED_MAX): Uint8Array {
  const starts = (...magic: readonly number[]): boolean =>
    magic.every((byte, i) => bytes[i] === byte);
  if (starts(0x1f, 0x8b)) return gunzipped(file, bytes, most);
  if (starts(0x42, 0x5a, 0x68)) return bunzipped(file, bytes, most);
  if (starts(0x50, 0x4b, 3, 4)) throw otherArchive(file, 'zip');
  if (starts(0xfd, 0x37, 0x7a, 0x58)) throw otherArchive(file, 'xz');
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) throw otherArchive(file, 'zstd');
  return bytes;
}

function gunzipped(file: string, bytes: Uint8Array, most: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(file, most);
    throw damaged(file, 'gzip', code === 'Z_BUF_ERROR' ? 'it ends too early' : message);
  }
}

function bunzipped(file: string, bytes: Uint8Array, most: number): Uint8Array {
  let output = new Uint8Array(Math.max(2 ** 16, 8 * bytes.length));
  let size = 0;
  const writeByte = (byte: number): void => {
    if (size === most) throw tooLarge(file, most);
    if (size === output.length) {
      const larger = new Uint8Array(2 * size);
      larger.set(output);
      output = larger;
    }
    output[size++] = byte;
  };
  try {
    bunzip.decode(bytes, { writeByte }, true);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw damaged(file, 'bzip2', (error as Error).message);
  }
  // A stream that is cut off behind a block is read as if that were the last.
  if (!endsAsBzip2(bytes)) throw damaged(file, 'bzip2', 'it ends too early');
  return output.subarray(0, size);
}

/** What is before the checksum at the end of a stream: the root of pi, in decimals. */
const END_OF_STREAM = 0x177245385090n;

/** Whether there is an end of a stream, which need not begin at a byte, and nothing behind it. */
function endsAsBzip2(bytes: Uint8Array): boolean {
  const last = BigInt(`0x${Buffer.from(bytes.subarray(-11)).toString('hex')}`);
  return [0, 1, 2, 3, 4, 5, 6, 7].some((padding) => {
    return BigInt.asUintN(48, last >> BigInt(32 + padding)) === END_OF_STREAM;
  });
}

function damaged(file: string, format: string, why: string): UserError {
  const problem = `is compressed with ${format}, but truncated or damaged (${why})`;
  return new UserError({ at: file, problem, fix: 'fetch it again' });
}

function tooLarge(file: string, most: number): UserError {
  const problem = `unpacks to more than ${most / 2 ** 20} MiB`;
  return new UserError({ at: file, problem, fix: 'name a smaller file' });
}

function otherArchive(file: string, format: string): UserError {
  const problem = `is compressed with ${format}`;
  return new UserError({ at: file, problem, fix: 'unpack it, or compress it with gzip or bzip2' });
}
