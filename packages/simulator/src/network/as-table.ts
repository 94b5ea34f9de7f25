/**
 * A network as a table: autonomous systems, their sizes, and the latency of each pair. Measurements
 * have this form, and so have the routes that AS relationships imply (`relationships.ts`). Not used
 * by a simulation yet.
 */

import { assert, type Random } from '@cachetorrent/std';

import { SwarmError } from '../errors.ts';
import type { PairTables } from './pair-latency.ts';
import { type Placement, placeInDomains } from './placement.ts';
import { sharedFloat64 } from './shared-arrays.ts';

export interface AsTable {
  /** The name of each AS, for error messages. */
  readonly names: readonly string[];
  /** The greatest number of nodes of each AS. */
  readonly sizes: readonly number[];
  /**
   * The latency from each AS to each, in whole ms, at least 1. The diagonal is the latency between
   * two nodes of the AS. The two directions may differ.
   */
  readonly latencyMs: readonly (readonly number[])[];
}

/** @throws SwarmError if the table is incomplete, or has an invalid number */
export function checkAsTable({ names, sizes, latencyMs }: AsTable): void {
  const count = names.length;
  if (count === 0) throw invalid('as', 'there is no AS', 'name one or more');
  if (sizes.length !== count) {
    throw invalid('sizes', `${sizes.length} sizes for ${count} AS`, 'give one for each AS');
  }
  for (const [asId, size] of sizes.entries()) {
    if (Number.isInteger(size) && size >= 0) continue;
    throw invalid(`sizes[${asId}]`, `the size of ${names[asId]} is ${size}`, wholeNumberFrom(0));
  }
  if (latencyMs.length !== count) {
    throw invalid('latencyMs', `${latencyMs.length} rows for ${count} AS`, 'give one for each AS');
  }
  for (const [from, row] of latencyMs.entries()) {
    if (row.length !== count) {
      const problem = `${row.length} latencies from ${names[from]} to ${count} AS`;
      throw invalid(`latencyMs[${from}]`, problem, 'give one for each AS, itself included');
    }
    for (const [to, ms] of row.entries()) {
      if (Number.isInteger(ms) && ms >= 1) continue;
      const problem = `the latency from ${names[from]} to ${names[to]} is ${ms} ms`;
      throw invalid(`latencyMs[${from}][${to}]`, problem, wholeNumberFrom(1));
    }
  }
}

/**
 * Places the nodes at random, uniformly over the places of all AS, each on a place of its own. If
 * there are as many nodes as places, each AS gets exactly its size.
 *
 * @throws SwarmError if there are more nodes than places
 */
export function placeInTable(table: AsTable, nodeCount: number, random: Random): Placement {
  const placeCount = table.sizes.reduce((sum, size) => sum + size, 0);
  if (nodeCount > placeCount) {
    throw invalid(
      'sizes',
      `${nodeCount} nodes (the tracker and all peers) do not fit on the ${placeCount} places ` +
        'of all AS',
      `increase them by ${nodeCount - placeCount} or more in total`,
    );
  }

  const domainOfPlace = new Uint32Array(placeCount);
  let placed = 0;
  for (const [asId, size] of table.sizes.entries()) {
    domainOfPlace.fill(asId, placed, placed + size);
    placed += size;
  }
  for (let arrival = 0; arrival < nodeCount; arrival++) {
    const drawn = arrival + random.below(placeCount - arrival);
    const domain = domainOfPlace[drawn]!;
    domainOfPlace[drawn] = domainOfPlace[arrival]!;
    domainOfPlace[arrival] = domain;
  }
  return placeInDomains(domainOfPlace.subarray(0, nodeCount), table.sizes.length);
}

/** Returns the latencies between the AS that have nodes. The table must have been checked. */
export function pairTables(table: AsTable, placement: Placement): PairTables {
  const { asCount, asOfNode, firstNode, domainOfAs } = placement;
  const pairMs = sharedFloat64(asCount * asCount);
  for (let from = 0; from < asCount; from++) {
    const row = table.latencyMs[domainOfAs[from]!];
    assert(row !== undefined, 'a placement belongs to its table');
    for (let to = 0; to < asCount; to++) pairMs[from * asCount + to] = row[domainOfAs[to]!]!;
  }
  return { model: 'pairs', asCount, asOfNode, firstNode, pairMs };
}

function invalid(at: string, problem: string, fix: string): SwarmError {
  return new SwarmError({ at, problem, fix });
}

function wholeNumberFrom(min: number): string {
  return `give a whole number, at least ${min}`;
}
