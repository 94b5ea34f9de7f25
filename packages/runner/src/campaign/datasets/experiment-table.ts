/**
 * The table of an experiment: a row for each run, with the values of its parameters. The metrics
 * of a run are in the table of runs, under the same `run`.
 */

import type { ParameterValue } from '../experiment/schema.ts';
import type { StoredCampaign } from '../stored-campaign.ts';
import type { CellValue, DatasetColumn } from './columns.ts';

export interface ExperimentTable {
  readonly columns: readonly DatasetColumn[];
  /** The values, column by column. */
  readonly values: readonly (readonly CellValue[])[];
}

export function experimentTable({
  settings,
  seeds,
  parameterNames,
}: StoredCampaign): ExperimentTable {
  const rows = settings.flatMap(({ parameters, runs }, settingIndex) =>
    runs.map((run, repetition) => ({ run, settingIndex, repetition, parameters })),
  );
  const parameterColumns = parameterNames.map((name) => {
    const values = rows.map(({ parameters }) => parameters[name] ?? null);
    const isNumeric = values.every((value) => value === null || typeof value === 'number');
    const column: DatasetColumn = { name, type: isNumeric ? 'number' : 'text' };
    return { column, values: isNumeric ? (values as CellValue[]) : values.map(textValue) };
  });
  return {
    columns: [
      { name: 'run', type: 'text' },
      { name: 'combination', type: 'integer' },
      { name: 'repetition', type: 'integer' },
      { name: 'seed', type: 'integer' },
      ...parameterColumns.map(({ column }) => column),
    ],
    values: [
      rows.map(({ run }) => run),
      rows.map(({ settingIndex }) => settingIndex),
      rows.map(({ repetition }) => repetition),
      rows.map(({ repetition }) => seeds[repetition]!),
      ...parameterColumns.map(({ values }) => values),
    ],
  };
}

/** Returns the value for a column of texts: JSON for a number, a list or an object. */
function textValue(value: ParameterValue): CellValue {
  return value === null || typeof value === 'string' ? value : JSON.stringify(value);
}
