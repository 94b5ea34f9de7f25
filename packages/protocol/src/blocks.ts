/** How the pieces of a file are divided into blocks, the unit of requests (BEP 3). */

import { type BlockIndex, pieceOf } from './ids.ts';

/** The bytes that clients request at a time (BEP 3: "2^14 (16 kiB)"). */
export const BLOCK_BYTES: number = 2 ** 14;

/** The sizes of pieces and blocks. The last block of a piece may be shorter than the others. */
export interface BlockLayout {
  /** The number of pieces. */
  readonly pieceCount: number;
  /** The number of blocks of each piece but the last. */
  readonly blocksPerPiece: number;
  /** The size of a block, in bits. */
  readonly blockBits: number;
  /** The size of each piece but the last, in bits. */
  readonly pieceBits: number;
  /** The size of the last piece, in bits. */
  readonly lastPieceBits: number;
}

/** The layout of `pieceCount` pieces that are moved whole: each is one block of `pieceBits`. */
export function wholePieces(pieceCount: number, pieceBits: number): BlockLayout {
  return {
    pieceCount,
    blocksPerPiece: 1,
    blockBits: pieceBits,
    pieceBits,
    lastPieceBits: pieceBits,
  };
}

/** The layout of pieces in blocks of 16 KiB; the last piece may be smaller than the others. */
export function blocksOf16KiB(
  pieceCount: number,
  pieceBits: number,
  lastPieceBits: number = pieceBits,
): BlockLayout {
  const blockBits = 8 * BLOCK_BYTES;
  const blocksPerPiece = Math.ceil(pieceBits / blockBits);
  return { pieceCount, blocksPerPiece, blockBits, pieceBits, lastPieceBits };
}

/** The number of blocks of `piece`. */
export function blocksOfPiece(layout: BlockLayout, piece: number): number {
  if (piece < layout.pieceCount - 1) return layout.blocksPerPiece;
  return Math.ceil(layout.lastPieceBits / layout.blockBits);
}

/** The size of `count` blocks of one piece from `block` on, in bits. */
export function bitsOfSpan(layout: BlockLayout, block: BlockIndex, count: number): number {
  const { pieceCount, blocksPerPiece, blockBits } = layout;
  const piece = pieceOf(block, blocksPerPiece);
  const pieceBits = piece < pieceCount - 1 ? layout.pieceBits : layout.lastPieceBits;
  const first = block - piece * blocksPerPiece;
  return Math.min(pieceBits, (first + count) * blockBits) - first * blockBits;
}
