/** Runs an allocation on any partition of the nodes into AS, in lockstep on this thread. */

import { Allocation, sharedRates, type SharedRates } from '../../src/network/allocation.ts';
import { RouteScratch, sharedBorders } from '../../src/network/border-shares.ts';
import { BorderedAllocation, type RateAllocation } from '../../src/network/bordered-allocation.ts';
import { type BorderTable, noBorders } from '../../src/network/borders.ts';
import type { Flow } from './progressive-filling.ts';

/** What limits the rates of flows beside the capacities of nodes. */
export interface Limits {
  readonly borders?: BorderTable;
  readonly boundKbps?: (source: number, target: number) => number;
  /** Whether the AS take each step in the opposite order, as another number of threads might. */
  readonly isReversed?: boolean;
}

export class PartitionedAllocation {
  readonly allocations: RateAllocation[];
  readonly shared: SharedRates;
  readonly #asOfNode: number[] = [];
  readonly #isReversed: boolean;
  readonly #borderCount: number;
  /** The number of rounds of the last instant. */
  rounds = 0;

  /** `sizes`: the number of nodes of each AS. With `limits`, they may have borders and bounds. */
  constructor(
    sizes: readonly number[],
    upload: readonly number[],
    download: readonly number[],
    limits?: Limits,
  ) {
    const uploadKbps = Float64Array.from(upload);
    const downloadKbps = Float64Array.from(download);
    this.shared = sharedRates(upload.length);
    this.#isReversed = limits?.isReversed === true;
    sizes.forEach((size, asId) => this.#asOfNode.push(...new Array<number>(size).fill(asId)));
    const { borders = noBorders(sizes.length), boundKbps } = limits ?? {};
    this.#borderCount = borders.capacityKbps.length;
    const ofBorders = { borders, sharedBorders: sharedBorders(borders) };
    const scratch = new RouteScratch(borders);
    const asOfNode = Uint32Array.from(this.#asOfNode);
    let firstNode = 0;
    this.allocations = sizes.map((nodeCount, asId) => {
      const end = firstNode + nodeCount;
      const options = {
        firstNode,
        nodeCount,
        uploadKbps: uploadKbps.subarray(firstNode, end),
        downloadKbps: downloadKbps.subarray(firstNode, end),
        shared: this.shared,
      };
      firstNode = end;
      if (limits === undefined) return new Allocation(options);
      const bounds = boundKbps === undefined ? {} : { boundKbps };
      return new BorderedAllocation({
        ...options,
        ...ofBorders,
        ...bounds,
        asId,
        asOfNode,
        scratch,
      });
    });
  }

  open({ source, target }: Flow): void {
    this.#allocationOf(source).openOutgoing(source, target);
    this.#allocationOf(target).openIncoming(target, source);
  }

  close({ source, target }: Flow): void {
    this.#allocationOf(source).closeOutgoing(source, target);
    this.#allocationOf(target).closeIncoming(target, source);
  }

  /** Runs an allocation instant. */
  run(): void {
    this.rounds = 0;
    const inOrder = this.#isReversed ? this.allocations.toReversed() : this.allocations;
    for (const each of inOrder) each.begin();
    for (;;) {
      const areActive = inOrder.map((each) => each.publishShares());
      if (!areActive.includes(true)) return;
      for (const each of inOrder) if (each.stepsPerRound === 3) each.sumBorders();
      for (const each of inOrder) each.freeze();
      this.rounds++;
      // Each round freezes something.
      const resources = this.shared.shares.length + this.#borderCount;
      if (this.rounds > resources) throw new Error('the rounds do not end');
    }
  }

  rateKbps({ source, target }: Flow): number {
    const rate = this.#allocationOf(source).rateKbps(source, target);
    if (rate !== this.#allocationOf(target).rateKbps(source, target))
      throw new Error('ends disagree');
    return rate;
  }

  #allocationOf(node: number): RateAllocation {
    return this.allocations[this.#asOfNode[node]!]!;
  }
}
