/**
 * How long a message travels between two nodes, whatever the network is made of.
 *
 * Tables are computed once, on the main thread; each worker opens them. They are plain data over
 * shared memory, so that there is one copy and `postMessage` can carry them.
 */

import { unreachable } from '@cachetorrent/std';

import { type FixedTables, FixedLatency } from './fixed-latency.ts';
import { PairLatency, type PairTables } from './pair-latency.ts';
import { type RoutedTables, RoutedLatency } from './routed-latency.ts';

export interface Latencies {
  readonly asCount: number;
  /** From one node to another, in whole ms, at least 1. */
  latencyMs(nodeA: number, nodeB: number): number;
  /**
   * The least latency from a node of one AS to a node of the other, in ms. Within one AS it
   * is a bound from below, and Infinity where only one node is.
   */
  leastBetween(asA: number, asB: number): number;
}

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
