/**
 * The allocation of max–min fair rates, computed by all autonomous systems in parallel.
 *
 * A flow goes from the upload of one node to the download of another: it uses these two resources.
 * Rates are max–min fair if no rate can grow unless a smaller or equal one shrinks. The textbook
 * algorithm is progressive filling: all rates grow equally until some resource is full; its flows
 * are fixed, and the others grow on (Bertsekas and Gallager, Data Networks, section 6.5.2).
 *
 * Here many resources freeze in one round. The share of a resource is the capacity that its fixed
 * flows leave, divided by the number of its unfixed flows. If this share is the least along each of
 * its unfixed flows, the resource would fill before any other resource of those flows, so they get
 * its share whatever happens elsewhere. A round has two steps, with a barrier after each:
 *
 *     publishShares   each AS writes the shares of its resources
 *     freeze          each AS freezes those of its resources that limit all their unfixed flows
 *
 * The least share of all always freezes, so the rounds end. No data is shared per flow: the rate of
 * a flow is the share of the one of its two resources that froze first; if both froze in the same
 * round, their shares are equal.
 *
 *     shares    share, round of node 0's upload | … of its download | … of node 1's upload | …
 *     slot      0      1                          2 3                 4 5
 *
 * A resource is identified by its slot in the shared array: it holds the share in kbit/s, and the
 * next element the round in which the resource froze last. Rounds are counted over the whole run,
 * so nothing needs to be cleared. Only the AS of a node writes to its slots: the share in the first
 * step, the round in the second; the others read each in the step in which it is not written. Rates
 * are subtracted by round, and within a round by slot of the other end, so the result is the same
 * to the bit for any assignment of nodes to AS.
 *
 * Where borders between AS have capacities, or the round trip bounds the rate of a flow, the rates
 * are computed as `bordered-allocation.ts` has it.
 */

import { assert } from '@cachetorrent/std';

import { FlowLists } from './flow-lists.ts';
import { sharedFloat64, sharedInt32 } from './shared-arrays.ts';

/** The shared memory of an allocation: 44 bytes per node. */
export interface SharedRates {
  readonly shares: Float64Array;
  /**
   * For each upload and download, the last round in which a flow of it was fixed from elsewhere;
   * only `bordered-allocation.ts` uses it.
   */
  readonly touchedRound: Int32Array;
  /** For each AS, of which there are no more than nodes, the last round in which that happened. */
  readonly touchedAsRound: Int32Array;
}

export function sharedRates(nodeCount: number): SharedRates {
  return {
    shares: sharedFloat64(SLOTS_PER_NODE * nodeCount),
    touchedRound: sharedInt32((SLOTS_PER_NODE / 2) * nodeCount),
    touchedAsRound: sharedInt32(nodeCount),
  };
}

export interface AllocationOptions {
  /** The nodes of this AS: `nodeCount` from `firstNode` on. */
  readonly firstNode: number;
  readonly nodeCount: number;
  /** Capacities of these nodes, in kbit/s (bits per ms), at least 0 and finite. */
  readonly uploadKbps: Float64Array;
  readonly downloadKbps: Float64Array;
  readonly shared: SharedRates;
}

/** The node whose upload or download has a slot. */
export function nodeOfSlot(slot: number): number {
  return slot >>> 2;
}

/**
 * The allocation of one autonomous system. At an allocation instant all AS call `begin`, then in
 * lockstep `publishShares` and `freeze`, until `publishShares` has returned false for every AS. An
 * AS with nothing left to do takes part in every step nevertheless, since it counts the rounds.
 */
export class Allocation {
  /** A round is `publishShares` and `freeze`. */
  readonly stepsPerRound = 2;
  readonly #firstNode: number;
  readonly #capacityKbps: Float64Array;
  readonly #shares: Float64Array;

  /** For each own resource, the other ends of its flows; for each node, upload and download. */
  readonly #flows: FlowLists;
  /** In the layout of `#flows`: the other ends of the unfixed flows. */
  #unfixed = new Int32Array(0);
  /** For each own resource: the number of these, and the capacity that its fixed flows leave. */
  readonly #unfixedCount: Int32Array;
  readonly #remainingKbps: Float64Array;

  /** The own resources that have unfixed flows: the first `#activeCount` elements. */
  readonly #active: Int32Array;
  #activeCount = 0;

  /** The number of the last round, and of the first one of this instant. */
  #round = 0;
  #firstRound = 0;
  /** How many times shares have been published at this instant. */
  #publishedCount = 0;

  constructor({ firstNode, nodeCount, uploadKbps, downloadKbps, shared }: AllocationOptions) {
    this.#firstNode = firstNode;
    this.#capacityKbps = new Float64Array(2 * nodeCount);
    for (let node = 0; node < nodeCount; node++) {
      this.setCapacity(node, uploadKbps[node]!, downloadKbps[node]!);
    }
    this.#shares = shared.shares;
    this.#flows = new FlowLists(2 * nodeCount);
    this.#unfixedCount = new Int32Array(2 * nodeCount);
    this.#remainingKbps = new Float64Array(2 * nodeCount);
    this.#active = new Int32Array(2 * nodeCount);
  }

  /** Adds a flow from `node`, which belongs to this AS, to `target`, which may. */
  openOutgoing(node: number, target: number): void {
    this.#flows.insert(2 * (node - this.#firstNode), downloadSlot(target));
  }

