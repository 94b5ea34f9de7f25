/**
 * The allocation of max–min fair rates where a flow has more resources than the upload of one node
 * and the download of another: the borders with a capacity that it crosses (`borders.ts`), and a
 * bound of its own, such as the window of TCP divided by the round trip.
 *
 * It is the algorithm of `allocation.ts`, and gives the same rates if there are no borders and no
 * bounds. A resource freezes in a round if its share is the least along each of its unfixed flows:
 *
 *     publishShares   each AS writes the shares of its nodes, and what it counts of borders
 *     sumBorders      the shares of borders that several AS count: only if there are any
 *     freeze          each AS vetoes borders, freezes its nodes, fixes flows at their bounds
 *
 * A bound is a resource that only one flow uses, and whose share is the bound. So it freezes as
 * soon as no share along the flow is less. Both ends see the same shares, so both know, and nothing
 * is written. Shares never shrink from round to round. So the rate of a flow is its bound, or the
 * share of the one of its other resources that froze first, whichever is less.
 *
 * Most rounds change little, and an AS looks only at what has changed:
 *
 *     touchedRound    who freezes a node or border writes the round beside the other ends of its
 *                     flows, so that their AS know which flows to look at when they publish
 *     blocker         what had a smaller share than a node: while it has, the node cannot freeze
 *     behind gates    so has the border that all flows out of an AS, or into it, cross
 *
 * Of a border whose flows several AS count, none of them knows in the round whether it freezes. So
 * all AS look at all flows in the next one.
 *
 * Rates are subtracted from nodes as in `allocation.ts`, and from borders by round, AS, own
 * resource, and slot of the other end. So results do not depend on the number of workers.
 */

import { assert } from '@cachetorrent/std';

import {
  type Allocation,
  type AllocationOptions,
  downloadSlot,
  nodeOfSlot,
  uploadSlot,
} from './allocation.ts';
import { BehindGates } from './behind-gates.ts';
import {
  BorderShares,
  BY_BOUND,
  type Direction,
  hasSums,
  INCOMING,
  OUTGOING,
  type RouteScratch,
  type SharedBorders,
  UNKNOWN,
} from './border-shares.ts';
import type { BorderTable } from './borders.ts';
import { FlowLists } from './flow-lists.ts';

export interface BorderedAllocationOptions extends AllocationOptions {
  readonly asId: number;
  /** The AS of each node. */
  readonly asOfNode: Uint32Array;
  readonly borders: BorderTable;
  readonly sharedBorders: SharedBorders;
  /** Space that the AS of a thread share. */
  readonly scratch: RouteScratch;
  /** The greatest rate of a flow from one node to another, in kbit/s; absent: there is none. */
  readonly boundKbps?: (source: number, target: number) => number;
}

/** The allocation of an AS: a plain one if there are neither borders nor bounds. */
export type RateAllocation = Allocation | BorderedAllocation;

/**
 * The allocation of one autonomous system, to be used as `Allocation` is, with `sumBorders` between
 * the two steps of a round if it has three.
 */
export class BorderedAllocation {
  readonly stepsPerRound: 2 | 3;
  readonly #asId: number;
  readonly #firstNode: number;
  readonly #endNode: number;
  readonly #capacityKbps: Float64Array;
  readonly #shares: Float64Array;
  readonly #asOfNode: Uint32Array;
  readonly #borders: BorderShares;
  readonly #boundKbps: ((source: number, target: number) => number) | undefined;

  /** For each own resource, the other ends of its flows; for each node, upload and download. */
  readonly #flows: FlowLists;
  /** In the layout of `#flows`: the other ends of the unfixed flows, and their bounds. */
  #unfixed = new Int32Array(0);
  #unfixedBounds = new Float64Array(0);
  /** For each own resource: the number of these, and the capacity that its fixed flows leave. */
  readonly #unfixedCount: Int32Array;
  readonly #remainingKbps: Float64Array;
  /** For each own resource, a number not above the bounds of its unfixed flows. */
  readonly #leastBound: Float64Array;
  /** For each own resource, what has kept it from freezing, a `Limit`. */
  readonly #blocker: Int32Array;
  /** For each own resource, the round from which on its unfixed flows are those that they are. */
  readonly #changedRound: Int32Array;
  /** See `SharedRates`. */
  readonly #touchedRound: Int32Array;
  readonly #touchedAsRound: Int32Array;

