/**
 * Reads a trace of arrivals: CSV with a header, and a row for each peer in order of time.
 *
 *     time,class,as,upload,download,leaves
 *     0 s,dsl,3,2 Mbit/s,16 Mbit/s,40 min
 *     12.5 s,fibre,,,,
 *
 * Only `time` is required. A number without a unit is in the unit of a configuration: ms, kbit/s.
 */

import {
  type QuantityKind,
  readQuantity,
  show,
  type TracedPeerConfig,
} from '@cachetorrent/simulator/configuration';
import { CsvError, parse } from 'csv-parse/sync';
import { closest } from 'fastest-levenshtein';

import { UserError, type UserProblem } from '../user-error.ts';

/** A row of a trace, and where it is. */
export interface TraceRow {
  readonly peer: TracedPeerConfig;
  /** The class of the peer; absent if the file has no such column. */
  readonly class?: string;
  readonly line: number;
}

/** A trace, and the places of what it says. */
export interface Trace {
  readonly rows: readonly TraceRow[];
  /** The location of a field of a row: `FILE:LINE:COLUMN`. */
  readonly locationOf: (row: TraceRow, field: string) => string;
}

/** The columns, with the kind of quantity that they hold. */
const COLUMNS: Readonly<Record<string, QuantityKind | 'text' | 'number'>> = {
  time: 'time',
  class: 'text',
  as: 'number',
  upload: 'rate',
  download: 'rate',
  leaves: 'time',
};
const NAMES = Object.keys(COLUMNS);

/** As many mistakes as of a configuration. */
const SHOWN_MAX = 10;

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads the trace `text`; `file` is its name in messages.
 *
 * @throws UserError naming the line and column of each mistake, at most ten
 */
export function parseTrace(file: string, text: string): Trace {
  const [header, ...records] = recordsOf(file, text);
  const lines = text.split(/\r\n|\n|\r/);
  const at = (line: number, index: number): string =>
    `${file}:${line}:${columnOf(lines[line - 1] ?? '', index)}`;
  if (header === undefined) {
    const fix = 'begin with a line of columns: time,class,as,upload,download,leaves';
    throw new UserError({ at: file, problem: 'is empty', fix });
  }
  const names = header.record;
  checkHeader(names, (index) => at(header.info.lines, index));

  const problems: UserProblem[] = [];
  const rows = records.map(({ record, info: { lines: line } }): TraceRow => {
    if (record.length !== names.length) {
      const problem = `has ${record.length} fields, but the header has ${names.length}`;
      const fix = 'leave a field empty that says nothing, but keep its comma';
      problems.push({ at: at(line, names.length), problem, fix });
    }
    const fields: Record<string, string | number> = {};
    names.forEach((name, index) => {
      const cell = record[index] ?? '';
      const reading = readCell(name, cell);
      if (reading === undefined) return;
      if ('value' in reading) fields[name] = reading.value;
      else problems.push({ ...reading, at: `${at(line, index)}: ${name}` });
    });
    const { class: className, ...peer } = fields;
    return {
      peer: peer as unknown as TracedPeerConfig,
      ...(className === undefined ? {} : { class: String(className) }),
      line,
    };
  });
  if (problems.length > 0) throw new UserError(...shownOf(problems));
  const locationOf = ({ line }: TraceRow, field: string): string =>
    at(line, Math.max(0, names.indexOf(field)));
  return { rows, locationOf };
}

function recordsOf(file: string, text: string): CsvRecord[] {
  try {
    const options = { bom: true, comment: '#', comment_no_infix: true, skip_empty_lines: true };
    const lenient = { relax_column_count: true, trim: true };
    return parse(text, { ...options, ...lenient, info: true }) as unknown as CsvRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number(error['lines'] ?? 1);
    const problem = `is not CSV: ${error.message}`;
    const fix = 'put quotes around a whole field or nowhere: "a, b"';
    throw new UserError({ at: `${file}:${line}:1`, problem, fix });
  }
}

function checkHeader(names: readonly string[], at: (index: number) => string): void {
  names.forEach((name, index) => {
    if (!Object.hasOwn(COLUMNS, name)) {
      const problem = `a trace has no column ${show(name)}`;
      const nearest = closest(name.slice(0, 40), NAMES);
      const fix = `the nearest is "${nearest}"; columns: ${NAMES.join(',')}`;
      throw new UserError({ at: at(index), problem, fix });
    }
    if (names.indexOf(name) < index) {
      const problem = `has the column "${name}" twice`;
      throw new UserError({ at: at(index), problem, fix: 'remove one of them' });
    }
  });
  if (names.includes('time')) return;
  const problem = 'lacks the column "time"';
  throw new UserError({ at: at(0), problem, fix: 'add it: when each peer arrives' });
}

type Reading = { readonly value: string | number } | Pick<UserProblem, 'problem' | 'fix'>;

/** The value of a cell; undefined if it says nothing. */
function readCell(name: string, cell: string): Reading | undefined {
  const kind = COLUMNS[name]!;
  if (cell === '') {
    if (name !== 'time') return undefined;
    return { problem: 'is missing', fix: 'write when the peer arrives: 10 s, for instance' };
  }
  if (kind === 'text') return { value: cell };
  if (kind !== 'number') return readQuantity(kind, cell);
  const number = Number(cell);
  if (Number.isFinite(number)) return { value: number };
  return { problem: `is ${show(cell)}, which is not a number`, fix: 'write the index of an AS' };
}

function shownOf(problems: readonly UserProblem[]): UserProblem[] {
  const shown = problems.slice(0, SHOWN_MAX);
  const left = problems.length - shown.length;
  if (left === 0) return shown;
  return [
    ...shown.slice(0, -1),
    { ...shown.at(-1)!, more: `${left.toLocaleString('en-US')} more` },
  ];
}

/** The column at which the field with this index begins, from 1; commas in quotes count not. */
function columnOf(line: string, index: number): number {
  let field = 0;
  let isQuoted = false;
  for (let i = 0; i < line.length; i++) {
    if (field === index) return i + 1;
    if (line[i] === '"') isQuoted = !isQuoted;
    else if (line[i] === ',' && !isQuoted) field++;
  }
  return line.length + 1;
}
