/** Collects the bytes of a file, a pipe or an answer whose length is not known before. */

/**
 * Returns the bytes of a stream. If there are more than `bytesMax`, a few of the others follow,
 * which shows that there are.
 */
export async function collectBytes(
  stream: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of stream) {
    parts.push(part);
    length += part.length;
    if (length > bytesMax) break;
  }
  return Buffer.concat(parts);
}
