/**
 * Limits on the memory and the time that a remote peer may use. Each names the limits of other
 * clients for comparison.
 */

/** Limits on what a remote peer may send, and on how long it may take. */
export interface WireLimits {
  /** Bytes of any frame without its length field. libtorrent 1 MiB, mainline 8 MiB. */
  readonly frameBytes: number;
  /** Bytes of a block in a `piece`; the largest block that we request. BEP 3: 16 KiB. */
  readonly blockBytes: number;
  /** Bytes of a request that we serve. libtorrent 16 KiB, mainline 32 KiB, webtorrent 128 KiB. */
  readonly servedBlockBytes: number;
  /** Bytes of an extension message without a limit below; also of the extended handshake. */
  readonly extendedBytes: number;
  /** Bytes of a BEP 9 message: a block of 16 KiB and its dictionary. libtorrent 17 KiB. */
  readonly metadataMessageBytes: number;
  /** Bytes of a BEP 11 message. */
  readonly peerExchangeBytes: number;
  /** Bytes of a CacheTorrent message. */
  readonly cacheTorrentBytes: number;
  /** Pieces of a torrent whose metadata is not known yet. libtorrent 2,097,152. */
  readonly pieceCount: number;
  /** Bytes of an info dictionary fetched from a peer. libtorrent 31,457,280. */
  readonly metadataBytes: number;

  /**
   * Outstanding requests of the remote peer; sent to it as `reqq`. libtorrent 2000. With 500 a
   * fast rtorrent stalls: it sends more, and without the fast extension it gets no refusal.
   */
  readonly incomingRequests: number;
  /** Our own outstanding requests; also less than the remote peer's `reqq`. libtorrent 500. */
  readonly outgoingRequests: number;
  /** Pieces in the allowed fast set that the remote peer grants us. webtorrent 100. */
  readonly fastPieces: number;
  /** Endpoints in one message: leaders, neighbours. */
  readonly endpoints: number;
  /** Endpoints that a BEP 11 message after the first may add or drop (BEP 11: 50). */
  readonly exchangedPeers: number;
  /** Bytes that wait to be sent before the connection is closed. */
  readonly outputBytes: number;

  /** Time for the whole handshake, in ms, even if bytes keep arriving. libtorrent 10 s. */
  readonly handshakeMs: number;
  /** Time without a complete message before we close. libtorrent 120 s, mainline 300 s. */
  readonly idleMs: number;
  /** Time without a message of ours before we send a keep-alive. BEP 3: 120 s. */
  readonly keepAliveMs: number;
  /** Time from the first byte of a frame to its last. */
  readonly frameMs: number;
  /** The least time between two BEP 11 messages. BEP 11: a minute. */
  readonly peerExchangeMs: number;
  /** Time after a choke during which requests may still be in transit. libtorrent 2 s. */
  readonly chokeGraceMs: number;

  /** Nesting depth of lists and dictionaries in bencoded data. libtorrent 100. */
  readonly bencodeDepth: number;
  /** Values and keys in bencoded data. */
  readonly bencodeTokens: number;
}

/** The default limits. */
export const WIRE_LIMITS: WireLimits = {
  frameBytes: 2 ** 20,
  blockBytes: 2 ** 14,
  servedBlockBytes: 2 ** 14,
  extendedBytes: 2 ** 16,
  metadataMessageBytes: 17 * 2 ** 10,
  peerExchangeBytes: 2 ** 16,
  cacheTorrentBytes: 2 ** 12,
  pieceCount: 2 ** 21,
  metadataBytes: 3 * 2 ** 10 * 10_240,

  incomingRequests: 2_048,
  outgoingRequests: 250,
  fastPieces: 100,
  endpoints: 200,
  exchangedPeers: 50,
  outputBytes: 2 ** 20,

  handshakeMs: 10_000,
  idleMs: 180_000,
  keepAliveMs: 100_000,
  frameMs: 60_000,
  peerExchangeMs: 60_000,
  chokeGraceMs: 2_000,

  bencodeDepth: 32,
  bencodeTokens: 10_000,
};
