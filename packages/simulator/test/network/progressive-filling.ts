/**
 * Max-min fair rates as the textbook has them (Bertsekas and Gallager, Data Networks, section
 * 6.5.2): all rates grow alike until a resource is full; its flows stay, the others grow on.
 * Slow and plain: what the parallel allocation is compared with.
 */

export interface Flow {
  readonly source: number;
  readonly target: number;
}

/** The rate of each flow in kbit/s, from the capacities of all nodes in kbit/s. */
export function progressiveFilling(
  flows: readonly Flow[],
  uploadKbps: readonly number[],
  downloadKbps: readonly number[],
): number[] {
  const rates = flows.map(() => 0);
  const growing = new Set(flows.keys());
  const crosses = [
    ...uploadKbps.map((capacity, node) => ({
      capacity,
      flows: [...flows.keys()].filter((flow) => flows[flow]!.source === node),
    })),
    ...downloadKbps.map((capacity, node) => ({
      capacity,
      flows: [...flows.keys()].filter((flow) => flows[flow]!.target === node),
    })),
  ];

  while (growing.size > 0) {
    // How far all can grow until each resource is full; the first to fill ends this step.
    const room = crosses.map((resource) => {
      const used = resource.flows.reduce((sum, flow) => sum + rates[flow]!, 0);
      const count = resource.flows.filter((flow) => growing.has(flow)).length;
      return count === 0 ? Infinity : Math.max(0, resource.capacity - used) / count;
    });
    const growth = Math.min(...room);
    for (const flow of growing) rates[flow]! += growth;
    for (const [i, resource] of crosses.entries()) {
      if (room[i]! > growth * (1 + 1e-12) + 1e-12) continue;
      for (const flow of resource.flows) growing.delete(flow);
    }
  }
  return rates;
}
