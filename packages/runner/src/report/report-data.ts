/** The data of a report, read from the store. */

import type { RunKey } from '../campaign/experiment/key.ts';
import { isDetail, type Parameters } from '../campaign/experiment/plan.ts';
import { METRIC_NAMES, type MetricName, METRICS } from '../campaign/metrics.ts';
import type { StoredSetting, StoredCampaign } from '../campaign/stored-campaign.ts';
import { type ConfidenceInterval, confidenceInterval } from '../campaign/statistics/interval.ts';
import { DamagedRecord, type RunRecord } from '../campaign/store/record.ts';
import type { DamagedRun, RunFailure, Store } from '../campaign/store/store.ts';
import { valueName } from './labels.ts';

export interface ReportData {
  readonly store: string;
  readonly campaign: StoredCampaign;
  readonly settings: readonly SettingData[];
  /** The settings that are shown in detail. */
  readonly details: readonly DetailedSetting[];
  readonly damaged: readonly DamagedRun[];
  readonly failures: readonly RunFailure[];
  /** The versions of CacheTorrent that executed the runs. */
  readonly versions: readonly string[];
}

/** A setting and the metrics of its runs. */
export interface SettingData {
  readonly name: string;
  readonly parameters: Parameters;
  readonly runs: readonly RunMetrics[];
  /** Undefined if the store has none of its runs. */
  readonly config: object | undefined;
  readonly intervals: Readonly<Partial<Record<MetricName, ConfidenceInterval>>>;
}

export interface RunMetrics {
  readonly key: RunKey;
  readonly seed: number;
  /** Undefined if the run is missing. */
  readonly metrics: Readonly<Record<MetricName, number | null>> | undefined;
}

export interface DetailedSetting {
  readonly name: string;
  /** The records that the store has, in the order of the seeds. */
  readonly records: readonly RunRecord[];
}

/** More curves would be hard to distinguish. */
const MAX_DETAILS = 4;

export async function reportData(store: Store, campaign: StoredCampaign): Promise<ReportData> {
  const reader = new RecordReader(store);
  const nameOf = settingNames(campaign);
  const details = detailedSettings(campaign).map(({ parameters, runs }) => ({
    name: nameOf(parameters),
    records: runs.flatMap((key) => reader.read(key) ?? []),
  }));
  const settings = campaign.settings.map((setting) => ({
    name: nameOf(setting.parameters),
    ...settingData(setting, campaign, reader),
  }));
  const keys = new Set(campaign.settings.flatMap(({ runs }) => runs));
  return {
    store: store.folder,
    campaign,
    settings,
    details: details.filter(({ records }) => records.length > 0),
    damaged: reader.damaged,
    failures: (await store.failures()).filter(({ key }) => keys.has(key)),
    versions: [...reader.versions].sort(),
  };
}

/** Reads runs, and collects versions and damaged runs. */
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
      const isReported = this.damaged.some((run) => run.key === key);
      const file = this.#store.runFile(key);
      if (!isReported) this.damaged.push({ key, file, problem: error.message });
      return undefined;
    }
  }
}

/**
 * Returns a function that names settings: by their labels, if these distinguish them; otherwise by
 * all parameters.
 */
function settingNames({
  settings,
  experiment,
  parameterNames,
}: StoredCampaign): (of: Parameters) => string {
  const nameBy = (names: readonly string[]) => (parameters: Parameters) =>
    names
      .filter((name) => parameters[name] !== undefined && parameters[name] !== null)
      .map((name) => valueName(name, parameters[name]))
      .join(', ') || 'base';
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
  const values = METRIC_NAMES.map((name) => [name, METRICS[name].compute(result)] as const);
  return Object.fromEntries(values) as Record<MetricName, number | null>;
}

/** Returns the settings in `details`; by default the first, the last and some in between. */
function detailedSettings({ experiment, settings }: StoredCampaign): readonly StoredSetting[] {
  if (experiment.details !== undefined) {
    const named = experiment.details.map((detail) =>
      settings.find(({ parameters }) => isDetail(parameters, detail)),
    );
    return named.filter((setting) => setting !== undefined);
  }
  const step = Math.max(1, (settings.length - 1) / (MAX_DETAILS - 1));
  const count = Math.min(MAX_DETAILS, settings.length);
  return Array.from({ length: count }, (_, i) => settings[Math.round(i * step)]!);
}
