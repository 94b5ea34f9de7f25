/** Which peers live in which AS, and the other numbers of a header that bound those of changes. */

import type { RecordingHeader } from './header.ts';

export class Places {
  readonly asCount: number;
  /** The tracker and the peers. */
  readonly nodeCount: number;
  readonly pieces: number;
  readonly subTorrents: number;
  readonly faultCount: number;
  /** The nodes by AS, those of one AS by id; and the first of each AS. */
  readonly #nodes: Uint32Array;
  readonly #first: Uint32Array;

  constructor({ as, peers, pieces, subTorrents, faults }: RecordingHeader) {
    this.asCount = as.name.length;
    this.nodeCount = peers.as.length;
    this.pieces = pieces;
    this.subTorrents = subTorrents;
    this.faultCount = faults.length;
    this.#first = new Uint32Array(this.asCount + 1);
    for (const each of peers.as) this.#first[each + 1]!++;
    for (let each = 0; each < this.asCount; each++) this.#first[each + 1]! += this.#first[each]!;
    this.#nodes = new Uint32Array(this.nodeCount);
    const next = this.#first.slice();
    for (const [id, each] of peers.as.entries()) this.#nodes[next[each]!++] = id;
  }

  /** The ids of the nodes of an AS, in ascending order. */
  nodesOf(as: number): Uint32Array {
    return this.#nodes.subarray(this.#first[as], this.#first[as + 1]);
  }
}
