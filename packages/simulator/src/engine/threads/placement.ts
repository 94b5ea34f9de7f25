/** Which worker hosts which actors: the costliest first, each to who has the least to do. */

/**
 * For each actor, its worker (Graham 1969, longest processing time first). Of workers with equally
 * much to do, the one with the fewest actors gets the next, then the first.
 */
export function placeLongestFirst(costs: readonly number[], workers: number): Uint16Array {
  const workerOf = new Uint16Array(costs.length);
  const load = new Array<number>(workers).fill(0);
  const count = new Array<number>(workers).fill(0);
  const longestFirst = [...costs.keys()].sort((a, b) => costs[b]! - costs[a]! || a - b);
  for (const actor of longestFirst) {
    let best = 0;
    for (let worker = 1; worker < workers; worker++) {
      const lead = load[worker]! - load[best]! || count[worker]! - count[best]!;
      if (lead < 0) best = worker;
    }
    workerOf[actor] = best;
    load[best]! += costs[actor]!;
    count[best]!++;
  }
  return workerOf;
}
