/**
 * Assigns actors to workers so that all have about equally much to do: longest processing time
 * first (Graham 1969).
 */

/**
 * Returns the worker of each actor. The costliest actors come first, each on the worker with the
 * lowest load; of equally loaded workers, on the one with the fewest actors, then on the first.
 */
export function assignLongestFirst(costs: readonly number[], workers: number): Uint16Array {
  const workerOf = new Uint16Array(costs.length);
  const load = new Array<number>(workers).fill(0);
  const count = new Array<number>(workers).fill(0);
  const longestFirst = [...costs.keys()].sort((a, b) => costs[b]! - costs[a]! || a - b);
  for (const actor of longestFirst) {
    let best = 0;
    for (let worker = 1; worker < workers; worker++) {
      const difference = load[worker]! - load[best]! || count[worker]! - count[best]!;
      if (difference < 0) best = worker;
    }
    workerOf[actor] = best;
    load[best]! += costs[actor]!;
    count[best]!++;
  }
  return workerOf;
}
