/** What one AS writes down of the run, for the result: it decides nothing. */

import { MESSAGE_KINDS } from '@cachetorrent/protocol';

import type { Plan } from '../plan/plan.ts';

/** What an AS reports at the end; plain data. Arrays by node are in order of rank. */
export interface AsReport {
  /** When each of its nodes held the whole file, in ms; NaN where it never did. */
  readonly completedAtMs: Float64Array;
  /** The role of each of its nodes: an index into `ROLES`. */
  readonly roles: Uint8Array;
  /** For each piece, how often it was transferred into the AS from outside. */
  readonly imports: Uint32Array;
  /** For each AS, how many bits of pieces arrived from it. */
  readonly bitsFrom: Float64Array;
  /** For each AS, how many bits of pieces were sent to it; what is under way at the end counts. */
  readonly bitsTo: Float64Array;
  /** Messages sent, by kind, in the order of `MESSAGE_KINDS`. */
  readonly messages: Float64Array;
  /** For each piece, how many of its nodes that can upload hold it. */
  readonly sources: Uint32Array;
  /** Its rows of the timeline, where one is wanted. */
  readonly timeline?: Float64Array;
}

export class Observations {
  readonly completedAtMs: Float64Array;
  readonly imports: Uint32Array;
  readonly bitsFrom: Float64Array;
  readonly bitsTo: Float64Array;
  /** Bits of pieces that arrived from other AS, and from this one, and that left for any. */
  outsideBits = 0;
  insideBits = 0;
  sentBits = 0;
  readonly #system: number;
  readonly #pieceBits: number;

  /** For an AS of so many nodes. */
  constructor({ swarm, asCount }: Plan, system: number, nodes: number) {
    this.#system = system;
    this.#pieceBits = swarm.pieceBits;
    this.completedAtMs = new Float64Array(nodes).fill(NaN);
    this.imports = new Uint32Array(swarm.pieces);
    this.bitsFrom = new Float64Array(asCount);
    this.bitsTo = new Float64Array(asCount);
  }

  /** A piece has arrived from a node of AS `from`. */
  received(from: number, piece: number): void {
    this.bitsFrom[from]! += this.#pieceBits;
    if (from === this.#system) {
      this.insideBits += this.#pieceBits;
    } else {
      this.outsideBits += this.#pieceBits;
      this.imports[piece]!++;
    }
  }

  /** A piece has left for a node of AS `to`. */
  sent(to: number): void {
    this.bitsTo[to]! += this.#pieceBits;
    this.sentBits += this.#pieceBits;
  }

  completed(rank: number, atMs: number): void {
    this.completedAtMs[rank] = atMs;
  }
}

/** Messages of all kinds together. */
export function totalOf(messages: Float64Array): number {
  let total = 0;
  for (let kind = 0; kind < MESSAGE_KINDS.length; kind++) total += messages[kind]!;
  return total;
}
