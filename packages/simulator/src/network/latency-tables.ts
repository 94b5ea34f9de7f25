/**
 * The models of latency by name, as tables and as what answers from them.
 *
 * Tables are computed once, on the main thread; each worker opens them. They are plain data over
 * shared memory, so that there is one copy and `postMessage` can carry them.
 */

import { unreachable } from '@cachetorrent/std';

import { type FixedTables, FixedLatency } from './fixed-latency.ts';
import type { Latencies } from './latencies.ts';
import { PairLatency, type PairTables } from './pair-latency.ts';
import { type RoutedTables, RoutedLatency } from './routed-latency.ts';

export type LatencyTables = FixedTables | PairTables | RoutedTables;

export function openLatencies(tables: LatencyTables): Latencies {
  switch (tables.model) {
    case 'fixed':
      return new FixedLatency(tables);
    case 'pairs':
      return new PairLatency(tables);
    case 'routed':
      return new RoutedLatency(tables);
    default:
      return unreachable(tables);
  }
}

/** `leastBetween` of all pairs, row by row: the lookahead of each AS on each other. */
export function leastLatencies(latencies: Latencies): Float64Array {
  const { asCount } = latencies;
  const leastMs = new Float64Array(asCount * asCount);
  for (let asA = 0; asA < asCount; asA++) {
    for (let asB = 0; asB < asCount; asB++) {
      leastMs[asA * asCount + asB] = latencies.leastBetween(asA, asB);
    }
  }
  return leastMs;
}
