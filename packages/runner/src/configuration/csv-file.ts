/** Reads CSV with a header, and knows the place of every field. */

import { CsvError, parse } from 'csv-parse/sync';

import { UserError, type UserProblem } from '../user-error.ts';

/** A row of a file, and the line at which it begins. */
export interface CsvRecord {
  readonly cells: readonly string[];
  readonly line: number;
}

/** The rows of a CSV file, the header first. */
export interface CsvFile {
  readonly records: readonly CsvRecord[];
  /** The location of the cell with this index: `FILE:LINE:COLUMN`. */
  readonly at: (line: number, index: number) => string;
}

/** As many mistakes as of a configuration. */
const SHOWN_MAX = 10;

/**
 * Reads `text`, without comments (`#`) and empty lines; `file` is its name in messages.
 *
 * @throws UserError if it is not CSV
 */
export function parseCsv(file: string, text: string): CsvFile {
  const records = recordsOf(file, text);
  const lines = text.split(/\r\n|\n|\r/);
  return {
    records,
    at: (line, index) => `${file}:${line}:${columnOf(lines[line - 1] ?? '', index)}`,
  };
}

function recordsOf(file: string, text: string): CsvRecord[] {
  try {
    const options = { bom: true, comment: '#', comment_no_infix: true, skip_empty_lines: true };
    const lenient = { relax_column_count: true, trim: true };
    const records = parse(text, { ...options, ...lenient, info: true }) as unknown as readonly {
      readonly record: readonly string[];
      readonly info: { readonly lines: number };
    }[];
    return records.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number(error['lines'] ?? 1);
    const problem = `is not CSV: ${error.message}`;
    const fix = 'put quotes around a whole field or nowhere: "a, b"';
    throw new UserError({ at: `${file}:${line}:1`, problem, fix });
  }
}

/** The first mistakes, and the number of the others. */
export function shownProblems(problems: readonly UserProblem[]): UserProblem[] {
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