  /** The own resources that have unfixed flows, ascending: the first `#activeCount` elements. */
  readonly #active: Int32Array;
  #activeCount = 0;
  readonly #behindGates = new BehindGates();

  /** The number of the last round, and of the first one of this instant. */
  #round = 0;
  #firstRound = 0;
  /** Whether shares have been published at this instant. */
  #hasPublished = false;

  constructor(options: BorderedAllocationOptions) {
    const { firstNode, nodeCount, uploadKbps, downloadKbps, shared, borders, asId } = options;
    this.stepsPerRound = hasSums(borders) ? 3 : 2;
    this.#firstNode = firstNode;
    this.#endNode = firstNode + nodeCount;
    this.#capacityKbps = new Float64Array(2 * nodeCount);
    for (let node = 0; node < nodeCount; node++) {
      this.setCapacity(node, uploadKbps[node]!, downloadKbps[node]!);
    }
    this.#shares = shared.shares;
    this.#touchedRound = shared.touchedRound;
    this.#touchedAsRound = shared.touchedAsRound;
    this.#asId = asId;
    this.#asOfNode = options.asOfNode;
    this.#borders = new BorderShares(borders, options.sharedBorders, options.scratch, asId);
    this.#boundKbps = options.boundKbps;
    this.#flows = new FlowLists(2 * nodeCount, options.boundKbps !== undefined);
    this.#unfixedCount = new Int32Array(2 * nodeCount);
    this.#remainingKbps = new Float64Array(2 * nodeCount);
    this.#leastBound = new Float64Array(2 * nodeCount);
    this.#blocker = new Int32Array(2 * nodeCount);
    this.#changedRound = new Int32Array(2 * nodeCount);
    this.#active = new Int32Array(2 * nodeCount);
  }

  /** Adds a flow from `node`, which belongs to this AS, to `target`, which may. */
  openOutgoing(node: number, target: number): void {
    const bound = this.#boundKbps?.(node, target);
    this.#flows.insert(2 * (node - this.#firstNode), downloadSlot(target), bound);
    this.#borders.open(OUTGOING, this.#asOfNode[target]!);
  }

  closeOutgoing(node: number, target: number): void {
    this.#flows.remove(2 * (node - this.#firstNode), downloadSlot(target));
    this.#borders.close(OUTGOING, this.#asOfNode[target]!);
  }

  /** Adds a flow to `node`, which belongs to this AS, from `source`, which may. */
  openIncoming(node: number, source: number): void {
    const bound = this.#boundKbps?.(source, node);
    this.#flows.insert(2 * (node - this.#firstNode) + 1, uploadSlot(source), bound);
    this.#borders.open(INCOMING, this.#asOfNode[source]!);
  }

  closeIncoming(node: number, source: number): void {
    this.#flows.remove(2 * (node - this.#firstNode) + 1, uploadSlot(source));
    this.#borders.close(INCOMING, this.#asOfNode[source]!);
  }

  /** A node has other capacities from the next allocation on; see `Allocation`. */
  setCapacity(localNode: number, uploadKbps: number, downloadKbps: number): void {
    this.#capacityKbps[2 * localNode] = uploadKbps;
    this.#capacityKbps[2 * localNode + 1] = downloadKbps;
  }

  /** Begins an allocation instant. Every flow must have been added at both ends. */
  begin(): void {
    this.#firstRound = this.#round + 1;
    this.#hasPublished = false;
    this.#behindGates.restart(false);
    const { used, usedCount } = this.#flows;
    for (let i = 0; i < usedCount; i++) this.#active[i] = used[i]!;
    // Rates are added up in this order.
    this.#active.subarray(0, usedCount).sort();
    this.#activeCount = usedCount;
    this.#borders.begin();
  }

