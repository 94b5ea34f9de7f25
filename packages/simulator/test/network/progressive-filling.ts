/**
 * Max–min fair rates by the textbook algorithm (Bertsekas and Gallager, Data Networks, section
 * 6.5.2): all rates grow equally until a resource is full; its flows are fixed, and the others grow
 * on. The slow and simple reference for the parallel allocation.
 */

export interface Flow {
  readonly source: number;
  readonly target: number;
}

/** A capacity in kbit/s, and the flows that share it, by index. */
export interface Resource {
  readonly capacity: number;
  readonly flows: readonly number[];
}

/** Returns the rate of each flow in kbit/s, given the capacities of all nodes in kbit/s. */
export function progressiveFilling(
  flows: readonly Flow[],
  uploadKbps: readonly number[],
  downloadKbps: readonly number[],
  others: readonly Resource[] = [],
): number[] {
  return filling(flows.length, [...resourcesOfNodes(flows, uploadKbps, downloadKbps), ...others]);
}

/** The uploads, then the downloads. */
export function resourcesOfNodes(
  flows: readonly Flow[],
  uploadKbps: readonly number[],
  downloadKbps: readonly number[],
): Resource[] {
  return [
    ...uploadKbps.map((capacity, node) => ({
      capacity,
      flows: [...flows.keys()].filter((flow) => flows[flow]!.source === node),
    })),
    ...downloadKbps.map((capacity, node) => ({
      capacity,
      flows: [...flows.keys()].filter((flow) => flows[flow]!.target === node),
    })),
  ];
}

function filling(flowCount: number, resources: readonly Resource[]): number[] {
  const rates = new Array<number>(flowCount).fill(0);
  const growing = new Set(rates.keys());

  while (growing.size > 0) {
    // The growth of all rates until each resource is full. The first full one ends this step.
    const growthMax = resources.map((resource) => {
      const used = resource.flows.reduce((sum, flow) => sum + rates[flow]!, 0);
      const count = resource.flows.filter((flow) => growing.has(flow)).length;
      return count === 0 ? Infinity : Math.max(0, resource.capacity - used) / count;
    });
    const growth = Math.min(...growthMax);
    for (const flow of growing) rates[flow]! += growth;
    for (const [i, resource] of resources.entries()) {
      if (growthMax[i]! > growth * (1 + 1e-12) + 1e-12) continue;
      for (const flow of resource.flows) growing.delete(flow);
    }
  }
  return rates;
}
