/**
 * The latency models by name: their tables, and the objects that look latencies up in them.
 *
 * Tables are computed once, on the main thread; each worker opens them. They are plain data in
 * shared memory, so that there is one copy and `postMessage` can pass them on.
 */

import { unreachable } from '@cachetorrent/std';

import { type FixedTables, FixedLatency, type Latencies } from './latencies.ts';
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

/** Returns `minLatencyMs` of all pairs of AS, row by row: the lookahead matrix. */
export function minLatencies(latencies: Latencies): Float64Array {
  const { asCount } = latencies;
  const minMs = new Float64Array(asCount * asCount);
  for (let asA = 0; asA < asCount; asA++) {
    for (let asB = 0; asB < asCount; asB++) {
      minMs[asA * asCount + asB] = latencies.minLatencyMs(asA, asB);
    }
  }
  return minMs;
}
