/**
 * Which pieces a simulated peer may request while it is choked (BEP 6). As on the Internet, where
 * the set is derived from its address and the torrent, all who compute it find the same. In place
 * of SHA-1 there is a hash of integers (the finalizer of MurmurHash3), because the set is computed
 * more often than it is worth storing.
 */

import type { PieceIndex } from '@cachetorrent/protocol';

/** The set of a peer in a sub-torrent of `pieces` pieces: `count` of them, or all. */
export function allowedFastSet(
  seed: number,
  id: number,
  subTorrent: number,
  pieces: number,
  count: number,
): readonly PieceIndex[] {
  const set: PieceIndex[] = [];
  if (count >= pieces) {
    for (let piece = 0; piece < pieces; piece++) set.push(piece as PieceIndex);
    return set;
  }
  let state = mixed(mixed(mixed(seed ^ Math.floor(seed / 2 ** 32)) ^ id) ^ subTorrent);
  while (set.length < count) {
    state = (state + GOLDEN_RATIO) | 0;
    const piece = ((mixed(state) >>> 0) % pieces) as PieceIndex;
    if (!set.includes(piece)) set.push(piece);
  }
  return set;
}

/** 2^32 divided by the golden ratio; it is odd, so adding it again and again omits no state. */
const GOLDEN_RATIO = 0x9e37_79b9;

function mixed(word: number): number {
  let bits = word | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return bits ^ (bits >>> 16);
}
