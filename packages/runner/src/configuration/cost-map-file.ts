/**
 * The cost map that a configuration names: `tracker: { costMap: costs.csv }`. The simulator reads
 * no files, so the name is replaced by the rows before a configuration is resolved, as for traces.
 */

import { isAbsolute, join } from 'node:path';

import {
  type AsName,
  type CostRows,
  parseCostMapOfNames,
  type Path,
} from '@cachetorrent/simulator/configuration';

import { UserError } from '../user-error.ts';
import { textNowOf } from './parse.ts';
import type { TracedConfig } from './traces.ts';

const EXAMPLES = 'docs/networks.md';
/** In place of a file: the cost is the number of links between AS. */
const HOPS = 'hops';

/** What of a configuration is read before its types are checked. */
interface Untyped {
  readonly tracker?: { readonly costMap?: unknown };
}

/**
 * Replaces the name of a cost map, relative to `folder`, by its rows.
 *
 * @throws UserError if it cannot be read, or is not one
 */
export function withCostMap(traced: TracedConfig, folder: string): TracedConfig {
  const name = ((traced.value ?? {}) as Untyped).tracker?.costMap;
  if (typeof name !== 'string' || name === HOPS || name === '') return traced;
  const file = isAbsolute(name) ? name : join(folder, name);
  const { rows, lines } = readCostMap(file);
  const { tracker } = traced.value as Untyped;
  return {
    value: { ...(traced.value as object), tracker: { ...tracker, costMap: rows } },
    locationOf: (path) => locationIn(file, lines, path) ?? traced.locationOf(path),
  };
}

function readCostMap(file: string): CostRows<AsName> {
  const map = parseCostMapOfNames(textNowOf(file, EXAMPLES));
  if ('rows' in map) return map;
  const { line, problem, fix } = map;
  throw new UserError({ at: `${file}:${line}`, problem, fix });
}

function locationIn(
  file: string,
  lines: readonly number[],
  [section, field, row, column]: Path,
): { readonly at: string; readonly column: string } | undefined {
  if (section !== 'tracker' || field !== 'costMap' || typeof row !== 'number') return undefined;
  return { at: `${file}:${lines[row]}`, column: String(column ?? 'cost') };
}
