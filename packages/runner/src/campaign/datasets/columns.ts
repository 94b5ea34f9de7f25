/**
 * The columns of the datasets: a table with a row for each run, one with a row for each peer of a
 * run, one for each pair of ASes of a run, one for each pair of classes, and one for each link
 * between AS. `run`, the run's key, joins the tables.
 */

import { FIELD_PATHS, type Path } from '@cachetorrent/simulator/configuration';

import { fieldOf } from '../../configuration/parameters.ts';
import { METRIC_NAMES, METRICS } from '../metrics.ts';
import type { RunRecord } from '../store/record.ts';

export type ColumnType = 'text' | 'number' | 'integer' | 'json';
export type CellValue = string | number | null;

export interface DatasetColumn {
  readonly name: string;
  readonly type: ColumnType;
}

export interface DatasetTable {
  readonly name: string;
  readonly columns: readonly DatasetColumn[];
  /** Returns the values of a run: a list for each column, all of the same length. */
  readonly columnValues: (record: RunRecord) => readonly (readonly CellValue[])[];
}

interface RunColumn extends DatasetColumn {
  readonly read: (record: RunRecord) => CellValue;
}

/** Raised when a column is added or changes its meaning, so that datasets are written again. */
export const COLUMNS_VERSION = 7;

/** The types of the columns for fields of a configuration that are not numbers. */
const CONFIG_TYPES: Readonly<Record<string, ColumnType>> = {
  seeds: 'json',
  classes: 'json',
  quirks: 'json',
  classOrder: 'text',
  latency: 'text',
  borders: 'json',
  tcp: 'json',
  topology: 'text',
  topologyFile: 'json',
  hosts: 'json',
  sizes: 'json',
  latencyAttribute: 'text',
  coordinates: 'json',
  prices: 'json',
  until: 'text',
  faults: 'json',
  rules: 'text',
  preset: 'text',
  freeSlots: 'text',
  partialPieces: 'text',
  pieceOrder: 'text',
  endgame: 'text',
  endgameCancels: 'text',
  superSeeding: 'text',
  redundantHaves: 'text',
  choker: 'text',
  seedChoker: 'text',
  policy: 'text',
  requestPriority: 'text',
  neighbourSelection: 'text',
  costMap: 'json',
  providerCaches: 'json',
  leaderShare: 'text',
  parents: 'json',
};

/**
 * Fields without a column: a complete configuration states capacities in `seeds` and `classes`, and
 * the size of the file in pieces; `as`, which SQL reserves, is the column `asCount`.
 */
const NO_COLUMN: ReadonlySet<string> = new Set(['upload', 'download', 'size', 'as']);

const RUN_COLUMNS: readonly RunColumn[] = [
  { name: 'run', type: 'text', read: (r) => r.key },
  { name: 'seed', type: 'integer', read: (r) => r.seed },
  { name: 'version', type: 'text', read: (r) => r.version },
  { name: 'resultsVersion', type: 'integer', read: (r) => r.resultsVersion },
  ...configColumns(),
  ...METRIC_NAMES.map(
    (name): RunColumn => ({ name, type: 'number', read: (r) => METRICS[name].compute(r.result) }),
  ),
  { name: 'asCount', type: 'integer', read: (r) => r.result.asCount },
  { name: 'messages', type: 'json', read: (r) => JSON.stringify(r.result.messages) },
  { name: 'resultHash', type: 'text', read: (r) => r.result.resultHash },
  { name: 'wallMs', type: 'number', read: (r) => r.timing.wallMs },
  { name: 'workers', type: 'integer', read: (r) => r.timing.workers },
  { name: 'peakRssBytes', type: 'number', read: (r) => r.timing.peakRssBytes },
];

const RUNS: DatasetTable = {
  name: 'runs',
  columns: RUN_COLUMNS.map(({ name, type }) => ({ name, type })),
  columnValues: (record) => RUN_COLUMNS.map(({ read }) => [read(record)]),
};

