/**
 * A network as a table: autonomous systems, how many nodes each has room for, and how long a
 * message takes from each to each. Measurements come in this form, and so do the routes that
 * relationships between AS imply (`relationships.ts`).
 */

import { assert, type Random } from '@cachetorrent/std';

import { SwarmError } from '../errors.ts';
import type { PairTables } from './pair-latency.ts';
import { type Placement, placeInDomains } from './placement.ts';
import { sharedFloat64 } from './shared-arrays.ts';

export interface AsTable {
  /** What whoever made the table calls each AS. */
  readonly names: readonly string[];
  /** How many nodes each AS has room for. */
  readonly sizes: readonly number[];
  /**
   * For each AS, how long a message takes to each, in whole ms, at least 1; to itself, between
   * any two of its nodes. Need not be the same in both directions.
   */
  readonly latencyMs: readonly (readonly number[])[];
}

/** @throws SwarmError if the table is not whole, or no number in it makes sense */
export function checkAsTable({ names, sizes, latencyMs }: AsTable): void {
  const count = names.length;
  if (count === 0) throw wrong('as', 'there is no AS', 'name one or more');
  if (sizes.length !== count) {
    throw wrong('sizes', `${sizes.length} sizes for ${count} AS`, 'give one for each AS');
  }
  for (const [as, size] of sizes.entries()) {
    if (Number.isInteger(size) && size >= 0) continue;
    throw wrong(`sizes[${as}]`, `${names[as]} has room for ${size} nodes`, wholeFrom(0));
  }
  if (latencyMs.length !== count) {
    throw wrong('latencyMs', `${latencyMs.length} rows for ${count} AS`, 'give one for each AS');
  }
  for (const [from, row] of latencyMs.entries()) {
    if (row.length !== count) {
      const problem = `${row.length} latencies from ${names[from]} to ${count} AS`;
      throw wrong(`latencyMs[${from}]`, problem, 'give one for each AS, itself included');
    }
    for (const [to, ms] of row.entries()) {
      if (Number.isInteger(ms) && ms >= 1) continue;
      const problem = `from ${names[from]} to ${names[to]} it takes ${ms} ms`;
      throw wrong(`latencyMs[${from}][${to}]`, problem, wholeFrom(1));
    }
  }
}

/**
 * Puts each node on a place of its own, drawn uniformly among all that the AS have room for; where
 * there are as many places as nodes, each AS gets the size that the table says.
 *
 * @throws SwarmError if there are more nodes than places
 */
export function placeInTable(table: AsTable, nodeCount: number, random: Random): Placement {
  const placeCount = table.sizes.reduce((sum, size) => sum + size, 0);
  if (nodeCount > placeCount) {
    throw wrong(
      'sizes',
      `${nodeCount} nodes (the tracker and all peers) do not fit on the ${placeCount} places ` +
        'of all AS',
      `raise them by ${nodeCount - placeCount} or more in all`,
    );
  }

  const domainOfPlace = new Uint32Array(placeCount);
  let placed = 0;
  for (const [as, size] of table.sizes.entries()) {
    domainOfPlace.fill(as, placed, placed + size);
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

/** The latencies of a table that has been checked, between the AS where somebody is. */
export function pairTables(table: AsTable, placement: Placement): PairTables {
  const { asCount, asOfNode, firstNode, domainOfAs } = placement;
  const pairMs = sharedFloat64(asCount * asCount);
  for (let from = 0; from < asCount; from++) {
    const row = table.latencyMs[domainOfAs[from]!];
    assert(row !== undefined, 'a placement is of its table');
    for (let to = 0; to < asCount; to++) pairMs[from * asCount + to] = row[domainOfAs[to]!]!;
  }
  return { model: 'pairs', asCount, asOfNode, firstNode, pairMs };
}

function wrong(at: string, problem: string, fix: string): SwarmError {
  return new SwarmError({ at, problem, fix });
}

function wholeFrom(least: number): string {
  return `give a whole number, at least ${least}`;
}
