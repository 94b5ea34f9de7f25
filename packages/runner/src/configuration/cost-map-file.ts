/**
 * The cost map that a configuration names: `tracker: { costMap: costs.csv }`. The simulator reads
 * no files, so the name is replaced by the rows before a configuration is resolved, as for traces.
 */

import { isAbsolute, join } from 'node:path';

import { type CostMap, parseCostMap, type Path } from '@cachetorrent/simulator/configuration';

import { UserError } from '../user-error.ts';
import { textNowOf } from './parse.ts';
import { type TracedConfig, type TraceFiles, withTraces } from './traces.ts';

const EXAMPLES = 'docs/networks.md';
/** In place of a file: the cost is the number of links between AS. */
const HOPS = 'hops';

/** A cost map whose rows are known. */
type CostRows = Extract<CostMap, { readonly rows: unknown }>;

/** What of a configuration is read before its types are checked. */
interface Untyped {
  readonly tracker?: { readonly costMap?: unknown };
}

/**
 * Replaces the names of files by what they hold: traces and cost maps.
 *
 * @throws UserError if a file cannot be read, or is not what it should be
 */
export function withFiles(value: unknown, files: TraceFiles): TracedConfig {
  const traced = withTraces(value, files);
  const name = ((traced.value ?? {}) as Untyped).tracker?.costMap;
  if (typeof name !== 'string' || name === HOPS || name === '') return traced;
  const file = isAbsolute(name) ? name : join(files.folder, name);
  const { rows, lines } = readCostMap(file);
  const { tracker } = traced.value as Untyped;
  return {
    value: { ...(traced.value as object), tracker: { ...tracker, costMap: rows } },
    locationOf: (path) => locationIn(file, lines, path) ?? traced.locationOf(path),
  };
}

function readCostMap(file: string): CostRows {
  const map = parseCostMap(textNowOf(file, EXAMPLES));
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
