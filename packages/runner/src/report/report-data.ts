/** All that a report shows of an experiment, read from its store. */

import type { RunKey } from '../campaign/experiment/key.ts';
import type { Parameters } from '../campaign/experiment/plan.ts';
import type { ParameterValue } from '../campaign/experiment/schema.ts';
import { METRIC_NAMES, type MetricName, METRICS } from '../campaign/metrics.ts';
import type { StoredSetting, StoredCampaign } from '../campaign/stored-campaign.ts';
import { type ConfidenceInterval, confidenceInterval } from '../campaign/statistics/interval.ts';
import { DamagedRecord, type RunRecord } from '../campaign/store/record.ts';
import type { DamagedRun, RunFailure, Store } from '../campaign/store/store.ts';

export interface ReportData {
  readonly store: string;
  readonly campaign: StoredCampaign;
  readonly settings: readonly SettingData[];
  /** The combinations that are shown run by run. */
  readonly details: readonly DetailedSetting[];
  readonly damaged: readonly DamagedRun[];
  readonly failures: readonly RunFailure[];
  /** Of CacheTorrent, that made the runs. */
  readonly versions: readonly string[];
}

/** A combination, and what its runs came to. */
export interface SettingData {
  readonly name: string;
  readonly parameters: Parameters;
  readonly runs: readonly RunMetrics[];
  /** Undefined where no run is there yet. */
  readonly config: object | undefined;
  readonly intervals: Readonly<Partial<Record<MetricName, ConfidenceInterval>>>;
}

export interface RunMetrics {
  readonly key: RunKey;
  readonly seed: number;
  /** Undefined where it is missing. */
  readonly metrics: Readonly<Record<MetricName, number | null>> | undefined;
}

export interface DetailedSetting {
  readonly name: string;
  /** Of those seeds that are there. */
  readonly records: readonly RunRecord[];
}

/** Curves of so many combinations are still told apart. */
const MAX_DETAILS = 4;

export async function reportData(store: Store, listing: StoredCampaign): Promise<ReportData> {
  const reader = new RecordReader(store);
  const nameOf = settingNames(listing);
  const details = detailedSettings(listing).map(({ parameters, runs }) => ({
    name: nameOf(parameters),
    records: runs.flatMap((key) => reader.read(key) ?? []),
  }));
  const cells = listing.settings.map((cell) => ({
    name: nameOf(cell.parameters),
    ...settingData(cell, listing, reader),
  }));
  const keys = new Set(listing.settings.flatMap(({ runs }) => runs));
  return {
    store: store.folder,
    campaign: listing,
    settings: cells,
    details: details.filter(({ records }) => records.length > 0),
    damaged: reader.damaged,
    failures: (await store.failures()).filter(({ key }) => keys.has(key)),
    versions: [...reader.versions].sort(),
  };
}

/** The value of a parameter as people write it. */
export function formatValue(value: ParameterValue | undefined): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Reads each run at most once at a time, and remembers what was wrong. */
class RecordReader {
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
      if (!(error instanceof DamagedRecord)) throw error;
      const isKnown = this.damaged.some((run) => run.key === key);
      const file = this.#store.runFile(key);
      if (!isKnown) this.damaged.push({ key, file, problem: error.message });
      return undefined;
    }
  }
}

/**
 * How combinations are called: by their labels, where that tells them apart, as these are made for
 * people; otherwise by all of their parameters.
 */
function settingNames({
  settings,
  experiment,
  parameterNames,
}: StoredCampaign): (of: Parameters) => string {
  const nameBy = (names: readonly string[]) => (parameters: Parameters) =>
    names
      .filter((name) => parameters[name] !== undefined && parameters[name] !== null)
      .map((name) => {
        const value = parameters[name];
        return typeof value === 'string' ? value : `${name} ${formatValue(value)}`;
      })
      .join(', ') || 'the base';
  const byLabel = nameBy(parameterNames.filter((name) => experiment.labels?.includes(name)));
  const names = new Set(settings.map(({ parameters }) => byLabel(parameters)));
  return names.size === settings.length ? byLabel : nameBy(parameterNames);
}

function settingData(
  { parameters, runs }: StoredSetting,
  { seeds }: StoredCampaign,
  reader: RecordReader,
): Omit<SettingData, 'name'> {
  let config: object | undefined;
  const data = runs.map((key, repetition): RunMetrics => {
    const record = reader.read(key);
    config ??= record?.config;
    return { key, seed: seeds[repetition]!, metrics: record && metricsOf(record) };
  });
  const intervals = METRIC_NAMES.map((name) => {
    const values = data.flatMap(({ metrics }) => metrics?.[name] ?? []);
    return [name, confidenceInterval(values, METRICS[name])] as const;
  });
  return { parameters, runs: data, config, intervals: Object.fromEntries(intervals) };
}

function metricsOf({ result }: RunRecord): Record<MetricName, number | null> {
  const figures = METRIC_NAMES.map((name) => [name, METRICS[name].compute(result)] as const);
  return Object.fromEntries(figures) as Record<MetricName, number | null>;
}

/** Those that the experiment names; otherwise the first, the last and some in between. */
function detailedSettings({ experiment, settings }: StoredCampaign): readonly StoredSetting[] {
  if (experiment.details !== undefined) {
    const wanted = experiment.details.map((detail) =>
      settings.find((cell) => matches(cell, detail)),
    );
    return wanted.filter((cell) => cell !== undefined);
  }
  const step = Math.max(1, (settings.length - 1) / (MAX_DETAILS - 1));
  const count = Math.min(MAX_DETAILS, settings.length);
  return Array.from({ length: count }, (_, i) => settings[Math.round(i * step)]!);
}

function matches({ parameters }: StoredSetting, wanted: Parameters): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => JSON.stringify(parameters[name]) === JSON.stringify(value),
  );
}
