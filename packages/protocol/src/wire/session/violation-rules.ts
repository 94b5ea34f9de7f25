/**
 * What may be wrong with what the other side sends, and what we do about it: policy as a table.
 * The machinery that finds the faults is in the codec and the session.
 *
 * Real clients are stricter and odder than the specifications, so there are three profiles:
 *
 *   strict   every MUST and SHOULD of the specifications closes
 *   interop  what real clients do and get away with is put up with; the default
 *   classic  interop for peers that ask for whole pieces and announce piece by piece
 */

export type Profile = 'strict' | 'interop' | 'classic';

/**
 * close     hang up; the fault is the reason
 * reject    refuse this request: with REJECT where both have the fast extension, else silently
 * ignore    act as if the message had not come
 * tolerate  put the message right and hear it
 */
export type Reaction = 'close' | 'reject' | 'ignore' | 'tolerate';

/** What is done about one fault, by profile. */
export interface Rule {
  /** The reaction in profile `strict`. */
  readonly strict: Reaction;
  /** The reaction in profile `interop`. */
  readonly interop: Reaction;
  /** As in `interop`, where absent. */
  readonly classic?: Reaction;
  /** Where the reaction is milder than `close`: how much within a minute makes it that. */
  readonly closeAbove?: number;
  /** Closes where not both have the fast extension, and with it a way to refuse. */
  readonly needsFast?: true;
}

