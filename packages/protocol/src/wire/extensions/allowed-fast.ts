/**
 * The pieces that a peer may ask for while it is choked (BEP 6): drawn from its address and the
 * torrent, so that it gets the same ones from everybody, and cannot collect them by reconnecting.
 *
 *     x = address & ffffff00, info hash;   x = SHA-1(x), again and again: five pieces each time
 */

/** The 20 bytes of a SHA-1. */
export type Sha1 = (bytes: Uint8Array) => Uint8Array;

export interface AllowedFast {
  /** The four bytes of the peer's IPv4 address: the set is not defined for others. */
  readonly address: Uint8Array;
  /** Of the torrent; 20 bytes. */
  readonly infoHash: Uint8Array;
  /** Pieces of the torrent. */
  readonly pieceCount: number;
  /** BEP 6: 10. libtorrent: 5. */
  readonly count: number;
}

/** In the order in which they come; all pieces, where there are no more. */
export function allowedFastSet(
  { address, infoHash, pieceCount, count }: AllowedFast,
  sha1: Sha1,
): readonly number[] {
  let x = new Uint8Array(24);
  x.set(address.subarray(0, 3));
  x.set(infoHash, 4);
  const pieces = new Set<number>();
  const wanted = Math.min(count, pieceCount);
  while (pieces.size < wanted) {
    x = Uint8Array.from(sha1(x));
    const view = new DataView(x.buffer);
    for (let at = 0; at < 20 && pieces.size < wanted; at += 4) {
      pieces.add(view.getUint32(at) % pieceCount);
    }
  }
  return [...pieces];
}
