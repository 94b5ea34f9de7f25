/**
 * The traces that classes name in a configuration: `arrivals: { trace: peers.csv }`. The simulator
 * reads no files, so the names are replaced by the rows before a configuration is resolved.
 */

import { isAbsolute, join } from 'node:path';

import type { Path, TracedPeerConfig } from '@cachetorrent/simulator/configuration';
import { closest } from 'fastest-levenshtein';

import { UserError } from '../user-error.ts';
import { textNowOf } from './parse.ts';
import { parseTrace, type Trace, type TraceRow } from './trace-file.ts';

const EXAMPLES = 'docs/dynamics.md';

/** Reads the traces that are named relative to a folder, each once. */
export class TraceFiles {
  /** The folder of the configuration. */
  readonly folder: string;
  readonly #read = new Map<string, Trace>();

  /** `folder` is that of the configuration. */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** @throws UserError if it cannot be read, or is not a trace */
  read(name: string): Trace {
    const file = isAbsolute(name) ? name : join(this.folder, name);
    const known = this.#read.get(file);
    if (known !== undefined) return known;
    const trace = parseTrace(file, textNowOf(file, EXAMPLES));
    this.#read.set(file, trace);
    return trace;
  }
}

/** A configuration with the rows of traces. */
export interface TracedConfig {
  readonly value: unknown;
  /** The place in a trace of the value at a path; undefined if it is not from a trace. */
  readonly locationOf: (path: Path) => TraceLocation | undefined;
}

export interface TraceLocation {
  /** `FILE:LINE:COLUMN` */
  readonly at: string;
  /** The column of the trace. */
  readonly column: string;
}

/** What of a configuration is read before its types are checked. */
interface Untyped {
  readonly name?: unknown;
  readonly classes?: unknown;
  readonly arrivals?: unknown;
  readonly trace?: unknown;
}

interface InsertedRows {
  readonly path: Path;
  readonly trace: Trace;
  readonly rows: readonly TraceRow[];
}

/**
 * Replaces the names of traces by their rows. What is no configuration stays as it is.
 *
 * @throws UserError if a trace is not one, or names a class that does not use it
 */
export function withTraces(value: unknown, files: TraceFiles): TracedConfig {
  const { classes } = (value ?? {}) as Untyped;
  if (!Array.isArray(classes)) return { value, locationOf: () => undefined };
  const inserted: InsertedRows[] = [];
  const withRows = classes.map((each: Untyped, i) => {
    const { arrivals } = each ?? {};
    const replaced = (entry: Untyped, path: Path): Untyped => {
      if (typeof entry?.trace !== 'string' || entry.trace === '') return entry;
      const trace = files.read(entry.trace);
      const rows = rowsOf(trace, String(each.name), entry.trace, classes as Untyped[]);
      inserted.push({ path: [...path, 'trace'], trace, rows });
      return { ...entry, trace: rows.map(({ peer }): TracedPeerConfig => peer) };
    };
    const path = ['classes', i, 'arrivals'];
    if (Array.isArray(arrivals)) {
      return { ...each, arrivals: arrivals.map((entry, k) => replaced(entry, [...path, k])) };
    }
    return arrivals === undefined
      ? each
      : { ...each, arrivals: replaced(arrivals as Untyped, path) };
  });
  if (inserted.length === 0) return { value, locationOf: () => undefined };
  return {
    value: { ...(value as object), classes: withRows },
    locationOf: (path) => locationIn(inserted, path),
  };
}

/** The rows of a trace for a class. */
function rowsOf(
  trace: Trace,
  className: string,
  file: string,
  classes: readonly Untyped[],
): readonly TraceRow[] {
  const users = new Set(
    classes
      .filter(({ arrivals }) => [arrivals].flat().some((entry) => isNamed(entry, file)))
      .map(nameOf),
  );
  for (const row of trace.rows) {
    const name = row.class;
    if (name === undefined || users.has(name)) continue;
    const at = `${trace.locationOf(row, 'class')}: class`;
    const names = classes.map(nameOf);
    if (names.includes(name)) {
      const problem = `is "${name}", a class whose arrivals are not from this trace`;
      const fix = `add "arrivals": { "trace": "${file}" } to the class, or remove the row`;
      throw new UserError({ at, problem, fix });
    }
    const problem = `is "${name}", but the configuration has no such class`;
    const nearest = closest(name.slice(0, 40), names);
    const fix = `the nearest is "${nearest}": write that, or add the class`;
    throw new UserError({ at, problem, fix });
  }
  return trace.rows.filter((row) => row.class === undefined || row.class === className);
}

function isNamed(entry: unknown, file: string): boolean {
  return (entry as Untyped | undefined)?.trace === file;
}

function nameOf(each: Untyped): string {
  return String(each?.name);
}

function locationIn(inserted: readonly InsertedRows[], path: Path): TraceLocation | undefined {
  for (const { path: prefix, trace, rows } of inserted) {
    if (!prefix.every((step, i) => step === path[i])) continue;
    const row = rows[Number(path[prefix.length])];
    const column = String(path[prefix.length + 1]);
    if (row !== undefined) return { at: trace.locationOf(row, column), column };
  }
  return undefined;
}
