/**
 * The numbers of the format, which `docs/recording.md` describes.
 *
 * A recording is a preamble and parts: the header, frames, and the end. Every part begins with an
 * envelope of six integers of 32 bits, the lowest byte first:
 *
 *     kind │ number of the frame │ stored bytes │ bytes when inflated │ CRC-32 of what is stored │
 *     CRC-32 of the envelope until here
 */

/** The first bytes of a recording: text tools take it for binary, and notice changed line ends. */
export const MAGIC: Uint8Array = Uint8Array.of(0x89, 0x43, 0x54, 0x52, 0x0d, 0x0a, 0x1a, 0x0a);

/** The version of the format. A reader reads this one only. */
export const FORMAT_VERSION = 1;

/** The magic bytes, and the version as 32 bits. */
export const PREAMBLE_BYTES: number = MAGIC.length + 4;

/** The size of an envelope. */
export const ENVELOPE_BYTES = 24;

/** The kinds of parts, by the numbers in their envelopes. */
export const PART_KINDS = ['', 'header', 'frame', 'end'] as const;

/** The kind of a part. */
export type PartKind = Exclude<(typeof PART_KINDS)[number], ''>;

/** No part is larger than this, neither stored nor inflated: 256 MiB. */
export const PART_BYTES_MAX: number = 2 ** 28;

/** What a reader accepts in a header. */
export const LIMITS = {
  as: 8_192,
  /** Nodes: the tracker and the peers; 2^24. */
  nodes: 16_777_216,
  /** 2^22. */
  pieces: 4_194_304,
  subTorrents: 1_024,
  /** Some ten years. */
  frameMs: 315_360_000_000,
} as const;

/**
 * The changes of a chunk, by the number in the low four bits of their tag. The rest of the tag is
 * the time since the change before, or the start of the frame, in ms; of the first two it is 0, and
 * their time is the end of the frame.
 */
export const OP = {
  counters: 0,
  traffic: 1,
  arrived: 2,
  started: 3,
  left: 4,
  role: 5,
  stored: 6,
  connected: 7,
  disconnected: 8,
  unchoked: 9,
  flowOpened: 10,
  flowClosed: 11,
  rates: 12,
  fault: 13,
} as const;

/** What a tag is multiplied by the time with. */
export const OPS = 16;

/** Why a peer has left, by number. */
export const DEPARTURES = ['finished', 'aborted', 'crashed'] as const;

/** Why a peer has left: it had the whole file and has stayed as long as it wanted, or not. */
export type DepartureReason = (typeof DEPARTURES)[number];

/** The roles of peers, by number. */
export const ROLES = ['peer', 'leader', 'follower'] as const;

/** The role of a peer in a sub-torrent. */
export type RecordedRole = (typeof ROLES)[number];

/** What a peer holds when it starts, by number. */
export const HOLDINGS = ['none', 'all', 'kept'] as const;

/** What a peer holds when it starts: nothing, the whole file, or what it had when it left. */
export type Holdings = (typeof HOLDINGS)[number];

/** The counters of an AS, in the order of the bits that say which of them have changed. */
export const COUNTERS = [
  'outsideBits',
  'insideBits',
  'lostBits',
  'sentBits',
  'capacityBits',
  'importedBlocks',
  'importedPieces',
  'neededPieces',
  'unserved',
] as const;

/** A counter of an AS. */
export type CounterName = (typeof COUNTERS)[number];
