/** A set of pieces as in the bitfield message: piece 0 is the highest bit of the first byte. */

export class WireBitfield {
  readonly bytes: Uint8Array;
  readonly pieceCount: number;
  #count = 0;

  constructor(pieceCount: number) {
    this.bytes = new Uint8Array(Math.ceil(pieceCount / 8));
    this.pieceCount = pieceCount;
  }

  /** The number of pieces in the set. */
  get count(): number {
    return this.#count;
  }

  has(piece: number): boolean {
    return (this.bytes[piece >> 3]! & (0x80 >> (piece & 7))) !== 0;
  }

  /** Returns whether the piece was not in the set before. */
  add(piece: number): boolean {
    const bit = 0x80 >> (piece & 7);
    const byte = this.bytes[piece >> 3]!;
    if ((byte & bit) !== 0) return false;
    this.bytes[piece >> 3] = byte | bit;
    this.#count++;
    return true;
  }

  /** Returns whether the piece was in the set before. */
  remove(piece: number): boolean {
    if (!this.has(piece)) return false;
    this.bytes[piece >> 3]! &= ~(0x80 >> (piece & 7));
    this.#count--;
    return true;
  }

  /** Copies `bits` of the same length; returns false if bits after the last piece were set. */
  assign(bits: Uint8Array): boolean {
    this.bytes.set(bits);
    const spare = spareMask(this.pieceCount);
    const last = this.bytes.length - 1;
    const isClean = last < 0 || (this.bytes[last]! & spare) === 0;
    if (!isClean) this.bytes[last]! &= ~spare;
    this.#count = 0;
    for (const byte of this.bytes) this.#count += bitCount(byte);
    return isClean;
  }

  addAll(): void {
    this.assign(new Uint8Array(this.bytes.length).fill(0xff));
  }
}

/** Returns the bits of the last byte that correspond to no piece. */
function spareMask(pieceCount: number): number {
  const used = pieceCount % 8;
  return used === 0 ? 0 : 0xff >> used;
}

function bitCount(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}