/** By name everything that may be wrong, and what is done about it. */
export const RULES = {
  // Handshake.
  /** It does not begin as a BitTorrent handshake does (BEP 3). */
  'not-bittorrent': { strict: 'close', interop: 'close' },
  /** It asks for a torrent that we do not serve. */
  'unknown-torrent': { strict: 'close', interop: 'close' },
  /** It answers for another torrent than the one we dialled for. */
  'other-torrent': { strict: 'close', interop: 'close' },
  /** It is ourselves. */
  'own-peer-id': { strict: 'close', interop: 'close' },
  /** It is connected to us already, and the other connection stays. */
  'duplicate-peer': { strict: 'close', interop: 'close' },
  /** Its id is not the one that the tracker gave. Clients that change their id are common. */
  'unexpected-peer-id': { strict: 'close', interop: 'tolerate' },
  'handshake-timeout': { strict: 'close', interop: 'close' },
  /** It says that a torrent of version 1 could be had as version 2 (BEP 52). */
  'version-2-claimed': { strict: 'ignore', interop: 'ignore' },

  // Frames.
  /** Longer than a frame of its kind can be, or than any may be. A length is unsigned. */
  'frame-too-long': { strict: 'close', interop: 'close' },
  /** Not the one length that its kind has. */
  'wrong-length': { strict: 'close', interop: 'close' },
  'unknown-message': { strict: 'close', interop: 'close' },
  /** Its bytes came too slowly. */
  'slow-frame': { strict: 'close', interop: 'close' },
  /** Nothing came for too long. */
  idle: { strict: 'close', interop: 'close' },
  /** It does not read what we answer. */
  'output-overflow': { strict: 'close', interop: 'close' },
  'keep-alive-flood': { strict: 'ignore', interop: 'ignore' },

  // What it holds.
  'piece-out-of-range': { strict: 'close', interop: 'close' },
  'wrong-bitfield-length': { strict: 'close', interop: 'close' },
  /** Bits are set behind the last piece. libtorrent, Transmission, rtorrent mask them. */
  'spare-bits': { strict: 'close', interop: 'tolerate' },
  /** A bitfield after the first message. aria2 sends them. */
  'late-bitfield': { strict: 'close', interop: 'tolerate' },
  /** More than one of bitfield, have-all and have-none (BEP 6: exactly one). */
  'contradicting-availability': { strict: 'close', interop: 'tolerate' },
  /** `classic` hears it again: there it means that a leader has the piece by now. */
  'repeated-have': { strict: 'ignore', interop: 'ignore', classic: 'tolerate' },
  /** A message of the fast extension, which not both sides have (BEP 6: MUST close). */
  'fast-not-negotiated': { strict: 'close', interop: 'close' },

  // What it asks for.
  /** A piece, or bytes of one, that the torrent does not have. */
  'request-out-of-range': { strict: 'close', interop: 'reject', closeAbove: 10 },
  'empty-request': { strict: 'close', interop: 'reject', closeAbove: 10 },
  /** A piece that we never said we hold. */
  'piece-not-held': { strict: 'reject', interop: 'reject', closeAbove: 10 },
  /** More bytes than we serve at once. */
  'request-too-long': { strict: 'close', interop: 'reject', closeAbove: 100, needsFast: true },
  /** While choked, and not just so; the piece is not allowed fast. */
  'request-while-choked': { strict: 'reject', interop: 'reject', closeAbove: 500 },
  /** A piece that is allowed fast, three times over. */
  'allowed-fast-abuse': { strict: 'close', interop: 'close' },
  /** Something that it has asked for and that is not answered yet. */
  'duplicate-request': { strict: 'close', interop: 'ignore' },
  'too-many-requests': { strict: 'reject', interop: 'reject' },
  /** It asks, and has not said that it is interested. libtorrent takes it as said. */
  'request-without-interest': { strict: 'close', interop: 'tolerate' },
  /** A piece that it has told us it holds. */
  'request-for-held-piece': { strict: 'reject', interop: 'reject' },
  /** A cancel of what it has not asked for, or of what was sent meanwhile. */
  'unknown-cancel': { strict: 'ignore', interop: 'ignore' },
  'cancel-out-of-range': { strict: 'close', interop: 'close' },

  // What it sends.
  /** A block that we did not ask for; counted in bytes. BEP 6 says MUST close, nobody does. */
  'unrequested-piece': { strict: 'close', interop: 'ignore', closeAbove: 1_048_576 },
  /** A block that is outside its piece, or begins where none of our requests can. */
  'block-out-of-range': { strict: 'close', interop: 'close' },
  /** A block that is longer or shorter than we asked for. */
  'wrong-block-length': { strict: 'close', interop: 'close' },
  /** A block of no bytes; BitComet means by it that it will not send any. */
  'empty-block': { strict: 'close', interop: 'tolerate', closeAbove: 100 },
  /** Too many of its pieces have failed their hash. */
  'bad-pieces': { strict: 'close', interop: 'close' },

  // Fast extension, and the port.
  'unrequested-reject': { strict: 'close', interop: 'ignore' },
  /** A suggestion or an allowance of a piece that the torrent does not have. */
  'fast-piece-out-of-range': { strict: 'close', interop: 'ignore' },
  'too-many-fast-pieces': { strict: 'ignore', interop: 'ignore' },
  /** The port is 0, or the torrent is private and has no hash table. */
  'useless-port': { strict: 'ignore', interop: 'ignore' },

  // Extension protocol, and bencode.
  'extensions-not-negotiated': { strict: 'close', interop: 'close' },
  'unknown-extension': { strict: 'close', interop: 'ignore', closeAbove: 100 },
  /** Not a dictionary, or cut short. */
  'malformed-extended-handshake': { strict: 'close', interop: 'tolerate' },
  /** An extension with an id that is no byte, or that another has. */
  'bad-extension-entry': { strict: 'ignore', interop: 'ignore' },
  /** Nesting, strings or integers that no honest program sends. */
  'bencode-bomb': { strict: 'close', interop: 'close' },
  /** No bencode at all, or cut short. */
  'malformed-bencode': { strict: 'close', interop: 'ignore', closeAbove: 100 },
  /** Integers or keys that could be written otherwise, or something behind the end. */
  'non-canonical-bencode': { strict: 'close', interop: 'tolerate' },
  'bad-metadata-size': { strict: 'ignore', interop: 'ignore' },
  /** A BEP 9 message that asks for, or brings, what cannot be. */
  'bad-metadata-message': { strict: 'close', interop: 'ignore', closeAbove: 10 },
  /** Its `reqq` is no number, or not positive. */
  'bad-request-queue': { strict: 'ignore', interop: 'ignore' },
  'bad-peer-exchange': { strict: 'close', interop: 'ignore', closeAbove: 10 },
  'peer-exchange-flood': { strict: 'close', interop: 'ignore', closeAbove: 10 },
  /** One of CacheTorrent's messages with a field missing or absurd, or out of place. */
  'bad-cachetorrent-message': { strict: 'close', interop: 'ignore', closeAbove: 10 },
  /** BEP 52 hashes that we did not ask for. */
  'unrequested-hashes': { strict: 'close', interop: 'ignore', closeAbove: 10 },
} as const;

/** What was wrong, by name. */
export type Fault = keyof typeof RULES;
