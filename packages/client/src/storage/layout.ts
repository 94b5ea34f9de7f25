/**
 * Where the bytes of a torrent are: its files stand one behind the other, and a piece may begin
 * in one and end in another.
 *
 *     files   |   a.txt  |b|       c.bin        |
 *     pieces  |   0   |   1   |   2   |   3   |4|
 */

import type { TorrentFile } from '../torrent/torrent.ts';

/** Part of a file. */
export interface Span {
  /** Which file, as the torrent numbers them. */
  readonly file: number;
  /** Where in the file. */
  readonly fileOffset: number;
  /** Where in the range that was asked for. */
  readonly rangeOffset: number;
  readonly bytes: number;
}

/** The parts of files that make up `bytes` bytes from `offset`, in order. */
export function spansOf(files: readonly TorrentFile[], offset: number, bytes: number): Span[] {
  const spans: Span[] = [];
  const end = offset + bytes;
  for (let file = firstEndingAfter(files, offset); file < files.length; file++) {
    const { offset: start, bytes: size } = files[file]!;
    if (start >= end) break;
    const from = Math.max(offset, start);
    const to = Math.min(end, start + size);
    if (to <= from) continue;
    spans.push({ file, fileOffset: from - start, rangeOffset: from - offset, bytes: to - from });
  }
  return spans;
}

/** By bisection: a torrent may have very many files. */
function firstEndingAfter(files: readonly TorrentFile[], offset: number): number {
  let low = 0;
  let high = files.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { offset: start, bytes } = files[middle]!;
    if (start + bytes > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