  closeOutgoing(node: number, target: number): void {
    this.#flows.remove(2 * (node - this.#firstNode), downloadSlot(target));
  }

  /** Adds a flow to `node`, which belongs to this AS, from `source`, which may. */
  openIncoming(node: number, source: number): void {
    this.#flows.insert(2 * (node - this.#firstNode) + 1, uploadSlot(source));
  }

  closeIncoming(node: number, source: number): void {
    this.#flows.remove(2 * (node - this.#firstNode) + 1, uploadSlot(source));
  }

  /**
   * A node of this AS, given by its index in it, has other capacities from the next allocation on:
   * none if it is not there, so that flows to and from it have a rate of 0.
   */
  setCapacity(localNode: number, uploadKbps: number, downloadKbps: number): void {
    this.#capacityKbps[2 * localNode] = uploadKbps;
    this.#capacityKbps[2 * localNode + 1] = downloadKbps;
  }

  /** Begins an allocation instant. Every flow must have been added at both ends. */
  begin(): void {
    this.#firstRound = this.#round + 1;
    this.#publishedCount = 0;
    const { used, usedCount } = this.#flows;
    for (let i = 0; i < usedCount; i++) this.#active[i] = used[i]!;
    this.#activeCount = usedCount;
  }

  /**
   * First step of a round. Returns whether this AS has unfixed flows, so that another step is due.
   */
  publishShares(): boolean {
    if (this.#publishedCount === 0) this.#publishFirstShares();
    else this.#publishNextShares();
    this.#publishedCount++;
    return this.#activeCount > 0;
  }

  /** Second step of a round, after `publishShares` of all AS has returned. */
  freeze(): void {
    this.#round++;
    const unfixed = this.#publishedCount === 1 ? this.#flows.entries : this.#unfixed;
    const shares = this.#shares;
    const firstSlot = uploadSlot(this.#firstNode);
    let activeCount = 0;
    for (let i = 0; i < this.#activeCount; i++) {
      const own = this.#active[i]!;
      const start = this.#flows.start[own]!;
      const end = start + this.#unfixedCount[own]!;
      const slot = firstSlot + 2 * own;
      const share = shares[slot]!;
      let index = start;
      while (index < end && share <= shares[unfixed[index]!]!) index++;

      if (index === end) shares[slot + 1] = this.#round;
      else this.#active[activeCount++] = own;
    }
    this.#activeCount = activeCount;
  }

  /**
   * Returns the rate of a flow in kbit/s, after an allocation in which it took part. One of its
   * ends must belong to this AS.
   */
  rateKbps(source: number, target: number): number {
    const upload = uploadSlot(source);
    const download = downloadSlot(target);
    const uploadRound = this.#shares[upload + 1]!;
    const downloadRound = this.#shares[download + 1]!;
    const uploadFroze = uploadRound >= this.#firstRound;
    const downloadFroze = downloadRound >= this.#firstRound;
    assert(uploadFroze || downloadFroze, 'an allocation fixes every flow');
    const byUpload = uploadFroze && (!downloadFroze || uploadRound <= downloadRound);
    return this.#shares[byUpload ? upload : download]!;
  }

  #publishFirstShares(): void {
    const firstSlot = uploadSlot(this.#firstNode);
    for (let i = 0; i < this.#activeCount; i++) {
      const own = this.#active[i]!;
      const flowCount = this.#flows.length[own]!;
      this.#unfixedCount[own] = flowCount;
      this.#remainingKbps[own] = this.#capacityKbps[own]!;
      this.#shares[firstSlot + 2 * own] = this.#capacityKbps[own]! / flowCount;
    }
    if (this.#unfixed.length < this.#flows.entries.length) {
      this.#unfixed = new Int32Array(this.#flows.entries.length);
    }
  }

  /** Visits the unfixed flows, and removes those that the last round fixed at the other end. */
  #publishNextShares(): void {
    const unfixed = this.#unfixed;
    const before = this.#publishedCount === 1 ? this.#flows.entries : unfixed;
    const shares = this.#shares;
    const firstSlot = uploadSlot(this.#firstNode);
    const firstRound = this.#firstRound;
    let activeCount = 0;
    for (let i = 0; i < this.#activeCount; i++) {
      const own = this.#active[i]!;
      const start = this.#flows.start[own]!;
      const end = start + this.#unfixedCount[own]!;
      let remainingKbps = this.#remainingKbps[own]!;
      let kept = start;
      for (let index = start; index < end; index++) {
        const other = before[index]!;
        if (shares[other + 1]! >= firstRound) remainingKbps -= shares[other]!;
        else unfixed[kept++] = other;
      }
      if (kept === start) continue;

      this.#remainingKbps[own] = remainingKbps;
      this.#unfixedCount[own] = kept - start;
      // No fixed rate exceeds the share, so this is never negative, not even by rounding.
      shares[firstSlot + 2 * own] = remainingKbps / (kept - start);
      this.#active[activeCount++] = own;
    }
    this.#activeCount = activeCount;
  }
}

const SLOTS_PER_NODE = 4;

/** The slot of the upload of a node in the shared array. */
export function uploadSlot(node: number): number {
  return SLOTS_PER_NODE * node;
}

/** The slot of its download. */
export function downloadSlot(node: number): number {
  return SLOTS_PER_NODE * node + 2;
}
