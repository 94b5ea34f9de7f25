/**
 * The violations of the protocol that the remote peer can commit, and the reaction to each: policy
 * as a table. The codec and the session detect the violations.
 *
 * Real clients are stricter in some points and laxer in others than the specifications, so there
 * are three profiles:
 *
 *   strict   every MUST and SHOULD of the specifications closes the connection
 *   interop  tolerates what real clients do without being disconnected by others; the default
 *   classic  interop, for peers that request whole pieces and announce pieces one by one
 */

/** Which deviations of real clients a session tolerates, and how it announces pieces. */
export type WireProfile = 'strict' | 'interop' | 'classic';

/**
 * close     close the connection; the violation is the reason
 * reject    refuse this request: with `reject` if both sides have the fast extension, else silently
 * ignore    act as if the message had not arrived
 * tolerate  correct the message and process it
 */
export type ViolationReaction = 'close' | 'reject' | 'ignore' | 'tolerate';

/** The reaction to one violation, by profile. */
export interface ViolationRule {
  /** The reaction in profile `strict`. */
  readonly strict: ViolationReaction;
  /** The reaction in profile `interop`. */
  readonly interop: ViolationReaction;
  /** The reaction in profile `classic`. Default: as in `interop`. */
  readonly classic?: ViolationReaction;
  /** More than this count within a minute closes the connection, whatever the reaction is. */
  readonly closeAbove?: number;
  /** Closes the connection unless both sides have the fast extension, which allows a refusal. */
  readonly needsFast?: true;
}

