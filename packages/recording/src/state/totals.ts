/** What an AS, or the whole swarm, has come to: the names are those of the timeline of a run. */

/** Numbers of an AS at a time. Those from `outsideBits` on are as of the end of the last frame. */
export interface Totals {
  /** Peers that are there and lack pieces. */
  readonly leechers: number;
  /** Peers that are there and have the whole file. */
  readonly seeds: number;
  /** Peers that are leaders. */
  readonly leaders: number;
  /** Peers that have arrived since the start; one that has come back counts again. */
  readonly arrivals: number;
  /** Peers that have completed the file, without those that arrived with it. */
  readonly completions: number;
  /** Peers that have left because they had finished. */
  readonly finished: number;
  /** Peers that have given up. */
  readonly aborted: number;
  /** Peers that have crashed. */
  readonly crashed: number;
  /** Pieces that its peers hold, all together. */
  readonly piecesHeld: number;
  /** Connections on which pieces are being sent. */
  readonly activeConnections: number;
  /** Bits of whole blocks that have arrived from other AS. */
  readonly outsideBits: number;
  /** Bits of whole blocks that have arrived from this AS. */
  readonly insideBits: number;
  /** Bits of whole blocks that have arrived for peers that had left. */
  readonly lostBits: number;
  /** Bits that its peers have sent, also of pieces that are not complete; in whole bits. */
  readonly sentBits: number;
  /** Bits that its peers could have sent while each was there; in whole bits. */
  readonly capacityBits: number;
  /** Blocks that have arrived from other AS, since figures count. */
  readonly importedBlocks: number;
  /** Pieces of which such blocks have arrived. */
  readonly importedPieces: number;
  /** Pieces that a leecher of the AS has lacked, since figures count. */
  readonly neededPieces: number;
  /** Peers that lack pieces and to which nothing flows. */
  readonly unserved: number;
}

/** The totals in the order in which a state holds them. */
export const TOTALS: readonly (keyof Totals)[] = [
  'leechers',
  'seeds',
  'leaders',
  'arrivals',
  'completions',
  'finished',
  'aborted',
  'crashed',
  'piecesHeld',
  'activeConnections',
  'outsideBits',
  'insideBits',
  'lostBits',
  'sentBits',
  'capacityBits',
  'importedBlocks',
  'importedPieces',
  'neededPieces',
  'unserved',
];

/** The totals with these values, which are in order. */
export function totalsFrom(values: ArrayLike<number>): Totals {
  const entries = TOTALS.map((name, i) => [name, values[i]!]);
  return Object.fromEntries(entries) as unknown as Totals;
}
