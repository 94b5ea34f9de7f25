/**
 * The allowed fast set: the pieces that a peer may request while it is choked (BEP 6). It depends
 * only on the peer's address and the torrent, so that every peer grants it the same set and it
 * cannot collect more pieces by reconnecting.
 *
 *     x = address & ffffff00, info hash;   x = SHA-1(x), repeatedly: five pieces each time
 *
 * BEP 6 has IPv4 only. Of an IPv6 address the first 64 bits count: the subnet, in which a host may
 * have any address (RFC 4291).
 */

/** Returns the 20 bytes of the SHA-1 of `bytes`. */
export type Sha1 = (bytes: Uint8Array) => Uint8Array;

/** What an allowed fast set is derived from. */
export interface AllowedFastOptions {
  /** The four bytes of the peer's IPv4 address, or the 16 of an IPv6 one. */
  readonly address: Uint8Array;
  /** The info hash of the torrent; 20 bytes. */
  readonly infoHash: Uint8Array;
  /** The number of pieces of the torrent. */
  readonly pieceCount: number;
  /** The number of pieces in the set. BEP 6: 10. libtorrent: 5. */
  readonly count: number;
}

/** Returns the set in the order of BEP 6; all pieces if the torrent has at most `count`. */
export function allowedFastSet(
  { address, infoHash, pieceCount, count }: AllowedFastOptions,
  sha1: Sha1,
): readonly number[] {
  const addressBytes = address.length === 4 ? 4 : 8;
  let x = new Uint8Array(addressBytes + infoHash.length);
  x.set(address.subarray(0, address.length === 4 ? 3 : 8));
  x.set(infoHash, addressBytes);
  const pieces = new Set<number>();
  const size = Math.min(count, pieceCount);
  while (pieces.size < size) {
    x = Uint8Array.from(sha1(x));
    const view = new DataView(x.buffer);
    for (let offset = 0; offset < 20 && pieces.size < size; offset += 4) {
      pieces.add(view.getUint32(offset) % pieceCount);
    }
  }
  return [...pieces];
}