/** The rule for each violation, by the violation's name. */
export const VIOLATION_RULES = {
  // Handshake.
  /** The first bytes are not those of a BitTorrent handshake (BEP 3). */
  'not-bittorrent': { strict: 'close', interop: 'close' },
  /** The handshake names a torrent that we do not serve. */
  'unknown-torrent': { strict: 'close', interop: 'close' },
  /** The responder's handshake names another torrent than ours. */
  'other-torrent': { strict: 'close', interop: 'close' },
  /** The remote peer has our own peer id: we have connected to ourselves. */
  'own-peer-id': { strict: 'close', interop: 'close' },
  /** The remote peer is already connected, and the other connection is kept. */
  'duplicate-peer': { strict: 'close', interop: 'close' },
  /** The peer id differs from the tracker's. Clients that change their id are common. */
  'unexpected-peer-id': { strict: 'close', interop: 'tolerate' },
  /** The handshake was not complete in time. */
  'handshake-timeout': { strict: 'close', interop: 'close' },
  /** The handshake claims version 2 (BEP 52) for a torrent of version 1 only. */
  'version-2-claimed': { strict: 'ignore', interop: 'ignore' },

  // Frames.
  /** Longer than a message of this id, or any message, can be. A length is unsigned. */
  'frame-too-long': { strict: 'close', interop: 'close' },
  /** The length differs from the only one that a message of this id can have. */
  'wrong-length': { strict: 'close', interop: 'close' },
  /** An id that no specification assigns. */
  'unknown-message': { strict: 'close', interop: 'close' },
  /** A frame was not complete in time. */
  'slow-frame': { strict: 'close', interop: 'close' },
  /** No complete message arrived for too long. */
  idle: { strict: 'close', interop: 'close' },
  /** The remote peer does not read what we send. */
  'output-overflow': { strict: 'close', interop: 'close' },
  /** Too many keep-alives in a minute. */
  'keep-alive-flood': { strict: 'ignore', interop: 'ignore' },

  // Pieces that the remote peer announces.
  /** A piece that the torrent does not have. */
  'piece-out-of-range': { strict: 'close', interop: 'close' },
  /** A bitfield whose length does not fit the number of pieces. */
  'wrong-bitfield-length': { strict: 'close', interop: 'close' },
  /** Bits after the last piece are set. libtorrent, Transmission and rtorrent mask them. */
  'spare-bits': { strict: 'close', interop: 'tolerate' },
  /** A bitfield that is not the first message. aria2 sends them. */
  'late-bitfield': { strict: 'close', interop: 'tolerate' },
  /** More than one of bitfield, have-all and have-none (BEP 6: exactly one). */
  'contradicting-bitfield': { strict: 'close', interop: 'tolerate' },
  /** A piece is announced again. `classic` reports it: a leader may have the piece by now. */
  'repeated-have': { strict: 'ignore', interop: 'ignore', classic: 'tolerate' },
  /** A message of the fast extension, which was not negotiated (BEP 6: MUST close). */
  'fast-not-negotiated': { strict: 'close', interop: 'close' },

  // Requests of the remote peer.
  /** A request for a piece, or bytes of a piece, that the torrent does not have. */
  'request-out-of-range': { strict: 'close', interop: 'reject', closeAbove: 10 },
  /** A request for 0 bytes. */
  'empty-request': { strict: 'close', interop: 'reject', closeAbove: 10 },
  /** A request for a piece that we have never announced. */
  'piece-not-held': { strict: 'reject', interop: 'reject', closeAbove: 10 },
  /** A request for more bytes than we serve at once. */
  'request-too-long': { strict: 'close', interop: 'reject', closeAbove: 100, needsFast: true },
  /** A request while choked, after the grace period; the piece is not in the allowed fast set. */
  'request-while-choked': { strict: 'reject', interop: 'reject', closeAbove: 500 },
  /** A piece of the allowed fast set is requested more than three times. */
  'allowed-fast-abuse': { strict: 'close', interop: 'close' },
  /** The same request is outstanding already. The first one is served (BEP 6: one answer each). */
  'duplicate-request': { strict: 'close', interop: 'reject' },
  /** More outstanding requests than we queue. */
  'too-many-requests': { strict: 'reject', interop: 'reject' },
  /** A request without an `interested` before it. libtorrent takes the interest as implied. */
  'request-without-interest': { strict: 'close', interop: 'tolerate' },
  /** A request for a piece that the remote peer has announced itself. */
  'request-for-held-piece': { strict: 'reject', interop: 'reject' },
  /** A cancel of a request that is not outstanding, or that was answered meanwhile. */
  'unknown-cancel': { strict: 'ignore', interop: 'ignore' },
  /** A cancel of bytes that the torrent does not have. */
  'cancel-out-of-range': { strict: 'close', interop: 'close' },

  // Blocks that the remote peer sends.
  /** A block that we did not request; counted in bytes. BEP 6: MUST close, but no client does. */
  'unrequested-piece': { strict: 'close', interop: 'ignore', closeAbove: 1_048_576 },
  /** A block outside its piece, or at an offset at which none of our requests begins. */
  'block-out-of-range': { strict: 'close', interop: 'close' },
  /** A block that is longer or shorter than the request. */
  'wrong-block-length': { strict: 'close', interop: 'close' },
  /** A block of 0 bytes, with which BitComet refuses a request. */
  'empty-block': { strict: 'close', interop: 'tolerate', closeAbove: 100 },
  /** Too many pieces from this peer have failed the hash check. */
  'bad-pieces': { strict: 'close', interop: 'close' },

  // Fast extension, and port.
  /** A reject of a request that is not outstanding. */
  'unrequested-reject': { strict: 'close', interop: 'ignore' },
  /** A suggest or allowed-fast for a piece that the torrent does not have. */
  'fast-piece-out-of-range': { strict: 'close', interop: 'ignore' },
  /** More allowed-fast pieces than we store. */
  'too-many-fast-pieces': { strict: 'ignore', interop: 'ignore' },
  /** The port is 0, or the torrent is private and may not use the distributed hash table. */
  'useless-port': { strict: 'ignore', interop: 'ignore' },

  // Extension protocol, and bencode.
  /** An extension message although the extension protocol was not negotiated. */
  'extensions-not-negotiated': { strict: 'close', interop: 'close' },
  /** An extension message with an id that we did not assign. */
  'unknown-extension': { strict: 'close', interop: 'ignore', closeAbove: 100 },
  /** Not a dictionary, or truncated. */
  'malformed-extended-handshake': { strict: 'close', interop: 'tolerate' },
  /** An extension whose id is not a byte, or is used by another extension. */
  'bad-extension-entry': { strict: 'ignore', interop: 'ignore' },
  /** Nesting, string lengths or integers that only an attacker sends. */
  'bencode-bomb': { strict: 'close', interop: 'close' },
  /** Not bencode, or truncated. */
  'malformed-bencode': { strict: 'close', interop: 'ignore', closeAbove: 100 },
  /** Integers or keys that are not in canonical form, or trailing bytes. */
  'non-canonical-bencode': { strict: 'close', interop: 'tolerate' },
  /** A `metadata_size` that is not a positive number, or is too large. */
  'bad-metadata-size': { strict: 'ignore', interop: 'ignore' },
  /** A BEP 9 message with an impossible block or size. */
  'bad-metadata-message': { strict: 'close', interop: 'ignore', closeAbove: 10 },
  /** A `reqq` that is not a positive number. */
  'bad-request-queue': { strict: 'ignore', interop: 'ignore' },
  /** A BEP 11 message with a malformed or too long list. */
  'bad-peer-exchange': { strict: 'close', interop: 'ignore', closeAbove: 10 },
  /** BEP 11 messages in too quick succession. */
  'peer-exchange-flood': { strict: 'close', interop: 'ignore', closeAbove: 10 },
  /** A CacheTorrent message with a missing or invalid field, or one that is not allowed here. */
  'bad-cachetorrent-message': { strict: 'close', interop: 'ignore', closeAbove: 10 },
  /** BEP 52 hashes that we did not request. */
  'unrequested-hashes': { strict: 'close', interop: 'ignore', closeAbove: 10 },
} as const;

/** A breach of the protocol by the remote peer, by name. */
export type Violation = keyof typeof VIOLATION_RULES;

/** Malformed bytes from the remote peer: the only error that the codec throws because of them. */
export class WireError extends Error {
  override readonly name = 'WireError';
  /** The rule that the sender broke. */
  readonly violation: Violation;

  /** `detail` says what was found. */
  constructor(violation: Violation, detail: string) {
    super(`${violation}: ${detail}`);
    this.violation = violation;
  }
}
