/** The integers that stand for things. Branded, so that one cannot be taken for another. */

/** A peer, as the tracker numbers it: dense, in order of arrival. */
export type PeerId = number & { readonly __peerId: true };

/** A piece of the file: 0 to the number of pieces less one. */
export type PieceIndex = number & { readonly __pieceIndex: true };

/** A connection as its owner numbers it: 0, 1, 2 … in the order in which they were made. */
export type Connection = number & { readonly __connection: true };

/** An autonomous system, as the tracker numbers it. */
export type AsId = number & { readonly __systemId: true };

/** No piece: what a search returns that found none. */
export const NO_PIECE = -1 as PieceIndex;

/** No connection: what a search returns that found none. */
export const NO_CONNECTION = -1 as Connection;
