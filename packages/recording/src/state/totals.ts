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

const NAMES = [
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
] as const satisfies readonly (keyof Totals)[];

const COUNT = NAMES.length;
const INDEX = Object.fromEntries(NAMES.map((name, i) => [name, i])) as Record<keyof Totals, number>;

/** The totals of all AS: by AS, then in the order of `NAMES`. */
export class TotalsByAs {
  readonly #values: Float64Array;

  constructor(asCount: number) {
    this.#values = new Float64Array(asCount * COUNT);
  }

  /** Adds to a total of an AS. */
  add(as: number, name: keyof Totals, by: number): void {
    this.#values[as * COUNT + INDEX[name]]! += by;
  }

  /** One total of an AS. */
  value(as: number, name: keyof Totals): number {
    return this.#values[as * COUNT + INDEX[name]]!;
  }

  /** All totals of an AS. */
  of(as: number): Totals {
    return totalsFrom(this.#values.subarray(as * COUNT, (as + 1) * COUNT));
  }

  /** The totals of all AS together. */
  sum(): Totals {
    const sums = new Float64Array(COUNT);
    const values = this.#values;
    for (let at = 0; at < values.length; at += COUNT) {
      for (let i = 0; i < COUNT; i++) sums[i]! += values[at + i]!;
    }
    return totalsFrom(sums);
  }

  snapshot(): Float64Array {
    return this.#values.slice();
  }

  restore(snapshot: Float64Array): void {
    this.#values.set(snapshot);
  }
}

function totalsFrom(values: Float64Array): Totals {
  const entries = NAMES.map((name, i) => [name, values[i]!]);
  return Object.fromEntries(entries) as unknown as Totals;
}
