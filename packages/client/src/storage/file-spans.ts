/**
 * Maps the bytes of a torrent to its files. The files follow one another, and a piece may begin in
 * one file and end in another.
 *
 *     files   |   a.txt  |b|       c.bin        |
 *     pieces  |   0   |   1   |   2   |   3   |4|
 */

import type { TorrentFile } from '../torrent/torrent.ts';

/** A part of a file. */
export interface FileSpan {
  /** The index of the file in `Torrent.files`. */
  readonly file: number;
  /** Where the span begins in the file. */
  readonly fileOffset: number;
  /** Where the span begins in the mapped range. */
  readonly rangeOffset: number;
  readonly bytes: number;
}

/** Returns the parts of files that make up `bytes` bytes from `offset`, in order. */
export function spansOf(files: readonly TorrentFile[], offset: number, bytes: number): FileSpan[] {
  const spans: FileSpan[] = [];
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

/** Returns the first file that ends after `offset`, by binary search. */
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
