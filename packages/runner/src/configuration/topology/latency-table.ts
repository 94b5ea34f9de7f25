/**
 * Reads a table of latencies between AS: CSV with a row and a column for each AS, and maybe their
 * sizes.
 *
 *     as,size,Berlin,Paris,Tokyo
 *     Berlin,100,3 ms,15 ms,120 ms
 *     Paris,60,,2 ms,115 ms
 *     Tokyo,40,,,4 ms
 *
 * A latency is that from the AS of the row to that of the column, one way; a number without a unit
 * is in ms. An empty cell has the latency of the opposite direction. The diagonal is within an AS.
 */

import { readQuantity, show, TRANSIT_NAME } from '@cachetorrent/simulator/configuration';

import { UserError, type UserProblem } from '../../user-error.ts';
import { type CsvFile, parseCsv, shownProblems } from '../csv-file.ts';
import type { TableData } from './data.ts';
import { plainName } from './plain-name.ts';

/** @throws UserError naming the line and column of each mistake, at most ten */
export function parseLatencyTable(file: string, text: string): TableData {
  const csv = parseCsv(file, text);
  const [header, ...rows] = csv.records;
  if (header === undefined) {
    const fix = 'begin with a line of columns: as,size,Berlin,Paris';
    throw new UserError({ at: file, problem: 'is empty', fix });
  }
  const hasSizes = header.cells[1]?.toLowerCase() === 'size';
  const lead = hasSizes ? 2 : 1;
  const names = header.cells.slice(lead).map(plainName);
  const order = rowsByName(csv, names, lead);
  const problems: UserProblem[] = [];
  const sizes = names.map((_, as) => {
    const { cells, line } = rows[order[as]!]!;
    return hasSizes ? sizeOf(cells[1]!, `${csv.at(line, 1)}: size`, problems) : 1;
  });
  const cells = names.map((to, as) => {
    const row = rows[order[as]!]!;
    return names.map((_, other) => {
      const at = `${csv.at(row.line, lead + other)}: latency from ${to} to ${names[other]}`;
      return latencyOf(row.cells[lead + other]!, at, problems);
    });
  });
  const latencyMs = names.map((_, from) =>
    names.map((__, to) => {
      const ms = cells[from]![to] ?? cells[to]![from];
      if (ms !== undefined) return ms;
      const at = csv.at(rows[order[from]!]!.line, lead + to);
      const problem = `has no latency from ${names[from]} to ${names[to]}, nor back`;
      problems.push({ at, problem, fix: 'write a time, such as 20 ms' });
      return Number.NaN;
    }),
  );
  if (problems.length > 0) throw new UserError(...shownProblems(problems));
  return { kind: 'table', names, ...(hasSizes ? { sizes } : {}), latencyMs };
}

/** For each AS of the header, the index of its row. */
function rowsByName({ records, at }: CsvFile, names: readonly string[], lead: number): number[] {
  const [header, ...rows] = records;
  const { line } = header!;
  if (header!.cells[0]?.toLowerCase() !== 'as') {
    const problem = `the first column is ${show(header!.cells[0])}`;
    const fix = 'call it "as": it has the names of the AS, as the header';
    throw new UserError({ at: at(line, 0), problem, fix });
  }
  names.forEach((name, i) => {
    if (name === '') {
      throw new UserError({ at: at(line, lead + i), problem: 'is empty', fix: 'name an AS' });
    }
    if (name.toLowerCase() === TRANSIT_NAME) {
      const problem = `is ${show(name)}, as the AS is called to which all have their uplink`;
      const fix = 'give this AS another name, in the header and in its row';
      throw new UserError({ at: at(line, lead + i), problem, fix });
    }
    if (names.indexOf(name) === i) return;
    const problem = `names ${name} twice`;
    throw new UserError({ at: at(line, lead + i), problem, fix: 'remove one of them' });
  });
  const order = new Map<string, number>();
  rows.forEach(({ cells, line: own }, i) => {
    const name = plainName(cells[0] ?? '');
    if (cells.length !== lead + names.length) {
      const problem = `has ${cells.length} fields, but the header has ${lead + names.length}`;
      const fix = 'write one for each AS, empty if it is known in the other direction';
      throw new UserError({ at: at(own, cells.length), problem, fix });
    }
    if (!names.includes(name) || order.has(name)) {
      const what = order.has(name) ? 'which has a row before' : 'which has no column';
      const problem = `is the row of ${show(name)}, ${what}`;
      const fix = 'write one row and one column for each AS';
      throw new UserError({ at: at(own, 0), problem, fix });
    }
    order.set(name, i);
  });
  const missing = names.find((name) => !order.has(name));
  if (missing !== undefined) {
    const problem = `has a column of ${missing}, but no row: the file may have been cut off`;
    throw new UserError({ at: at(line, 0), problem, fix: 'write one row for each AS' });
  }
  return names.map((name) => order.get(name)!);
}

function latencyOf(cell: string, at: string, problems: UserProblem[]): number | undefined {
  if (cell === '') return undefined;
  const reading = readQuantity('time', cell);
  if (!('value' in reading)) {
    problems.push({ ...reading, at });
    return Number.NaN;
  }
  if (reading.value > 0) return reading.value;
  const problem = `is ${cell}: a message would arrive when, or before, it is sent`;
  problems.push({ at, problem, fix: 'write a time above 0, such as 0.5 ms' });
  return Number.NaN;
}

function sizeOf(cell: string, at: string, problems: UserProblem[]): number {
  const size = Number(cell);
  if (cell !== '' && Number.isFinite(size) && size >= 0) return size;
  const problem = `is ${show(cell)}`;
  problems.push({ at, problem, fix: 'write a number, 0 or more' });
  return 0;
}
