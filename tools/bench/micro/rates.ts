/** The allocation of rates at one instant, per flow: all AS in turn on one thread. */

import { seededRandom } from '@cachetorrent/std';

import { Allocation, sharedRates } from '../../../packages/simulator/src/network/allocation.ts';
import {
  BorderedAllocation,
  type RateAllocation,
} from '../../../packages/simulator/src/network/bordered-allocation.ts';
import {
  RouteScratch,
  sharedBorders,
} from '../../../packages/simulator/src/network/border-shares.ts';
import {
  type BorderTable,
  borderTable,
  noCapacities,
} from '../../../packages/simulator/src/network/borders.ts';
import { uplinkRoutes } from '../../../packages/simulator/src/network/routes.ts';
import { type Microbenchmark, sized } from './micro.ts';

interface RatesOptions {
  readonly nodes: number;
  readonly asCount: number;
  /** The upload slots of each node, all of which are used. */
  readonly slots: number;
  readonly uploadKbps: number;
  readonly downloadKbps: number;
  /** The least and the greatest capacity of the borders of AS, in Mbit/s; absent: no limit. */
  readonly bordersMbps?: readonly [number, number];
}

const COMMON = { slots: 5, uploadKbps: 2_000, downloadKbps: 6_000 };
/** The peers of an AS could send 400 Mbit/s together. */
const LARGE = { nodes: 20_000, asCount: 500, slots: 8, uploadKbps: 10_000, downloadKbps: 50_000 };

export const RATES: readonly Microbenchmark[] = [
  rates({ nodes: 700, asCount: 14, ...COMMON }),
  rates({ nodes: 7_000, asCount: 56, ...COMMON }),
  rates(LARGE),
  rates({ ...LARGE, bordersMbps: [1_000_000, 1_000_000] }),
  rates({ ...LARGE, bordersMbps: [300, 300] }),
  rates({ ...LARGE, bordersMbps: [100, 400] }),
];

/** Every node uploads to random others. */
function rates(options: RatesOptions): Microbenchmark {
  const { nodes, asCount, slots, bordersMbps } = options;
  const flows = nodes * slots;
  const borders = bordersMbps === undefined ? '' : `, borders of ${range(bordersMbps)} Mbit/s`;
  const name = `rates: a flow at an instant, ${sized(flows)} flows, ${sized(asCount)} AS${borders}`;
  return {
    name,
    make: () => {
      const random = seededRandom('bench', name);
      const allocations = allocationsOf(options);
      const nodesPerAs = nodes / asCount;
      const allocationOf = (node: number): RateAllocation =>
        allocations[Math.floor(node / nodesPerAs)]!;
      for (let source = 0; source < nodes; source++) {
        for (let slot = 0; slot < slots; slot++) {
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

function range([least, most]: readonly [number, number]): string {
  return least === most ? sized(least) : `${sized(least)} to ${sized(most)}`;
}

function allocationsOf(options: RatesOptions): RateAllocation[] {
  const { nodes, asCount, uploadKbps, downloadKbps, bordersMbps } = options;
  const shared = sharedRates(nodes);
  const nodeCount = nodes / asCount;
  const lines = {
    uploadKbps: new Float64Array(nodeCount).fill(uploadKbps),
    downloadKbps: new Float64Array(nodeCount).fill(downloadKbps),
  };
  const optionsOf = (asId: number): ConstructorParameters<typeof Allocation>[0] => {
    return { ...lines, firstNode: asId * nodeCount, nodeCount, shared };
  };
  const ids = Array.from({ length: asCount }, (_, asId) => asId);
  if (bordersMbps === undefined) return ids.map((asId) => new Allocation(optionsOf(asId)));

  const borders = bordersBetween(asCount, bordersMbps);
  const common = {
    borders,
    sharedBorders: sharedBorders(borders),
    scratch: new RouteScratch(borders),
    asOfNode: Uint32Array.from({ length: nodes }, (_, node) => Math.floor(node / nodeCount)),
  };
  return ids.map((asId) => new BorderedAllocation({ ...optionsOf(asId), ...common, asId }));
}

function bordersBetween(asCount: number, [least, most]: readonly [number, number]): BorderTable {
  const random = seededRandom('bench', 'borders');
  const routes = uplinkRoutes(Array.from({ length: asCount }, (_, asId) => `AS${asId}`));
  const capacities = noCapacities(routes);
  for (let asId = 0; asId < asCount; asId++) {
    capacities.outOfAs[asId] = 1_000 * (least + (most - least) * random.unit());
    capacities.intoAs[asId] = 1_000 * (least + (most - least) * random.unit());
  }
  return borderTable(routes, asCount, capacities);
}
