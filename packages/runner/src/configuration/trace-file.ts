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
import { closest } from 'fastest-levenshtein';

import { UserError, type UserProblem } from '../user-error.ts';
import { parseCsv, shownProblems } from './csv-file.ts';

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
const COLUMNS: Readonly<Record<string, QuantityKind | 'text' | 'as'>> = {
  time: 'time',
  class: 'text',
  as: 'as',
  upload: 'rate',
  download: 'rate',
  leaves: 'time',
};
const NAMES = Object.keys(COLUMNS);

/**
 * Reads the trace `text`; `file` is its name in messages.
 *
 * @throws UserError naming the line and column of each mistake, at most ten
 */
export function parseTrace(file: string, text: string): Trace {
  const {
    records: [header, ...records],
    at,
  } = parseCsv(file, text);
  if (header === undefined) {
    const fix = 'begin with a line of columns: time,class,as,upload,download,leaves';
    throw new UserError({ at: file, problem: 'is empty', fix });
  }
  const names = header.cells;
  checkHeader(names, (index) => at(header.line, index));

  const problems: UserProblem[] = [];
  const rows = records.map(({ cells: record, line }): TraceRow => {
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
  if (problems.length > 0) throw new UserError(...shownProblems(problems));
  const locationOf = ({ line }: TraceRow, field: string): string =>
    at(line, Math.max(0, names.indexOf(field)));
  return { rows, locationOf };
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
  if (kind !== 'as') return readQuantity(kind, cell);
  // A name of a topology from a file, or a number.
  const number = Number(cell);
  return { value: Number.isFinite(number) ? number : cell };
}
