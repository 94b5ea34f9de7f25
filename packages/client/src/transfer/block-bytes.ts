/** Which bytes of which piece a block is: the peer names blocks, the wire ranges of bytes. */

import {
  BLOCK_BYTES,
  type BlockIndex,
  type BlockLayout,
  blocksOf16KiB,
  pieceOf,
} from '@cachetorrent/protocol';
import { type BlockRange, bytesOfPiece, type PieceLayout } from '@cachetorrent/protocol/wire';

/** Returns the blocks of 16 KiB of a torrent. */
export function blockLayoutOf(layout: PieceLayout): BlockLayout {
  const { pieceCount, pieceBytes } = layout;
  const lastPieceBytes = pieceCount === 0 ? pieceBytes : bytesOfPiece(layout, pieceCount - 1);
  return blocksOf16KiB(pieceCount, 8 * pieceBytes, 8 * lastPieceBytes);
}

/** Returns the range of a block: the last block of a piece may be shorter. */
export function rangeOf(layout: PieceLayout, block: BlockIndex): BlockRange {
  const perPiece = blocksPerPiece(layout);
  const piece = pieceOf(block, perPiece);
  const begin = BLOCK_BYTES * (block - piece * perPiece);
  return { piece, begin, length: Math.min(BLOCK_BYTES, bytesOfPiece(layout, piece) - begin) };
}

/** Returns the block that contains byte `begin` of a piece. */
export function blockAt(layout: PieceLayout, piece: number, begin: number): BlockIndex {
  return (piece * blocksPerPiece(layout) + Math.floor(begin / BLOCK_BYTES)) as BlockIndex;
}

/** Returns the number of blocks of each piece but the last. */
export function blocksPerPiece({ pieceBytes }: PieceLayout): number {
  return Math.ceil(pieceBytes / BLOCK_BYTES);
}