const PEERS: DatasetTable = {
  name: 'peers',
  columns: [
    { name: 'run', type: 'text' },
    { name: 'peer', type: 'integer' },
    { name: 'asIndex', type: 'integer' },
    { name: 'role', type: 'text' },
    { name: 'uploadKbps', type: 'number' },
    { name: 'downloadKbps', type: 'number' },
    { name: 'completionMs', type: 'number' },
    { name: 'class', type: 'text' },
    { name: 'arrivedMs', type: 'number' },
    { name: 'completedMs', type: 'number' },
    { name: 'leftMs', type: 'number' },
    { name: 'departure', type: 'text' },
    { name: 'unservedMs', type: 'number' },
  ],
  columnValues: ({ key, result: { peers } }) => [
    peers.as.map(() => key),
    peers.as.map((_, row) => row + 1),
    peers.as,
    peers.role,
    peers.uploadKbps,
    peers.downloadKbps,
    peers.completionMs,
    ...[
      peers.class,
      peers.arrivedMs,
      peers.completedMs,
      peers.leftMs,
      peers.departure,
      peers.unservedMs,
    ].map((column) => column ?? peers.as.map(() => null)),
  ],
};

const TRAFFIC: DatasetTable = {
  name: 'traffic',
  columns: [
    { name: 'run', type: 'text' },
    { name: 'fromAs', type: 'integer' },
    { name: 'toAs', type: 'integer' },
    { name: 'bytes', type: 'number' },
  ],
  columnValues: ({ key, result: { trafficBytes } }) => [
    trafficBytes.flatMap((row) => row.map(() => key)),
    trafficBytes.flatMap((row, from) => row.map(() => from)),
    trafficBytes.flatMap((row) => row.map((_, to) => to)),
    trafficBytes.flat(),
  ],
};

const CLASS_TRAFFIC: DatasetTable = {
  name: 'classTraffic',
  columns: [
    { name: 'run', type: 'text' },
    { name: 'fromClass', type: 'text' },
    { name: 'toClass', type: 'text' },
    { name: 'bytes', type: 'number' },
    { name: 'leecherBytes', type: 'number' },
  ],
  columnValues: ({ key, result: { classTraffic = [] } }) => [
    classTraffic.map(() => key),
    classTraffic.map(({ from }) => from),
    classTraffic.map(({ to }) => to),
    classTraffic.map(({ bytes }) => bytes),
    classTraffic.map(({ leecherBytes }) => leecherBytes),
  ],
};

/** No rows for runs without prices. */
const BORDERS: DatasetTable = {
  name: 'borders',
  columns: [
    { name: 'run', type: 'text' },
    { name: 'fromName', type: 'text' },
    { name: 'toName', type: 'text' },
    { name: 'relationship', type: 'text' },
    { name: 'bytes', type: 'number' },
    { name: 'bytesBack', type: 'number' },
    { name: 'billedKbps', type: 'number' },
    { name: 'billedBackKbps', type: 'number' },
    { name: 'payer', type: 'text' },
    { name: 'bill', type: 'number' },
  ],
  columnValues: ({ key, result: { borders } }) => {
    const links = borders?.links ?? [];
    return [
      links.map(() => key),
      links.map(({ from }) => from),
      links.map(({ to }) => to),
      links.map(({ relationship }) => relationship),
      links.map(({ bytes }) => bytes),
      links.map(({ bytesBack }) => bytesBack),
      links.map(({ billedKbps }) => billedKbps),
      links.map(({ billedBackKbps }) => billedBackKbps),
      links.map(({ payer }) => payer ?? null),
      links.map(({ bill }) => bill ?? 0),
    ];
  },
};

export const TABLES: readonly DatasetTable[] = [RUNS, PEERS, TRAFFIC, CLASS_TRAFFIC, BORDERS];

/** Returns a column for each field of a configuration; lists and objects are written as JSON. */
function configColumns(): RunColumn[] {
  const paths: readonly Path[] = [
    ...FIELD_PATHS.filter((path) => path.length < 3),
    ['client', 'quirks'],
  ];
  return paths.flatMap((path) => {
    const name = String(path.at(-1));
    if (NO_COLUMN.has(name)) return [];
    const type = CONFIG_TYPES[name] ?? 'number';
    const read = ({ config }: RunRecord): CellValue => {
      const value = fieldOf(config, path);
      return type === 'number' || typeof value === 'string' ? cellValue(value) : jsonOf(value);
    };
    return [{ name, type, read }];
  });
}

/** Text also of a number, for columns of text: a latency may be one, as were the seeds once. */
function jsonOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function cellValue(value: unknown): CellValue {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
}
