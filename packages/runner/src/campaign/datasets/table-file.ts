/** Writes a table to a file, block by block, as Parquet or as CSV. */

import { closeSync, openSync, writeSync } from 'node:fs';

import type { SchemaElement } from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';

import type { DatasetFormat } from '../store/manifest.ts';
import type { Cell, Column, ColumnType } from './columns.ts';

export interface TableFile {
  /** Adds rows, given column by column. */
  write(columns: readonly (readonly Cell[])[]): void;
  /** Without it there is no table. */
  finish(): void;
}

export function tableFile(
  file: string,
  columns: readonly Column[],
  format: DatasetFormat,
): TableFile {
  return format === 'parquet' ? new ParquetTable(file, columns) : new CsvTable(file, columns);
}

class ParquetTable implements TableFile {
  readonly #columns: readonly Column[];
  readonly #writer: ParquetWriter;

  constructor(file: string, columns: readonly Column[]) {
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

  write(columns: readonly (readonly Cell[])[]): void {
    const columnData = this.#columns.map(({ name, type }, i) => {
      const data = columns[i]!;
      return { name, data: type === 'whole' ? data.map(bigint) : [...data] };
    });
    void this.#writer.write({ columnData, rowGroupSize: data0(columns).length });
  }

  finish(): void {
    void this.#writer.finish();
  }
}

const PARQUET_TYPES: Readonly<Record<ColumnType, Partial<SchemaElement>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  number: { type: 'DOUBLE' },
  whole: { type: 'INT64' },
};

function bigint(value: Cell): bigint | null {
  return value === null ? null : BigInt(value);
}

function data0(columns: readonly (readonly Cell[])[]): readonly Cell[] {
  return columns[0] ?? [];
}

class CsvTable implements TableFile {
  readonly #file: number;

  constructor(file: string, columns: readonly Column[]) {
    this.#file = openSync(file, 'wx');
    this.#line(columns.map(({ name }) => name));
  }

  write(columns: readonly (readonly Cell[])[]): void {
    const lines = data0(columns).map((_, row) =>
      columns.map((column) => quoted(column[row]!)).join(','),
    );
    writeSync(this.#file, `${lines.join('\n')}\n`);
  }

  finish(): void {
    closeSync(this.#file);
  }

  #line(cells: readonly Cell[]): void {
    writeSync(this.#file, `${cells.map(quoted).join(',')}\n`);
  }
}

/** As RFC 4180 has it; nothing stands for null. */
function quoted(cell: Cell): string {
  if (cell === null) return '';
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
