/** The integers that identify things, branded so that one cannot be passed for another. */

/** A peer. The tracker numbers peers consecutively, in order of arrival. */
export type PeerId = number & { readonly __peerId: true };

/** A piece of the file, from 0 to the number of pieces minus one. */
export type PieceIndex = number & { readonly __pieceIndex: true };

/**
 * A block of the file, the unit of requests: block `b` of piece `p` has the index
 * `p · blocksPerPiece + b`. The last piece may have fewer blocks.
 */
export type BlockIndex = number & { readonly __blockIndex: true };

/**
 * A connection, as a peer numbers its own: 0, 1, 2 … in the order in which they are opened. The
 * number of a closed connection is used again. The two sides of a connection number it
 * independently.
 */
export type Connection = number & { readonly __connection: true };

/** The index of an autonomous system in a simulation: 0, 1, 2 …; it is not its AS number. */
export type AsId = number & { readonly __asId: true };

/** No piece: the result of a search that finds none. */
export const NO_PIECE = -1 as PieceIndex;

/** The piece that a block belongs to. */
export function pieceOf(block: BlockIndex, blocksPerPiece: number): PieceIndex {
  return Math.floor(block / blocksPerPiece) as PieceIndex;
}

/** No block: the result of a search that finds none. */
export const NO_BLOCK = -1 as BlockIndex;

/** No connection: the result of a search that finds none. */
export const NO_CONNECTION = -1 as Connection;
