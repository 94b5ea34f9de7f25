/**
 * The network that a table of latencies between AS describes, as measurements give it. The table
 * does not say through whom traffic goes, so each AS has one uplink to a common transit.
 */

import { SwarmError } from '../errors.ts';
import { type AsNetwork, type TableData, wholeMs } from './as-network.ts';
import { type RelatedAs, relatedByUplinks } from './related-as.ts';
import { type Routes, TRANSIT_NAME, uplinkRoutes } from './routes.ts';

export class TableNetwork implements AsNetwork {
  readonly asCount: number;
  readonly sizes?: readonly number[];
  readonly #table: TableData;

  /**
   * `file` is the name of the table in messages.
   *
   * @throws SwarmError if the table is incomplete, or has an invalid number
   */
  constructor(table: TableData, file: string) {
    checkTable(table, file);
    this.#table = table;
    this.asCount = table.names.length;
    if (table.sizes !== undefined) this.sizes = table.sizes;
  }

  nameOf(as: number): string {
    return this.#table.names[as]!;
  }

  indexOf(name: string): number | undefined {
    return indexOfName(this.#table.names, name);
  }

  edgeAs(): number[] {
    return [...this.#table.names.keys()];
  }

  customerCones(): undefined {
    return undefined;
  }

  latenciesMs(hosts: Uint32Array): Float64Array {
    const ms = new Float64Array(hosts.length ** 2);
    for (const [i, from] of hosts.entries()) {
      for (const [j, to] of hosts.entries()) {
        ms[i * hosts.length + j] = wholeMs(this.#table.latencyMs[from]![to]!);
      }
    }
    return ms;
  }

  routes(hosts: Uint32Array): Routes {
    return uplinkRoutes(Array.from(hosts, (as) => this.nameOf(as)));
  }

  get related(): RelatedAs {
    const { names } = this.#table;
    return relatedByUplinks(names, (name) => names.includes(name));
  }
}

/** The index of a name; a number stands for itself and for `AS` before it, in any case. */
export function indexOfName(names: readonly string[], name: string): number | undefined {
  const exact = names.indexOf(name);
  if (exact !== -1) return exact;
  const folded = /^\d+$/.test(name) ? `as${name}` : name.toLowerCase();
  const index = names.findIndex((each) => each.toLowerCase() === folded);
  return index === -1 ? undefined : index;
}

/** @throws SwarmError if a size is not one */
export function checkSizes(
  { names, sizes }: Pick<TableData, 'names' | 'sizes'>,
  file: string,
): void {
  if (sizes === undefined) return;
  const refuse = refuseAt(file);
  if (sizes.length !== names.length) {
    refuse(`has ${sizes.length} sizes for ${names.length} AS`, 'give one for each AS');
  }
  for (const [as, size] of sizes.entries()) {
    if (Number.isFinite(size) && size >= 0) continue;
    refuse(`says that the size of ${names[as]} is ${size}`, 'give a number, 0 or more');
  }
  if (sizes.some((size) => size > 0)) return;
  refuse('has no size above 0, so no AS would host a peer', 'give one AS a size');
}

function checkTable(table: TableData, file: string): void {
  const { names, latencyMs } = table;
  const refuse = refuseAt(file);
  const count = names.length;
  if (count === 0) refuse('names no AS', 'name one or more');
  const clash = names.find((name) => name.toLowerCase() === TRANSIT_NAME);
  if (clash !== undefined) {
    const problem = `names an AS ${clash}, as the AS is called to which all have their uplink`;
    refuse(problem, 'give it another name');
  }
  checkSizes(table, file);
  if (latencyMs.length !== count) {
    refuse(`has latencies of ${latencyMs.length} AS, but names ${count}`, 'give a row for each AS');
  }
  for (const [from, row] of latencyMs.entries()) {
    if (row.length !== count) {
      const problem = `has ${row.length} latencies from ${names[from]} to ${count} AS`;
      refuse(problem, 'give one for each AS, itself included');
    }
    for (const [to, ms] of row.entries()) {
      if (ms > 0 && ms <= LATENCY_MAX_MS) continue;
      const problem = `says that the latency from ${names[from]} to ${names[to]} is ${ms} ms`;
      refuse(problem, 'give a time above 0, of a day at most');
    }
  }
}

/** A day: the longest time in a configuration. */
export const LATENCY_MAX_MS = 86_400_000;

type RefuseData = (problem: string, fix: string) => never;

export function refuseAt(file: string): RefuseData {
  return (problem, fix) => {
    throw new SwarmError({ at: file, problem, fix });
  };
}
