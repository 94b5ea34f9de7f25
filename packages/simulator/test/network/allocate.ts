/** Runs an allocation over any partition of the nodes, all parts in lockstep on this thread. */

import { Allocation, sharedRates, type SharedRates } from '../../src/network/allocation.ts';
import type { Flow } from './progressive-filling.ts';

export class PartedAllocation {
  readonly parts: Allocation[];
  readonly shared: SharedRates;
  readonly #partOfNode: number[] = [];
  /** How many rounds the last instant took. */
  rounds = 0;

  /** `sizes` of the parts add up to the nodes. */
  constructor(sizes: readonly number[], upload: readonly number[], download: readonly number[]) {
    const uploadKbps = Float64Array.from(upload);
    const downloadKbps = Float64Array.from(download);
    this.shared = sharedRates(upload.length);
    let firstNode = 0;
    this.parts = sizes.map((nodeCount, part) => {
      const end = firstNode + nodeCount;
      for (let node = firstNode; node < end; node++) this.#partOfNode.push(part);
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
    this.#partOf(source).openOutgoing(source, target);
    this.#partOf(target).openIncoming(target, source);
  }

  close({ source, target }: Flow): void {
    this.#partOf(source).closeOutgoing(source, target);
    this.#partOf(target).closeIncoming(target, source);
  }

  /** An allocation instant. */
  run(): void {
    this.rounds = 0;
    for (const part of this.parts) part.begin();
    for (;;) {
      const open = this.parts.map((part) => part.publishShares());
      if (!open.includes(true)) return;
      for (const part of this.parts) part.freeze();
      this.rounds++;
    }
  }

  rateKbps({ source, target }: Flow): number {
    const rate = this.#partOf(source).rateKbps(source, target);
    if (rate !== this.#partOf(target).rateKbps(source, target)) throw new Error('ends disagree');
    return rate;
  }

  #partOf(node: number): Allocation {
    return this.parts[this.#partOfNode[node]!]!;
  }
}