  /**
   * First step of a round. Returns whether this AS has unfixed flows, so that another step is due.
   */
  publishShares(): boolean {
    if (this.#hasPublished) this.#publishNextShares();
    else this.#publishFirstShares();
    this.#hasPublished = true;
    this.#borders.publish();
    return this.#activeCount > 0;
  }

  /** Second step of a round that has three, after `publishShares` of all AS has returned. */
  sumBorders(): void {
    this.#borders.sum();
  }

  /** Last step of a round. */
  freeze(): void {
    this.#round++;
    this.#borders.beginStep();
    this.#vetoBorders();
    this.#touchFrozen(OUTGOING);
    this.#touchFrozen(INCOMING);
    const borders = this.#borders;
    const outOf = borders.gateOf(OUTGOING);
    const into = borders.gateOf(INCOMING);
    if (this.#behindGates.holds(borders.kbpsOf(outOf), borders.kbpsOf(into))) return;
    this.#behindGates.restart(this.#boundKbps === undefined);
    let activeCount = 0;
    for (let i = 0; i < this.#activeCount; i++) {
      const own = this.#active[i]!;
      if (!this.#isStillBlocked(own) && this.#isTightest(own)) {
        this.#freezeOwn(own);
        continue;
      }
      if (this.#boundKbps !== undefined) this.#fixAtBounds(own);
      const direction = directionOf(own);
      const isBehindGate = this.#blocker[own] === ~borders.gateOf(direction);
      this.#behindGates.add(direction, this.#shares[this.#slotOf(own)]!, isBehindGate);
      this.#active[activeCount++] = own;
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
    const uploadRound = this.#frozenRound(upload);
    const downloadRound = this.#frozenRound(download);
    const byUpload = uploadRound <= downloadRound;
    const round = byUpload ? uploadRound : downloadRound;
    const nodeKbps = round === Infinity ? Infinity : this.#shares[byUpload ? upload : download]!;
    const from = this.#asOfNode[source]!;
    const to = this.#asOfNode[target]!;
    // The share of a border that has not frozen by now may be changing.
    const before = Math.min(round, this.#round + 1);
    const shareKbps = this.#borders.earliestKbps(from, to, nodeKbps, before, this.#firstRound);
    const rateKbps = Math.min(shareKbps, this.#boundOf(source, target));
    assert(rateKbps < Infinity, 'an allocation fixes every flow');
    return rateKbps;
  }

  #publishFirstShares(): void {
    const { entries, bounds, length } = this.#flows;
    if (this.#unfixed.length < entries.length) this.#unfixed = new Int32Array(entries.length);
    this.#unfixed.set(entries);
    if (bounds !== undefined) {
      if (this.#unfixedBounds.length < bounds.length) {
        this.#unfixedBounds = new Float64Array(bounds.length);
      }
      this.#unfixedBounds.set(bounds);
    }
    for (let i = 0; i < this.#activeCount; i++) {
      const own = this.#active[i]!;
      this.#unfixedCount[own] = length[own]!;
      this.#remainingKbps[own] = this.#capacityKbps[own]!;
      this.#shares[this.#slotOf(own)] = this.#capacityKbps[own]! / length[own]!;
      this.#leastBound[own] = 0;
      this.#blocker[own] = UNKNOWN;
      this.#changedRound[own] = this.#firstRound;
    }
  }

  /** Removes the flows that the last round fixed at the other end or at a border. */
  #publishNextShares(): void {
    this.#borders.beginStep();
    const firstTouched = 2 * this.#firstNode;
    const mayBeAll = this.#borders.hasFrozenSum(this.#round, this.#firstRound);
    if (!mayBeAll && this.#touchedAsRound[this.#asId] !== this.#round) return;
    this.#behindGates.restart(false);
    let activeCount = 0;
    for (let i = 0; i < this.#activeCount; i++) {
      const own = this.#active[i]!;
      if (mayBeAll || this.#touchedRound[firstTouched + own] === this.#round) {
        const left = this.#removeFixed(own);
        this.#changedRound[own] = this.#round + 1;
        if (left === 0) continue;
        this.#blocker[own] = UNKNOWN;
        this.#unfixedCount[own] = left;
        // Rounding may take more than there is.
        this.#shares[this.#slotOf(own)] = Math.max(0, this.#remainingKbps[own]!) / left;
      }
      this.#active[activeCount++] = own;
    }
    this.#activeCount = activeCount;
  }

  /** Returns the number of flows of an own resource that are left. */
  #removeFixed(own: number): number {
    const unfixed = this.#unfixed;
    const bounds = this.#boundKbps === undefined ? undefined : this.#unfixedBounds;
    const shares = this.#shares;
    const borders = this.#borders;
    const direction = directionOf(own);
    const start = this.#flows.start[own]!;
    const end = start + this.#unfixedCount[own]!;
    let kept = start;
    for (let index = start; index < end; index++) {
      const other = unfixed[index]!;
      const as = this.#asOfNode[nodeOfSlot(other)]!;
      const isFrozen = shares[other + 1]! >= this.#firstRound;
      const border = isFrozen ? -1 : borders.frozenBorder(direction, as, this.#round);
      if (!isFrozen && border < 0) {
        if (bounds !== undefined) bounds[kept] = bounds[index]!;
        unfixed[kept++] = other;
        continue;
      }
      const kbps = isFrozen ? shares[other]! : borders.kbpsOf(border);
      this.#remainingKbps[own]! -= kbps;
      borders.fix(direction, as, kbps);
    }
    return kept - start;
  }

  /** Vetoes the borders that this AS counts and that are not the tightest resource of all flows. */
  #vetoBorders(): void {
    const borders = this.#borders;
    borders.beginVetoes(this.#round, this.#shares, this.#changedRound);
    const isBounded = this.#boundKbps !== undefined;
    for (let i = 0; i < this.#activeCount && borders.seeksAny; i++) {
      const own = this.#active[i]!;
      const direction = directionOf(own);
      if (!borders.seeksVetoes(direction)) continue;
      const slot = this.#slotOf(own);
      const share = this.#shares[slot]!;
      const start = this.#flows.start[own]!;
      const end = start + this.#unfixedCount[own]!;
      for (let index = start; index < end; index++) {
        const other = this.#unfixed[index]!;
        const as = this.#asOfNode[nodeOfSlot(other)]!;
        const border = borders.leastBorder(direction, as);
        if (border < 0) continue;
        let limit = ~border;
        let leastKbps = borders.kbpsOf(border);
        if (share < leastKbps) {
          leastKbps = share;
          limit = slot;
        }
        if (this.#shares[other]! < leastKbps) {
          leastKbps = this.#shares[other]!;
          limit = other;
        }
        if (isBounded && this.#unfixedBounds[index]! < leastKbps) {
          leastKbps = this.#unfixedBounds[index]!;
          limit = BY_BOUND;
        }
        borders.veto(direction, as, leastKbps, this.#round, own, limit);
        if (!borders.seeksVetoes(direction)) break;
      }
    }
    borders.endVetoes();
  }

  /** Both ends of the flows over a border that has frozen must look at their flows. */
  #touchFrozen(direction: Direction): void {
    const borders = this.#borders;
    if (!borders.seeksVetoes(direction)) return;
    for (let i = 0; i < this.#activeCount; i++) {
      const own = this.#active[i]!;
      if (directionOf(own) !== direction) continue;
      const start = this.#flows.start[own]!;
      const end = start + this.#unfixedCount[own]!;
      for (let index = start; index < end; index++) {
        const other = this.#unfixed[index]!;
        if (!borders.isFrozenHere(direction, this.#asOfNode[nodeOfSlot(other)]!)) continue;
        this.#touch(this.#slotOf(own));
        this.#touch(other);
      }
    }
  }

  /** A flow of an upload or download is fixed in this round. */
  #touch(slot: number): void {
    this.#touchedRound[slot >>> 1] = this.#round;
    this.#touchedAsRound[this.#asOfNode[nodeOfSlot(slot)]!] = this.#round;
  }

  /** Whether what kept an own resource from freezing in the last round still does. */
  #isStillBlocked(own: number): boolean {
    const blocker = this.#blocker[own]!;
    if (blocker === UNKNOWN) return false;
    if (blocker === BY_BOUND) return true;
    const kbps = blocker < 0 ? this.#borders.kbpsOf(~blocker) : this.#shares[blocker]!;
    return kbps < this.#shares[this.#slotOf(own)]!;
  }

  /** Whether the share of an own resource is the least along each of its unfixed flows. */
  #isTightest(own: number): boolean {
    const unfixed = this.#unfixed;
    const shares = this.#shares;
    const borders = this.#borders;
    const share = shares[this.#slotOf(own)]!;
    const direction = directionOf(own);
    const isBounded = this.#boundKbps !== undefined;
    const gate = borders.gateOf(direction);
    const isBehindGate = share > borders.kbpsOf(gate);
    const start = this.#flows.start[own]!;
    const end = start + this.#unfixedCount[own]!;
    for (let index = start; index < end; index++) {
      const other = unfixed[index]!;
      const as = this.#asOfNode[nodeOfSlot(other)]!;
      const border = isBehindGate && as !== this.#asId ? gate : borders.leastBorder(direction, as);
      if (border >= 0 && share > borders.kbpsOf(border)) this.#blocker[own] = ~border;
      else if (share > shares[other]!) this.#blocker[own] = other;
      else if (isBounded && share > this.#unfixedBounds[index]!) this.#blocker[own] = BY_BOUND;
      else continue;
      return false;
    }
    return true;
  }

  #freezeOwn(own: number): void {
    const slot = this.#slotOf(own);
    const share = this.#shares[slot]!;
    this.#shares[slot + 1] = this.#round;
    this.#changedRound[own] = this.#round + 1;
    const direction = directionOf(own);
    const start = this.#flows.start[own]!;
    const end = start + this.#unfixedCount[own]!;
    for (let index = start; index < end; index++) {
      const other = this.#unfixed[index]!;
      this.#touch(other);
      this.#borders.fix(direction, this.#asOfNode[nodeOfSlot(other)]!, share);
    }
  }

  /** Fixes the flows of an own resource whose bound is the least of all shares. */
  #fixAtBounds(own: number): void {
    const unfixed = this.#unfixed;
    const bounds = this.#unfixedBounds;
    const shares = this.#shares;
    const slot = this.#slotOf(own);
    const share = shares[slot]!;
    if (this.#leastBound[own]! > share) return;
    const direction = directionOf(own);
    const start = this.#flows.start[own]!;
    const end = start + this.#unfixedCount[own]!;
    let kept = start;
    let leastBound = Infinity;
    for (let index = start; index < end; index++) {
      const other = unfixed[index]!;
      const bound = bounds[index]!;
      const as = this.#asOfNode[nodeOfSlot(other)]!;
      const isLeast =
        bound <= share &&
        bound <= shares[other]! &&
        bound <= this.#borders.kbpsOf(this.#borders.leastBorder(direction, as));
      if (isLeast) {
        this.#remainingKbps[own]! -= bound;
        this.#borders.fix(direction, as, bound);
        this.#touch(slot);
      } else {
        if (bound < leastBound) leastBound = bound;
        bounds[kept] = bound;
        unfixed[kept++] = other;
      }
    }
    this.#leastBound[own] = leastBound;
    if (kept === end) return;
    this.#unfixedCount[own] = kept - start;
    this.#changedRound[own] = this.#round + 1;
  }

  #frozenRound(slot: number): number {
    const round = this.#shares[slot + 1]!;
    return round >= this.#firstRound ? round : Infinity;
  }

  #boundOf(source: number, target: number): number {
    if (this.#boundKbps === undefined) return Infinity;
    const isOwn = source >= this.#firstNode && source < this.#endNode;
    return isOwn
      ? this.#flows.boundOf(2 * (source - this.#firstNode), downloadSlot(target))
      : this.#flows.boundOf(2 * (target - this.#firstNode) + 1, uploadSlot(source));
  }

  #slotOf(own: number): number {
    return uploadSlot(this.#firstNode) + 2 * own;
  }
}

function directionOf(own: number): Direction {
  return (own & 1) === 0 ? OUTGOING : INCOMING;
}
