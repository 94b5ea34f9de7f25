/**
 * The tables of a store, column by column: a row for each run, for each peer of a run, and for
 * each pair of AS of a run. Rows of different tables belong together by `run`, the run's key.
 */

import { FIELD_PATHS, type Path } from '@cachetorrent/simulator/configuration';

import { fieldOf } from '../../configuration/parameters.ts';
import { FIGURE_NAMES, FIGURES } from '../figures.ts';
import type { RunRecord } from '../store/record.ts';

export type ColumnType = 'text' | 'number' | 'whole' | 'json';
export type Cell = string | number | null;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** The values of each column, in the order of the columns; all of the same length. */
  readonly rowsOf: (record: RunRecord) => readonly (readonly Cell[])[];
}

interface RunColumn extends Column {
  readonly of: (record: RunRecord) => Cell;
}

/** Raised when a column is added or means something else, so that old tables are written anew. */
export const COLUMNS_VERSION = 2;

/** Fields of a configuration that are not numbers. */
const CONFIG_TYPES: Readonly<Record<string, ColumnType>> = {
  seeds: 'json',
  classes: 'json',
  quirks: 'json',
  classOrder: 'text',
  latency: 'text',
  rules: 'text',
  choker: 'text',
  seedChoker: 'text',
  requestPriority: 'text',
};

/**
 * Fields without a column: a complete configuration states capacities in `seeds` and `classes`,
 * and the size of the file in pieces; `as` is the figure `asCount`, whose name SQL does not reserve.
 */
const NO_COLUMN: ReadonlySet<string> = new Set(['upload', 'download', 'size', 'as']);

const RUN_COLUMNS: readonly RunColumn[] = [
  { name: 'run', type: 'text', of: (r) => r.key },
  { name: 'seed', type: 'whole', of: (r) => r.seed },
  { name: 'version', type: 'text', of: (r) => r.version },
  { name: 'resultsVersion', type: 'whole', of: (r) => r.resultsVersion },
  ...configColumns(),
  ...FIGURE_NAMES.map(
    (name): RunColumn => ({ name, type: 'number', of: (r) => FIGURES[name].of(r.result) }),
  ),
  { name: 'asCount', type: 'whole', of: (r) => r.result.asCount },
  { name: 'messages', type: 'json', of: (r) => JSON.stringify(r.result.messages) },
  { name: 'resultHash', type: 'text', of: (r) => r.result.resultHash },
  { name: 'wallMs', type: 'number', of: (r) => r.timing.wallMs },
  { name: 'workers', type: 'whole', of: (r) => r.timing.workers },
  { name: 'peakRssBytes', type: 'number', of: (r) => r.timing.peakRssBytes },
];

const RUNS: Table = {
  name: 'runs',
  columns: RUN_COLUMNS.map(({ name, type }) => ({ name, type })),
  rowsOf: (record) => RUN_COLUMNS.map(({ of }) => [of(record)]),
};

const PEERS: Table = {
  name: 'peers',
  columns: [
    { name: 'run', type: 'text' },
    { name: 'peer', type: 'whole' },
    { name: 'asIndex', type: 'whole' },
    { name: 'role', type: 'text' },
    { name: 'uploadKbps', type: 'number' },
    { name: 'downloadKbps', type: 'number' },
    { name: 'completionMs', type: 'number' },
  ],
  rowsOf: ({ key, result: { peers } }) => [
    peers.as.map(() => key),
    peers.as.map((_, row) => row + 1),
    peers.as,
    peers.role,
    peers.uploadKbps,
    peers.downloadKbps,
    peers.completionMs,
  ],
};

const TRAFFIC: Table = {
  name: 'traffic',
  columns: [
    { name: 'run', type: 'text' },
    { name: 'fromAs', type: 'whole' },
    { name: 'toAs', type: 'whole' },
    { name: 'bytes', type: 'number' },
  ],
  rowsOf: ({ key, result: { trafficBytes } }) => [
    trafficBytes.flatMap((row) => row.map(() => key)),
    trafficBytes.flatMap((row, from) => row.map(() => from)),
    trafficBytes.flatMap((row) => row.map((_, to) => to)),
    trafficBytes.flat(),
  ],
};

export const TABLES: readonly Table[] = [RUNS, PEERS, TRAFFIC];

/** A column for each field of a configuration, under its own name; lists and objects as JSON. */
function configColumns(): RunColumn[] {
  const paths: readonly Path[] = [
    ...FIELD_PATHS.filter((path) => path.length < 3),
    ['client', 'quirks'],
  ];
  return paths.flatMap((path) => {
    const name = String(path.at(-1));
    if (NO_COLUMN.has(name)) return [];
    const type = CONFIG_TYPES[name] ?? 'number';
    const of = ({ config }: RunRecord): Cell => {
      const value = fieldOf(config, path);
      return type === 'text' && value !== undefined ? String(value) : cell(value);
    };
    return [{ name, type, of }];
  });
}

function cell(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
}
