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

export interface Rule {
  readonly strict: Reaction;
  readonly interop: Reaction;
  readonly classic: Reaction;
  /** Where the reaction is milder than `close`: how much within a minute makes it that. */
  readonly closeAbove?: number;
  /** Closes where not both have the fast extension, and with it a way to refuse. */
  readonly needsFast?: true;
}

function rule(strict: Reaction, interop: Reaction, closeAbove?: number): Rule {
  const reactions = { strict, interop, classic: interop };
  return closeAbove === undefined ? reactions : { ...reactions, closeAbove };
}

const FATAL = rule('close', 'close');

export const RULES = {
  // Handshake.
  /** It does not begin as a BitTorrent handshake does (BEP 3). */
  'not-bittorrent': FATAL,
  /** It asks for a torrent that we do not serve. */
  'unknown-torrent': FATAL,
  /** It answers for another torrent than the one we dialled for. */
  'other-torrent': FATAL,
  /** It is ourselves. */
  'own-peer-id': FATAL,
  /** It is connected to us already, and the other connection stays. */
  'duplicate-peer': FATAL,
  /** Its id is not the one that the tracker gave. Clients that change their id are common. */
  'unexpected-peer-id': rule('close', 'tolerate'),
  'handshake-timeout': FATAL,
  /** It says that a torrent of version 1 could be had as version 2 (BEP 52). */
  'version-2-claimed': rule('ignore', 'ignore'),

  // Frames.
  /** Longer than a frame of its kind can be, or than any may be. A length is unsigned. */
  'frame-too-long': FATAL,
  /** Not the one length that its kind has. */
  'wrong-length': FATAL,
  'unknown-message': FATAL,
  /** Its bytes came too slowly. */
  'slow-frame': FATAL,
  /** Nothing came for too long. */
  'idle': FATAL,
  /** It does not read what we answer. */
  'output-overflow': FATAL,
  'keep-alive-flood': rule('ignore', 'ignore'),

  // What it holds.
  'piece-out-of-range': FATAL,
  'wrong-bitfield-length': FATAL,
  /** Bits are set behind the last piece. libtorrent, Transmission, rtorrent mask them. */
  'spare-bits': rule('close', 'tolerate'),
  /** A bitfield after the first message. aria2 sends them. */
  'late-bitfield': rule('close', 'tolerate'),
  /** More than one of bitfield, have-all and have-none (BEP 6: exactly one). */
  'contradicting-availability': rule('close', 'tolerate'),
  /** `classic` hears it again: there it means that a leader has the piece by now. */
  'repeated-have': { strict: 'ignore', interop: 'ignore', classic: 'tolerate' },
  /** A message of the fast extension, which not both sides have (BEP 6: MUST close). */
  'fast-not-negotiated': FATAL,

  // What it asks for.
  /** A piece, or bytes of one, that the torrent does not have. */
  'request-out-of-range': rule('close', 'reject', 10),
  'empty-request': rule('close', 'reject', 10),
  /** A piece that we never said we hold. */
  'piece-not-held': rule('reject', 'reject', 10),
  /** More bytes than we serve at once. */
  'request-too-long': { ...rule('close', 'reject', 100), needsFast: true },
  /** While choked, and not just so; the piece is not allowed fast. */
  'request-while-choked': rule('reject', 'reject', 500),
  /** A piece that is allowed fast, three times over. */
  'allowed-fast-abuse': FATAL,
  /** Something that it has asked for and that is not answered yet. */
  'duplicate-request': rule('close', 'ignore'),
  'too-many-requests': rule('reject', 'reject'),
  /** It asks, and has not said that it is interested. libtorrent takes it as said. */
  'request-without-interest': rule('close', 'tolerate'),
  /** A piece that it has told us it holds. */
  'request-for-held-piece': rule('reject', 'reject'),
  /** A cancel of what it has not asked for, or of what was sent meanwhile. */
  'unknown-cancel': rule('ignore', 'ignore'),
  'cancel-out-of-range': FATAL,

  // What it sends.
  /** A block that we did not ask for; counted in bytes. BEP 6 says MUST close, nobody does. */
  'unrequested-piece': rule('close', 'ignore', 2 ** 20),
  /** A block that is outside its piece, or begins where none of our requests can. */
  'block-out-of-range': FATAL,
  /** A block that is longer or shorter than we asked for. */
  'wrong-block-length': FATAL,
  /** A block of no bytes; BitComet means by it that it will not send any. */
  'empty-block': rule('close', 'tolerate', 100),
  /** Too many of its pieces have failed their hash. */
  'bad-pieces': FATAL,

  // Fast extension, and the port.
  'unrequested-reject': rule('close', 'ignore'),
  /** A suggestion or an allowance of a piece that the torrent does not have. */
  'fast-piece-out-of-range': rule('close', 'ignore'),
  'too-many-fast-pieces': rule('ignore', 'ignore'),
  /** The port is 0, or the torrent is private and has no hash table. */
  'useless-port': rule('ignore', 'ignore'),

  // Extension protocol, and bencode.
  'extensions-not-negotiated': FATAL,
  'unknown-extension': rule('close', 'ignore', 100),
  /** Not a dictionary, or cut short. */
  'malformed-extended-handshake': rule('close', 'tolerate'),
  /** An extension with an id that is no byte, or that another has. */
  'bad-extension-entry': rule('ignore', 'ignore'),
  /** Nesting, strings or integers that no honest program sends. */
  'bencode-bomb': FATAL,
  /** No bencode at all, or cut short. */
  'malformed-bencode': rule('close', 'ignore', 100),
  /** Integers or keys that could be written otherwise, or something behind the end. */
  'non-canonical-bencode': rule('close', 'tolerate'),
  'bad-metadata-size': rule('ignore', 'ignore'),
  /** A BEP 9 message that asks for, or brings, what cannot be. */
  'bad-metadata-message': rule('close', 'ignore', 10),
  /** Its `reqq` is no number, or not positive. */
  'bad-request-queue': rule('ignore', 'ignore'),
  'bad-peer-exchange': rule('close', 'ignore', 10),
  'peer-exchange-flood': rule('close', 'ignore', 10),
  /** One of CacheTorrent's messages with a field missing or absurd, or out of place. */
  'bad-cachetorrent-message': rule('close', 'ignore', 10),
  /** BEP 52 hashes that we did not ask for. */
  'unrequested-hashes': rule('close', 'ignore', 10),
} as const satisfies Readonly<Record<string, Rule>>;

/** What was wrong, by name. */
export type Fault = keyof typeof RULES;
