/** Writes tables to files, a group of rows at a time, as Parquet or as CSV. */

import { type FileHandle, open } from 'node:fs/promises';

import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

import { removeQuietly } from '../../durable-file.ts';
import type { DatasetFormat } from '../store/manifest.ts';
import type { CellValue, ColumnType, DatasetColumn } from './columns.ts';

/** A file with a table that is being written. */
export interface TableWriter {
  /** Appends rows, given column by column. */
  write(columns: readonly (readonly CellValue[])[]): Promise<void>;
  /** Completes the file, flushes it to the disk, and closes it. Until then it is not valid. */
  finish(): Promise<void>;
  /** Closes and removes a file that cannot be completed. */
  discard(): Promise<void>;
}

/** Creates a file with a table. */
export async function createTable(
  path: string,
  columns: readonly DatasetColumn[],
  format: DatasetFormat,
): Promise<TableWriter> {
  const file = new OutputFile(path, await open(path, 'wx'));
  return format === 'parquet'
    ? new ParquetTableWriter(file, columns)
    : new CsvTableWriter(file, columns);
}

class OutputFile {
  readonly #path: string;
  readonly #file: FileHandle;

  constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  async append(data: string | Uint8Array): Promise<void> {
    await this.#file.writeFile(data);
  }

  async finish(): Promise<void> {
    await this.#file.sync();
    await this.#file.close();
  }

  async discard(): Promise<void> {
    await this.#file.close().catch(() => {});
    await removeQuietly(this.#path);
  }
}

class ParquetTableWriter implements TableWriter {
  readonly #columns: readonly DatasetColumn[];
  readonly #file: OutputFile;
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;

  constructor(file: OutputFile, columns: readonly DatasetColumn[]) {
    this.#columns = columns;
    this.#file = file;
    const leaves = columns.map(
      ({ name, type }): SchemaElement => ({
        name,
        repetition_type: 'OPTIONAL',
        ...PARQUET_TYPES[type],
      }),
    );
    const schema = [{ name: 'root', num_children: columns.length }, ...leaves];
    this.#writer = new ParquetWriter({ writer: this.#bytes, schema, createdBy: 'cachetorrent' });
  }

  async write(columns: readonly (readonly CellValue[])[]): Promise<void> {
    const columnData = this.#columns.map(({ name, type }, i) => {
      const data = columns[i]!;
      return { name, data: type === 'integer' ? data.map(toBigInt) : [...data] };
    });
    await this.#writer.write({ columnData, rowGroupSize: firstColumn(columns).length });
    await this.#flush();
  }

  async finish(): Promise<void> {
    await this.#writer.finish();
    await this.#flush();
    await this.#file.finish();
  }

  async discard(): Promise<void> {
    await this.#file.discard();
  }

  /** Moves the bytes so far to the file. The offset of the next one stays as it is. */
  async #flush(): Promise<void> {
    await this.#file.append(this.#bytes.getBytes());
    this.#bytes.index = 0;
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
  readonly #file: OutputFile;
  /** The first line, until it is written. */
  #header: string;

  constructor(file: OutputFile, columns: readonly DatasetColumn[]) {
    this.#file = file;
    this.#header = csvLines([columns.map(({ name }) => name)]);
  }

  async write(columns: readonly (readonly CellValue[])[]): Promise<void> {
    const rows = firstColumn(columns).map((_, row) => columns.map((column) => column[row]!));
    await this.#append(csvLines(rows));
  }

  async finish(): Promise<void> {
    await this.#append('');
    await this.#file.finish();
  }

  async discard(): Promise<void> {
    await this.#file.discard();
  }

  async #append(lines: string): Promise<void> {
    await this.#file.append(`${this.#header}${lines}`);
    this.#header = '';
  }
}

function csvLines(rows: readonly (readonly CellValue[])[]): string {
  return rows.map((row) => `${row.map(csvField).join(',')}\n`).join('');
}

/** Quotes a field as in RFC 4180; null is an empty field. */
function csvField(value: CellValue): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
