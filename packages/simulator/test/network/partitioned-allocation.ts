/** Runs an allocation on any partition of the nodes into AS, in lockstep on this thread. */

import { Allocation, sharedRates, type SharedRates } from '../../src/network/allocation.ts';
import type { Flow } from './progressive-filling.ts';

export class PartitionedAllocation {
  readonly allocations: Allocation[];
  readonly shared: SharedRates;
  readonly #asOfNode: number[] = [];
  /** The number of rounds of the last instant. */
  rounds = 0;

  /** `sizes`: the number of nodes of each AS. */
  constructor(sizes: readonly number[], upload: readonly number[], download: readonly number[]) {
    const uploadKbps = Float64Array.from(upload);
    const downloadKbps = Float64Array.from(download);
    this.shared = sharedRates(upload.length);
    let firstNode = 0;
    this.allocations = sizes.map((nodeCount, asId) => {
      const end = firstNode + nodeCount;
      for (let node = firstNode; node < end; node++) this.#asOfNode.push(asId);
      const allocation = new Allocation({
        firstNode,
        nodeCount,
        uploadKbps: uploadKbps.subarray(firstNode, end),
        downloadKbps: downloadKbps.subarray(firstNode, end),
        shared: this.shared,
      });
      firstNode = end;
      return allocation;
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
    for (const each of this.allocations) each.begin();
    for (;;) {
      const areActive = this.allocations.map((each) => each.publishShares());
      if (!areActive.includes(true)) return;
      for (const each of this.allocations) each.freeze();
      this.rounds++;
    }
  }

  rateKbps({ source, target }: Flow): number {
    const rate = this.#allocationOf(source).rateKbps(source, target);
    if (rate !== this.#allocationOf(target).rateKbps(source, target))
      throw new Error('ends disagree');
    return rate;
  }

  #allocationOf(node: number): Allocation {
    return this.allocations[this.#asOfNode[node]!]!;
  }
}
