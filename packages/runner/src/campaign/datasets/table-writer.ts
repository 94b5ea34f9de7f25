/** Writes tables to files, a group of rows at a time, as Parquet or as CSV. */

import { closeSync, openSync, writeSync } from 'node:fs';

import type { SchemaElement } from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';

import type { DatasetFormat } from '../store/manifest.ts';
import type { CellValue, ColumnType, DatasetColumn } from './columns.ts';

export interface TableWriter {
  /** Appends rows, given column by column. */
  write(columns: readonly (readonly CellValue[])[]): void;
  /** Completes and closes the file. Without it the file is not a valid table. */
  finish(): void;
}

/** Creates a file with a table. */
export function createTable(
  file: string,
  columns: readonly DatasetColumn[],
  format: DatasetFormat,
): TableWriter {
  return format === 'parquet'
    ? new ParquetTableWriter(file, columns)
    : new CsvTableWriter(file, columns);
}

class ParquetTableWriter implements TableWriter {
  readonly #columns: readonly DatasetColumn[];
  readonly #writer: ParquetWriter;

  constructor(file: string, columns: readonly DatasetColumn[]) {
    this.#columns = columns;
    const leaves = columns.map(
      ({ name, type }): SchemaElement => ({
        name,
        repetition_type: 'OPTIONAL',
        ...PARQUET_TYPES[type],
      }),
    );
    const schema = [{ name: 'root', num_children: columns.length }, ...leaves];
    this.#writer = new ParquetWriter({
      writer: fileWriter(file),
      schema,
      createdBy: 'cachetorrent',
    });
  }

  write(columns: readonly (readonly CellValue[])[]): void {
    const columnData = this.#columns.map(({ name, type }, i) => {
      const data = columns[i]!;
      return { name, data: type === 'integer' ? data.map(toBigInt) : [...data] };
    });
    void this.#writer.write({ columnData, rowGroupSize: firstColumn(columns).length });
  }

  finish(): void {
    void this.#writer.finish();
  }
}

const PARQUET_TYPES: Readonly<Record<ColumnType, Partial<SchemaElement>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  number: { type: 'DOUBLE' },
  integer: { type: 'INT64' },
};

function toBigInt(value: CellValue): bigint | null {
  return value === null ? null : BigInt(value);
}

function firstColumn(columns: readonly (readonly CellValue[])[]): readonly CellValue[] {
  return columns[0] ?? [];
}

class CsvTableWriter implements TableWriter {
  readonly #file: number;

  constructor(file: string, columns: readonly DatasetColumn[]) {
    this.#file = openSync(file, 'wx');
    this.#writeLine(columns.map(({ name }) => name));
  }

  write(columns: readonly (readonly CellValue[])[]): void {
    const lines = firstColumn(columns).map((_, row) =>
      columns.map((column) => csvField(column[row]!)).join(','),
    );
    writeSync(this.#file, `${lines.join('\n')}\n`);
  }

  finish(): void {
    closeSync(this.#file);
  }

  #writeLine(fields: readonly CellValue[]): void {
    writeSync(this.#file, `${fields.map(csvField).join(',')}\n`);
  }
}

/** Quotes a field as in RFC 4180; null is an empty field. */
function csvField(value: CellValue): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
