/**
 * The choices in which BitTorrent clients differ, and the clients that this project knows by name.
 * Each value says which client has it, and where.
 */

import type { ChokerName, SeedChokerName } from '../choker/chokers.ts';

/** How a client requests blocks, ends a download, and gives up on peers that do not answer. */
export interface ClientOptions {
  /** A peer keeps requested what arrives in this time at the present rate, in ms. */
  readonly requestQueueMs: number;
  /** The least number of blocks that it keeps requested on a connection. */
  readonly requestQueueMin: number;
  /** The greatest number of blocks that it keeps requested on a connection. */
  readonly requestQueueMax: number;
  /** The number of blocks that it requests on a connection whose rate is not known yet. */
  readonly requestQueueStart: number;
  /**
   * A connection that can deliver a piece in this time, in ms, is asked for whole pieces of which
   * no other is sending blocks, if there are any; for as many adjacent ones as it can deliver in
   * this time. 0 for never.
   */
  readonly wholePieceMs: number;
  /**
   * Whether blocks of partial pieces are requested before those of all other pieces (`first`), or
   * before those of equally rare pieces, as long as there are not too many of them
   * (`among-rarest`); or those of pieces of which the fewest blocks are missing, however rare they
   * are (`fewest-missing`). With `seeds-apart` they are requested first, but from a seed only if
   * blocks of the piece have been requested from a seed before: a seed then sends pieces that
   * others lack, and not the rest of pieces that they have.
   */
  readonly partialPieces: 'first' | 'seeds-apart' | 'among-rarest' | 'fewest-missing';
  /**
   * The order in which pieces are begun: the `rarest` first (BEP 3); at `random`, partial pieces
   * before all others; or `in-order`, from the first piece of the file to the last.
   */
  readonly pieceOrder: 'rarest' | 'random' | 'in-order';
  /** The number of pieces that are picked at random before the rarest are picked. */
  readonly randomFirstPieces: number;
  /**
   * When nothing is left to request: `strict` requests a block from one more peer, on a connection
   * on which nothing else is requested; `two` requests all missing blocks from two peers; `all`
   * requests them from all peers (BEP 3).
   */
  readonly endgame: 'strict' | 'two' | 'all';
  /** Whether a block that has arrived is cancelled where it is requested, too. */
  readonly endgameCancels: boolean;
  /**
   * What is requested of a peer that has sent nothing for this time is requested elsewhere, in ms;
   * 0 for never.
   */
  readonly requestTimeoutMs: number;
  /**
   * A peer that has sent nothing for this time gets no slot for its rate, in ms; 0 for never. Only
   * the choker `mainline` knows this.
   */
  readonly snubbedAfterMs: number;
  /** The number of rounds of the choker over which rates are measured. */
  readonly rateRounds: 1 | 2;
  /** How long an optimistic unchoke lasts, in ms. */
  readonly optimisticMs: number;
  /** Whether the choker also unchokes peers that are not interested. */
  readonly unchokesUninterested: boolean;
  /**
   * What becomes of an upload slot that is free. `at-once`: the next peer that becomes interested
   * gets it, or the choker gives it away within a second. `rechoke`: the choker runs whenever the
   * interest of an unchoked peer changes. `next-round`: it remains free until the next round, and
   * a peer that is no longer interested keeps its slot until then.
   */
  readonly freeSlots: 'at-once' | 'rechoke' | 'next-round';
  /** Whether a peer that holds the whole file from the start reveals its pieces (BEP 16). */
  readonly superSeeding: boolean;
  /** Whether a `have` is sent to peers that have announced the piece. */
  readonly redundantHaves: boolean;
  /**
   * The number of pieces that a peer allows another to request while it is choked (BEP 6, allowed
   * fast); 0 if it has no such messages, so that it requests nothing while it is choked either.
   */
  readonly allowedFastPieces: number;
}

/** The names of the clients. */
export type ClientName = 'libtorrent' | 'mainline' | 'transmission';

/** A client by name: its options, and how it uses its upload slots. */
export interface ClientPreset {
  /** How it requests blocks, and what else it does. */
  readonly options: ClientOptions;
  /** See `PeerOptions`. */
  readonly uploadSlots: number;
  /** See `PeerOptions`. */
  readonly optimisticSlots: number;
  /** The time between two rounds of the choker, in ms. */
  readonly rechokeIntervalMs: number;
  /** See `PeerOptions`. */
  readonly choker: ChokerName;
  /** See `PeerOptions`. */
  readonly seedChoker: SeedChokerName;
}

