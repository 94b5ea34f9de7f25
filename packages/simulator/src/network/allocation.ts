/**
 * Max-min fair rates, computed by all autonomous systems at once.
 *
 * A flow goes from the upload of one node to the download of another. Rates are max-min fair when
 * no flow can grow without shrinking one that is not larger. The textbook finds them by
 * progressive filling: all rates grow alike until some resource is full; its flows are fixed, and
 * the others grow on (Bertsekas and Gallager, Data Networks, section 6.5.2).
 *
 * Here many resources freeze in one round. The share of a resource is what its fixed flows leave,
 * divided by how many others it has. A resource whose share is the least along each of its
 * unfixed flows would fill before anything that those flows cross, so its flows get its share
 * whatever happens elsewhere. A round is two steps, with a barrier after each:
 *
 *     publishShares   every owner writes the share of each of its resources
 *     freeze          every owner freezes those that are the tightest of all their unfixed flows
 *
 * The least share of all always freezes, so rounds come to an end. Nothing is shared about a flow
 * itself: its rate is the share of whichever of its two ends froze first, and if both froze in one
 * round, their shares are equal.
 *
 *     board     share, round of node 0's upload | … of its download | … of node 1's upload | …
 *     slot      0      1                          2 3                 4 5
 *
 * A resource goes by its slot on the shared board: there stands its share in kbit/s, and after it
 * the round in which it froze last. Rounds are counted over the whole run, so nothing needs to be
 * cleared. Only its owner writes to a slot: the share in the first step, the round in the second;
 * others read each in the step in which it is not written. Rates are subtracted by round, and
 * within a round by slot of the other end, so not a bit of the result depends on who owns what.
 */

import { assert } from '@cachetorrent/std';

import { FlowLists } from './flow-lists.ts';
import { sharedFloat64 } from './shared-arrays.ts';

/** What the parts of an allocation share: 32 bytes a node. */
export interface SharedRates {
  readonly board: Float64Array;
}

export function sharedRates(nodeCount: number): SharedRates {
  return { board: sharedFloat64(SLOTS_PER_NODE * nodeCount) };
}

export interface AllocationOptions {
  /** The nodes of this part: `nodeCount` from `firstNode` on. */
  readonly firstNode: number;
  readonly nodeCount: number;
  /** Capacities of these nodes, in kbit/s (bits per ms), at least 0 and finite. */
  readonly uploadKbps: Float64Array;
  readonly downloadKbps: Float64Array;
  readonly shared: SharedRates;
}

/**
 * The part of one autonomous system. At an allocation instant all parts call `begin`, then in
 * lockstep `publishShares` and `freeze`, until `publishShares` has been false of every part. A part
 * that has nothing left to do takes part in every step all the same: it counts the rounds.
 */
export class Allocation {
  readonly #firstNode: number;
  readonly #capacity: Float64Array;
  readonly #board: Float64Array;

  /** For each own resource, the other ends of its flows. Node by node, upload and download. */
  readonly #flows: FlowLists;
  /** In the layout of `#flows`: the other ends of the flows that are not fixed yet. */
  #unfixed = new Int32Array(0);
  /** For each own resource: how many these are, and what the fixed flows leave of its capacity. */
  readonly #unfixedCount: Int32Array;
  readonly #left: Float64Array;

  /** The own resources that have flows which are not fixed: the first `#openCount` entries. */
  readonly #open: Int32Array;
  #openCount = 0;

  /** The stamp of the last round, and of the first one at this instant. */
  #round = 0;
  #firstRound = 0;
  /** Shares that have been published at this instant. */
  #published = 0;

  constructor({ firstNode, nodeCount, uploadKbps, downloadKbps, shared }: AllocationOptions) {
    this.#firstNode = firstNode;
    this.#capacity = new Float64Array(2 * nodeCount);
    for (let node = 0; node < nodeCount; node++) {
      this.#capacity[2 * node] = uploadKbps[node]!;
      this.#capacity[2 * node + 1] = downloadKbps[node]!;
    }
    this.#board = shared.board;
    this.#flows = new FlowLists(2 * nodeCount);
    this.#unfixedCount = new Int32Array(2 * nodeCount);
    this.#left = new Float64Array(2 * nodeCount);
    this.#open = new Int32Array(2 * nodeCount);
  }

  /** A flow begins from `node`, which is one of this part, to `target`, which may be. */
  openOutgoing(node: number, target: number): void {
    this.#flows.insert(2 * (node - this.#firstNode), downloadSlot(target));
  }

  closeOutgoing(node: number, target: number): void {
    this.#flows.remove(2 * (node - this.#firstNode), downloadSlot(target));
  }

