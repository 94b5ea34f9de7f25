/**
 * The runs of one experiment as a table: a row for each run, with the values of the parameters
 * that it was made for. What it came to stands in the table of runs, under the same `run`.
 */

import type { ParameterValue } from '../experiment/schema.ts';
import type { Listing } from '../listing.ts';
import type { Cell, Column } from './columns.ts';

export interface ExperimentTable {
  readonly columns: readonly Column[];
  /** Column by column. */
  readonly cells: readonly (readonly Cell[])[];
}

export function experimentTable({ cells, seeds, parameterNames }: Listing): ExperimentTable {
  const rows = cells.flatMap(({ parameters, runs }, combination) =>
    runs.map((run, repetition) => ({ run, combination, repetition, parameters })),
  );
  const parameterColumns = parameterNames.map((name) => {
    const values = rows.map(({ parameters }) => parameters[name] ?? null);
    const isNumeric = values.every((value) => value === null || typeof value === 'number');
    const column: Column = { name, type: isNumeric ? 'number' : 'text' };
    return { column, cells: isNumeric ? (values as Cell[]) : values.map(written) };
  });
  return {
    columns: [
      { name: 'run', type: 'text' },
      { name: 'combination', type: 'whole' },
      { name: 'repetition', type: 'whole' },
      { name: 'seed', type: 'whole' },
      ...parameterColumns.map(({ column }) => column),
    ],
    cells: [
      rows.map(({ run }) => run),
      rows.map(({ combination }) => combination),
      rows.map(({ repetition }) => repetition),
      rows.map(({ repetition }) => seeds[repetition]!),
      ...parameterColumns.map((column) => column.cells),
    ],
  };
}

/** In a column of texts; a number, a list or an object as JSON. */
function written(value: ParameterValue): Cell {
  return value === null || typeof value === 'string' ? value : JSON.stringify(value);
}
