/** All that a report shows of an experiment, read from its store. */

import type { RunKey } from '../campaign/experiment/key.ts';
import type { Parameters } from '../campaign/experiment/plan.ts';
import type { ParameterValue } from '../campaign/experiment/schema.ts';
import { FIGURE_NAMES, type FigureName, FIGURES } from '../campaign/figures.ts';
import type { ListedCell, Listing } from '../campaign/listing.ts';
import { type Interval, intervalOf } from '../campaign/statistics/interval.ts';
import { Damaged, type RunRecord } from '../campaign/store/record.ts';
import type { DamagedRun, Failure, Store } from '../campaign/store/store.ts';

export interface ReportData {
  readonly store: string;
  readonly listing: Listing;
  readonly cells: readonly CellData[];
  /** The combinations that are shown run by run. */
  readonly details: readonly Detail[];
  readonly damaged: readonly DamagedRun[];
  readonly failures: readonly Failure[];
  /** Of CacheTorrent, that made the runs. */
  readonly versions: readonly string[];
}

/** A combination, and what its runs came to. */
export interface CellData {
  readonly name: string;
  readonly parameters: Parameters;
  readonly runs: readonly RunData[];
  /** Undefined where no run is there yet. */
  readonly config: object | undefined;
  readonly intervals: Readonly<Partial<Record<FigureName, Interval>>>;
}

export interface RunData {
  readonly key: RunKey;
  readonly seed: number;
  /** Undefined where it is missing. */
  readonly figures: Readonly<Record<FigureName, number | null>> | undefined;
}

export interface Detail {
  readonly name: string;
  /** Of those seeds that are there. */
  readonly records: readonly RunRecord[];
}

/** Curves of so many combinations are still told apart. */
const DETAILS_MAX = 4;

export async function reportData(store: Store, listing: Listing): Promise<ReportData> {
  const reader = new Reader(store);
  const nameOf = naming(listing);
  const details = detailedCells(listing).map(({ parameters, runs }) => ({
    name: nameOf(parameters),
    records: runs.flatMap((key) => reader.read(key) ?? []),
  }));
  const cells = listing.cells.map((cell) => ({
    name: nameOf(cell.parameters),
    ...cellData(cell, listing, reader),
  }));
  const keys = new Set(listing.cells.flatMap(({ runs }) => runs));
  return {
    store: store.folder,
    listing,
    cells,
    details: details.filter(({ records }) => records.length > 0),
    damaged: reader.damaged,
    failures: (await store.failures()).filter(({ key }) => keys.has(key)),
    versions: [...reader.versions].sort(),
  };
}

/** The value of a parameter as people write it. */
export function shown(value: ParameterValue | undefined): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Reads each run at most once at a time, and remembers what was wrong. */
class Reader {
  readonly damaged: DamagedRun[] = [];
  readonly versions = new Set<string>();
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  read(key: RunKey): RunRecord | undefined {
    if (!this.#store.has(key)) return undefined;
    try {
      const record = this.#store.read(key);
      this.versions.add(record.version);
      return record;
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      const isKnown = this.damaged.some((run) => run.key === key);
      const file = this.#store.fileOf(key);
      if (!isKnown) this.damaged.push({ key, file, problem: error.message });
      return undefined;
    }
  }
}

/**
 * How combinations are called: by their labels, where that tells them apart, as these are made for
 * people; otherwise by all of their parameters.
 */
function naming({ cells, experiment, parameterNames }: Listing): (of: Parameters) => string {
  const nameBy = (names: readonly string[]) => (parameters: Parameters) =>
    names
      .filter((name) => parameters[name] !== undefined && parameters[name] !== null)
      .map((name) => {
        const value = parameters[name];
        return typeof value === 'string' ? value : `${name} ${shown(value)}`;
      })
      .join(', ') || 'the base';
  const byLabel = nameBy(parameterNames.filter((name) => experiment.labels?.includes(name)));
  const names = new Set(cells.map(({ parameters }) => byLabel(parameters)));
  return names.size === cells.length ? byLabel : nameBy(parameterNames);
}

function cellData(
  { parameters, runs }: ListedCell,
  { seeds }: Listing,
  reader: Reader,
): Omit<CellData, 'name'> {
  let config: object | undefined;
  const data = runs.map((key, repetition): RunData => {
    const record = reader.read(key);
    config ??= record?.config;
    return { key, seed: seeds[repetition]!, figures: record && figuresOf(record) };
  });
  const intervals = FIGURE_NAMES.map((name) => {
    const values = data.flatMap(({ figures }) => figures?.[name] ?? []);
    return [name, intervalOf(values, FIGURES[name])] as const;
  });
  return { parameters, runs: data, config, intervals: Object.fromEntries(intervals) };
}

function figuresOf({ result }: RunRecord): Record<FigureName, number | null> {
  const figures = FIGURE_NAMES.map((name) => [name, FIGURES[name].of(result)] as const);
  return Object.fromEntries(figures) as Record<FigureName, number | null>;
}

/** Those that the experiment names; otherwise the first, the last and some in between. */
function detailedCells({ experiment, cells }: Listing): readonly ListedCell[] {
  if (experiment.details !== undefined) {
    const wanted = experiment.details.map((detail) => cells.find((cell) => fits(cell, detail)));
    return wanted.filter((cell) => cell !== undefined);
  }
  const step = Math.max(1, (cells.length - 1) / (DETAILS_MAX - 1));
  const count = Math.min(DETAILS_MAX, cells.length);
  return Array.from({ length: count }, (_, i) => cells[Math.round(i * step)]!);
}

function fits({ parameters }: ListedCell, wanted: Parameters): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => JSON.stringify(parameters[name]) === JSON.stringify(value),
  );
}
