/**
 * The choices in which BitTorrent clients differ, and the clients that this project knows by name.
 * Each value says which client has it, and where.
 */

/** How a client requests blocks, ends a download, and gives up on peers that do not answer. */
export interface ClientOptions {
  /** A peer keeps requested what arrives in this time at the present rate, in ms. */
  readonly requestQueueMs: number;
  /** The least and the most blocks that it keeps requested on a connection. */
  readonly requestQueueMin: number;
  readonly requestQueueMax: number;
  /** The number of blocks that it requests on a connection whose rate is not known yet. */
  readonly requestQueueStart: number;
  /**
   * A connection that can deliver a piece in this time, in ms, is asked for whole pieces of which
   * no other is sending blocks, if there are any; 0 for never.
   */
  readonly wholePieceMs: number;
  /**
   * Whether blocks of partial pieces are requested before those of all other pieces (`first`), or
   * before those of equally rare pieces (`among-rarest`).
   */
  readonly partialPieces: 'first' | 'among-rarest';
  /** The number of pieces that are picked at random before the rarest are picked. */
  readonly randomFirstPieces: number;
  /**
   * When nothing is left to request: `strict` requests a block from one more peer, on a connection
   * on which nothing else is requested; `all` requests all missing blocks from all peers (BEP 3).
   */
  readonly endgame: 'strict' | 'all';
  /** A peer that has sent nothing for this time although blocks are requested is snubbing us. */
  readonly snubbedAfterMs: number;
  /** The number of rounds of the choker over which rates are measured. */
  readonly rateRounds: 1 | 2;
  /**
   * Whether an upload slot that is free is given to the next peer that becomes interested
   * (`at-once`), or by the next round of the choker (`next-round`).
   */
  readonly freeSlots: 'at-once' | 'next-round';
  /** Whether a `have` is sent to peers that have announced the piece. */
  readonly redundantHaves: boolean;
}

/** libtorrent 2.0, with the defaults of its settings. */
export const LIBTORRENT: ClientOptions = {
  requestQueueMs: 3_000,
  requestQueueMin: 2,
  requestQueueMax: 500,
  requestQueueStart: 4,
  wholePieceMs: 20_000,
  partialPieces: 'among-rarest',
  randomFirstPieces: 4,
  endgame: 'strict',
  snubbedAfterMs: 60_000,
  rateRounds: 1,
  freeSlots: 'at-once',
  redundantHaves: true,
};
