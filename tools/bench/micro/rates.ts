/** The allocation of rates at one instant, per flow: all AS in turn on one thread. */

import { seededRandom } from '@cachetorrent/std';

import { Allocation, sharedRates } from '../../../packages/simulator/src/network/allocation.ts';
import { type Microbenchmark, sized } from './micro.ts';

const SLOTS = 5;
const UPLOAD_KBPS = 2_000;
const DOWNLOAD_KBPS = 6_000;

export const RATES: readonly Microbenchmark[] = [rates(700, 14), rates(7_000, 56)];

/** Every node uploads to five random others, as if all upload slots were used. */
function rates(nodes: number, asCount: number): Microbenchmark {
  const flows = nodes * SLOTS;
  const name = `rates: a flow at an instant, ${sized(flows)} flows, ${sized(asCount)} AS`;
  return {
    name,
    make: () => {
      const random = seededRandom('bench', name);
      const shared = sharedRates(nodes);
      const nodesPerAs = nodes / asCount;
      const allocations = Array.from({ length: asCount }, (_, asId) => {
        const uploadKbps = new Float64Array(nodesPerAs).fill(UPLOAD_KBPS);
        const downloadKbps = new Float64Array(nodesPerAs).fill(DOWNLOAD_KBPS);
        const firstNode = asId * nodesPerAs;
        const nodeCount = nodesPerAs;
        return new Allocation({ firstNode, nodeCount, uploadKbps, downloadKbps, shared });
      });
      const allocationOf = (node: number): Allocation =>
        allocations[Math.floor(node / nodesPerAs)]!;
      for (let source = 0; source < nodes; source++) {
        for (let slot = 0; slot < SLOTS; slot++) {
          const target = (source + 1 + random.below(nodes - 1)) % nodes;
          allocationOf(source).openOutgoing(source, target);
          allocationOf(target).openIncoming(target, source);
        }
      }
      const run = (): void => {
        for (const allocation of allocations) allocation.begin();
        for (;;) {
          let open = false;
          for (const allocation of allocations) open = allocation.publishShares() || open;
          if (!open) return;
          for (const allocation of allocations) allocation.freeze();
        }
      };
      return { operations: flows, run };
    },
  };
}
