/** The allocation of rates: one instant, all AS in turn on one thread, per flow. */

import { seededRandom } from '@cachetorrent/std';

import { Allocation, sharedRates } from '../../../packages/simulator/src/network/allocation.ts';
import { type Micro, sized } from './micro.ts';

const SLOTS = 5;
const UPLOAD_KBPS = 2_000;
const DOWNLOAD_KBPS = 6_000;

export const RATES: readonly Micro[] = [rates(700, 14), rates(7_000, 56)];

/** Every node uploads to five random others, as where all slots are taken. */
function rates(nodes: number, systems: number): Micro {
  const flows = nodes * SLOTS;
  const name = `rates: a flow at an instant, ${sized(flows)} flows, ${sized(systems)} AS`;
  return {
    name,
    make: () => {
      const random = seededRandom('bench', name);
      const shared = sharedRates(nodes);
      const each = nodes / systems;
      const parts = Array.from({ length: systems }, (_, system) => {
        const uploadKbps = new Float64Array(each).fill(UPLOAD_KBPS);
        const downloadKbps = new Float64Array(each).fill(DOWNLOAD_KBPS);
        const firstNode = system * each;
        return new Allocation({ firstNode, nodeCount: each, uploadKbps, downloadKbps, shared });
      });
      const partOf = (node: number): Allocation => parts[Math.floor(node / each)]!;
      for (let source = 0; source < nodes; source++) {
        for (let slot = 0; slot < SLOTS; slot++) {
          const target = (source + 1 + random.below(nodes - 1)) % nodes;
          partOf(source).openOutgoing(source, target);
          partOf(target).openIncoming(target, source);
        }
      }
      const run = (): void => {
        for (const part of parts) part.begin();
        for (;;) {
          let open = false;
          for (const part of parts) open = part.publishShares() || open;
          if (!open) return;
          for (const part of parts) part.freeze();
        }
      };
      return { operations: flows, run };
    },
  };
}