/** libtorrent 2.0, with the defaults of its settings. */
export const LIBTORRENT: ClientOptions = {
  requestQueueMs: 3_000,
  requestQueueMin: 2,
  requestQueueMax: 500,
  requestQueueStart: 4,
  wholePieceMs: 20_000,
  partialPieces: 'among-rarest',
  /** `in-order` is its flag `sequential_download`. */
  pieceOrder: 'rarest',
  randomFirstPieces: 4,
  /** `strict_end_game_mode`. */
  endgame: 'strict',
  /**
   * It means to cancel, but never does: `incoming_piece` marks the block as written before it calls
   * `torrent::cancel_block`, and `peer_connection::cancel_request` then finds nothing requested.
   */
  endgameCancels: false,
  /** `piece_timeout`. */
  requestTimeoutMs: 20_000,
  /** `choker.cpp` does not know who is snubbed. */
  snubbedAfterMs: 0,
  rateRounds: 1,
  optimisticMs: 30_000,
  unchokesUninterested: false,
  freeSlots: 'at-once',
  superSeeding: false,
  redundantHaves: true,
  /** `allowed_fast_set_size`. */
  allowedFastPieces: 5,
};

/** The mainline client of Bram Cohen, BitTorrent 3.9.1, with the defaults of its options. */
export const MAINLINE: ClientOptions = {
  /** `Downloader._backlog`: 2 blocks, and those of 4 s. */
  requestQueueMs: 4_000,
  requestQueueMin: 2,
  requestQueueMax: 500,
  requestQueueStart: 2,
  wholePieceMs: 0,
  /** `PiecePicker.next`: `started`, and for seeds `seedstarted`. */
  partialPieces: 'seeds-apart',
  pieceOrder: 'rarest',
  /** `rarest_first_cutoff`. */
  randomFirstPieces: 4,
  endgame: 'all',
  endgameCancels: true,
  /** Requests have no timeout. */
  requestTimeoutMs: 0,
  /** `snub_time`; BEP 3 says 60 s. */
  snubbedAfterMs: 30_000,
  /** Its rate is an average over about 20 s. */
  rateRounds: 2,
  optimisticMs: 30_000,
  unchokesUninterested: true,
  freeSlots: 'rechoke',
  superSeeding: false,
  redundantHaves: true,
  /** It has no fast extension; BitTorrent 4.26 has, with 10 pieces (`num_fast`). */
  allowedFastPieces: 0,
};

/** Transmission 4.0. It has no rarest first: the pieces with the fewest missing blocks go first. */
export const TRANSMISSION: ClientOptions = {
  /** `RequestBufSecs`, `Floor`, and the default of `reqq`. */
  requestQueueMs: 10_000,
  requestQueueMin: 32,
  requestQueueMax: 250,
  requestQueueStart: 32,
  wholePieceMs: 0,
  /** `peer-mgr-wishlist.cc`; `in-order` is its sequential download. */
  partialPieces: 'fewest-missing',
  pieceOrder: 'random',
  randomFirstPieces: 0,
  /** `updateEndgame`, `cancelAllRequestsForBlock`. */
  endgame: 'two',
  endgameCancels: true,
  /** `RequestTtlSecs`. */
  requestTimeoutMs: 90_000,
  snubbedAfterMs: 0,
  rateRounds: 1,
  /** `OptimisticUnchokeMultiplier`: five rounds. */
  optimisticMs: 50_000,
  unchokesUninterested: true,
  /** Only `rechokePulse` chokes and unchokes. */
  freeSlots: 'next-round',
  superSeeding: false,
  redundantHaves: true,
  /** It sends none, and ignores what it receives (`peer-mgr.cc`: "not currently supported"). */
  allowedFastPieces: 0,
};

/** The clients, by name. */
export const CLIENTS: Readonly<Record<ClientName, ClientPreset>> = {
  libtorrent: {
    options: LIBTORRENT,
    uploadSlots: 7,
    optimisticSlots: 1,
    rechokeIntervalMs: 15_000,
    choker: 'tit-for-tat',
    seedChoker: 'round-robin',
  },
  mainline: {
    options: MAINLINE,
    uploadSlots: 3,
    optimisticSlots: 1,
    rechokeIntervalMs: 10_000,
    choker: 'mainline',
    seedChoker: 'mainline',
  },
  transmission: {
    options: TRANSMISSION,
    uploadSlots: 8,
    optimisticSlots: 1,
    rechokeIntervalMs: 10_000,
    choker: 'transmission',
    seedChoker: 'transmission',
  },
};
