/**
 * Inflates the content of parts, which is compressed as raw deflate (RFC 1951); or is stored as it
 * is where that would not be shorter, as for small frames.
 */

import { Malformed } from './errors.ts';

/**
 * The `size` bytes that `stored` contains. Keeps no more than that, whatever `stored` says.
 *
 * @throws Malformed if it contains anything else
 */
export async function inflate(stored: Uint8Array, size: number): Promise<Uint8Array> {
  if (stored.length === size) return stored;
  const { writable, readable } = new DecompressionStream('deflate-raw');
  const writer = writable.getWriter();
  // What is wrong with the bytes is reported by the reader.
  writer.write(stored as Uint8Array<ArrayBuffer>).catch(() => {});
  writer.close().catch(() => {});
  const reader = readable.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Malformed('cannot be decompressed');
    });
    if (done || value === undefined) break;
    pieces.push(value);
    length += value.length;
    if (length > size) {
      reader.cancel().catch(() => {});
      throw new Malformed(`has more than the ${size} bytes that it should have`);
    }
  }
  if (length !== size) throw new Malformed(`has ${length} bytes and should have ${size}`);
  if (pieces.length === 1) return pieces[0]!;
  const inflated = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    inflated.set(piece, at);
    at += piece.length;
  }
  return inflated;
}