  /** A flow begins to `node`, which is one of this part, from `source`, which may be. */
  openIncoming(node: number, source: number): void {
    this.#flows.insert(2 * (node - this.#firstNode) + 1, uploadSlot(source));
  }

  closeIncoming(node: number, source: number): void {
    this.#flows.remove(2 * (node - this.#firstNode) + 1, uploadSlot(source));
  }

  /** An allocation instant: both ends know of every flow. */
  begin(): void {
    this.#firstRound = this.#round + 1;
    this.#published = 0;
    this.#openCount = 0;
    const { length } = this.#flows;
    for (let own = 0; own < length.length; own++) {
      if (length[own]! > 0) this.#open[this.#openCount++] = own;
    }
  }

  /** First step of a round. True if some flow of this part is not fixed: then `freeze` follows. */
  publishShares(): boolean {
    if (this.#published === 0) this.#publishFirstShares();
    else this.#publishNextShares();
    this.#published++;
    return this.#openCount > 0;
  }

  /** Second step of a round: `publishShares` of all parts has returned. */
  freeze(): void {
    this.#round++;
    const unfixed = this.#published === 1 ? this.#flows.entries : this.#unfixed;
    const board = this.#board;
    const firstSlot = uploadSlot(this.#firstNode);
    let stillOpen = 0;
    for (let i = 0; i < this.#openCount; i++) {
      const own = this.#open[i]!;
      const start = this.#flows.start[own]!;
      const end = start + this.#unfixedCount[own]!;
      const slot = firstSlot + 2 * own;
      const share = board[slot]!;
      let place = start;
      while (place < end && share <= board[unfixed[place]!]!) place++;

      if (place === end) board[slot + 1] = this.#round;
      else this.#open[stillOpen++] = own;
    }
    this.#openCount = stillOpen;
  }

  /**
   * The rate in kbit/s of a flow that took part in the last allocation, once that has ended. One
   * of its ends belongs to this part.
   */
  rateKbps(source: number, target: number): number {
    const upload = uploadSlot(source);
    const download = downloadSlot(target);
    const uploadRound = this.#board[upload + 1]!;
    const downloadRound = this.#board[download + 1]!;
    const uploadFroze = uploadRound >= this.#firstRound;
    const downloadFroze = downloadRound >= this.#firstRound;
    assert(uploadFroze || downloadFroze, 'an allocation fixes every flow');
    const byUpload = uploadFroze && (!downloadFroze || uploadRound <= downloadRound);
    return this.#board[byUpload ? upload : download]!;
  }

  #publishFirstShares(): void {
    const firstSlot = uploadSlot(this.#firstNode);
    for (let i = 0; i < this.#openCount; i++) {
      const own = this.#open[i]!;
      const flowCount = this.#flows.length[own]!;
      this.#unfixedCount[own] = flowCount;
      this.#left[own] = this.#capacity[own]!;
      this.#board[firstSlot + 2 * own] = this.#capacity[own]! / flowCount;
    }
    if (this.#unfixed.length < this.#flows.entries.length) {
      this.#unfixed = new Int32Array(this.#flows.entries.length);
    }
  }

  /** Passes over the unfixed flows; takes out those that the last round fixed at the other end. */
  #publishNextShares(): void {
    const unfixed = this.#unfixed;
    const before = this.#published === 1 ? this.#flows.entries : unfixed;
    const board = this.#board;
    const firstSlot = uploadSlot(this.#firstNode);
    const firstRound = this.#firstRound;
    let stillOpen = 0;
    for (let i = 0; i < this.#openCount; i++) {
      const own = this.#open[i]!;
      const start = this.#flows.start[own]!;
      const end = start + this.#unfixedCount[own]!;
      let left = this.#left[own]!;
      let kept = start;
      for (let place = start; place < end; place++) {
        const other = before[place]!;
        if (board[other + 1]! >= firstRound) left -= board[other]!;
        else unfixed[kept++] = other;
      }
      if (kept === start) continue;

      this.#left[own] = left;
      this.#unfixedCount[own] = kept - start;
      // No fixed rate is above the share, so this is never below nothing, not by rounding either.
      board[firstSlot + 2 * own] = left / (kept - start);
      this.#open[stillOpen++] = own;
    }
    this.#openCount = stillOpen;
  }
}

const SLOTS_PER_NODE = 4;

function uploadSlot(node: number): number {
  return SLOTS_PER_NODE * node;
}

function downloadSlot(node: number): number {
  return SLOTS_PER_NODE * node + 2;
}
