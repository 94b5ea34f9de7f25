/** Which peers hold which pieces, as sets of bits, and how many of those present hold each. */

/** The number of bits that are set in a byte. */
const BITS_OF_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1;
  return count;
});

export class Pieces {
  readonly #pieces: number;
  /** The set of each peer that has ever taken part; kept when it leaves, since it may come back. */
  readonly #sets: (Uint8Array | undefined)[];
  /** For each piece, how many of the peers that take part hold it. */
  readonly copies: Uint32Array;
  /** For each peer, how many pieces it holds; 0 while it does not take part. */
  readonly held: Uint32Array;

  constructor(peers: number, pieces: number) {
    this.#pieces = pieces;
    this.#sets = new Array<Uint8Array | undefined>(peers).fill(undefined);
    this.copies = new Uint32Array(pieces);
    this.held = new Uint32Array(peers);
  }

  /** The pieces of a peer: bit `piece & 7` of byte `piece >> 3`; undefined if it never had any. */
  setOf(peer: number): Uint8Array | undefined {
    return this.#sets[peer];
  }

  /** Whether a peer holds a piece, or has when it left. */
  has(peer: number, piece: number): boolean {
    const byte = this.#sets[peer]?.[piece >> 3] ?? 0;
    return (byte & (1 << (piece & 7))) !== 0;
  }

  /** A peer takes part with nothing, with all pieces, or with those that it had. */
  start(peer: number, holdings: 'none' | 'all' | 'kept'): void {
    this.stop(peer);
    const size = (this.#pieces + 7) >> 3;
    const set = this.#sets[peer] ?? new Uint8Array(size);
    this.#sets[peer] = set;
    if (holdings === 'none') set.fill(0);
    if (holdings === 'all') {
      set.fill(0xff);
      const last = this.#pieces & 7;
      if (last !== 0) set[size - 1] = (1 << last) - 1;
    }
    this.#count(set, 1);
    this.held[peer] = set.reduce((sum, byte) => sum + BITS_OF_BYTE[byte]!, 0);
  }

  /** A peer takes part no longer. */
  stop(peer: number): void {
    if (this.held[peer]! > 0) this.#count(this.#sets[peer]!, -1);
    this.held[peer] = 0;
  }

  /** A peer that takes part has another piece. Returns whether it lacked it. */
  store(peer: number, piece: number): boolean {
    const set = this.#sets[peer];
    const bit = 1 << (piece & 7);
    if (set === undefined || (set[piece >> 3]! & bit) !== 0) return false;
    set[piece >> 3]! |= bit;
    this.held[peer]!++;
    this.copies[piece]!++;
    return true;
  }

  /** Whether `other` holds a piece that `peer` lacks. */
  hasMore(other: number, peer: number): boolean {
    const theirs = this.#sets[other];
    if (theirs === undefined || this.held[other] === 0) return false;
    const ours = this.#sets[peer];
    return theirs.some((byte, i) => (byte & ~(ours?.[i] ?? 0)) !== 0);
  }

  snapshot(): PiecesSnapshot {
    const owners: number[] = [];
    for (let peer = 0; peer < this.#sets.length; peer++) {
      if (this.#sets[peer] !== undefined) owners.push(peer);
    }
    const size = (this.#pieces + 7) >> 3;
    const sets = new Uint8Array(owners.length * size);
    for (const [i, peer] of owners.entries()) sets.set(this.#sets[peer]!, i * size);
    const { copies, held } = this;
    return { owners: Uint32Array.from(owners), sets, copies: copies.slice(), held: held.slice() };
  }

  restore({ owners, sets, copies, held }: PiecesSnapshot): void {
    const size = (this.#pieces + 7) >> 3;
    let i = 0;
    for (let peer = 0; peer < this.#sets.length; peer++) {
      if (owners[i] !== peer) {
        this.#sets[peer] = undefined;
        continue;
      }
      const set = sets.subarray(i * size, (i + 1) * size);
      const existing = this.#sets[peer];
      if (existing === undefined) this.#sets[peer] = set.slice();
      else existing.set(set);
      i++;
    }
    this.copies.set(copies);
    this.held.set(held);
  }

  #count(set: Uint8Array, by: number): void {
    for (const [i, byte] of set.entries()) {
      for (let bit = 0; byte >> bit > 0; bit++) {
        if ((byte & (1 << bit)) !== 0) this.copies[8 * i + bit]! += by;
      }
    }
  }
}

/** Who holds what, to keep. */
export interface PiecesSnapshot {
  /** The peers that have ever taken part, in ascending order. */
  readonly owners: Uint32Array;
  /** The pieces of each of them. */
  readonly sets: Uint8Array;
  /** How many peers hold each piece. */
  readonly copies: Uint32Array;
  /** How many pieces each peer holds. */
  readonly held: Uint32Array;
}
