/**
 * How much a stranger may make us hold, and how long it may make us wait. What other clients
 * allow is said beside each.
 */

export interface WireLimits {
  /** Bytes of any frame, its length field left out. libtorrent 1 MiB, mainline 8 MiB. */
  readonly frameBytes: number;
  /** Bytes of a block in a `piece`; the largest block that is ever asked for. BEP 3: 16 KiB. */
  readonly blockBytes: number;
  /** The largest request that is served. libtorrent 16 KiB, mainline 32 KiB, webtorrent 128 KiB. */
  readonly servedBlockBytes: number;
  /** Bytes of an extended message that has no limit of its own, handshakes among them. */
  readonly extendedBytes: number;
  /** Bytes of a BEP 9 message: a block of 16 KiB and its dictionary. libtorrent 17 KiB. */
  readonly metadataMessageBytes: number;
  /** Bytes of a BEP 11 message. */
  readonly peerExchangeBytes: number;
  /** Bytes of one of CacheTorrent's messages. */
  readonly cacheTorrentBytes: number;
  /** Pieces that a torrent may have before its metadata is known. libtorrent 2,097,152. */
  readonly pieceCount: number;
  /** Bytes of an info dictionary fetched from a peer. libtorrent 31,457,280. */
  readonly metadataBytes: number;

  /**
   * Requests of the other side that may wait; told to it as `reqq`. libtorrent 2000. With 500 a
   * fast rtorrent stalls: it asks for more, and without the fast extension is never told no.
   */
  readonly incomingRequests: number;
  /** Requests of ours that may be open, and one below the other's `reqq`. libtorrent 500. */
  readonly outgoingRequests: number;
  /** Pieces that may be allowed fast or suggested in each direction. webtorrent 100. */
  readonly fastPieces: number;
  /** Endpoints that one message may list: leaders, neighbours. */
  readonly endpoints: number;
  /** Endpoints that one BEP 11 message may add or drop, the first excepted (BEP 11: 50). */
  readonly exchangedPeers: number;
  /** Bytes that wait to be sent, blocks left out, before the connection is given up. */
  readonly outputBytes: number;

  /** Time for the whole handshake, in ms, however it trickles in. libtorrent 10 s. */
  readonly handshakeMs: number;
  /** Time without a complete message before we hang up. libtorrent 120 s, mainline 300 s. */
  readonly idleMs: number;
  /** Our own silence before we send a keep-alive. BEP 3: 120 s. */
  readonly keepAliveMs: number;
  /** Time from the first byte of a frame to its last. */
  readonly frameMs: number;
  /** Time between two BEP 11 messages. BEP 11: a minute. */
  readonly peerExchangeMs: number;
  /** Time after a choke during which requests may still be under way. libtorrent 2 s. */
  readonly chokeGraceMs: number;

  /** Lists and dictionaries inside one another in bencoded data. libtorrent 100. */
  readonly bencodeDepth: number;
  /** Values and keys in bencoded data. */
  readonly bencodeTokens: number;
}

/** The limits of a session that is told no others. */
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
