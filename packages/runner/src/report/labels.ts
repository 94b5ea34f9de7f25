/**
 * Metrics and parameters in words, with their units, as plots and tables show them: `p50Ms` is
 * `median completion time (s)`, `seeds.upload` is `upload capacity of seeds (kbit/s)`. The labels
 * of an experiment are words of its author and stay as they are.
 */

import { pathName, quantityKindAt, type QuantityKind } from '@cachetorrent/simulator/configuration';

import type { ParameterValue } from '../campaign/experiment/schema.ts';
import { METRICS, type MetricName } from '../campaign/metrics.ts';
import { fieldPath } from '../configuration/parameters.ts';

/** Units of plain numbers. */
const UNITS: Readonly<Record<QuantityKind, string>> = {
  size: 'bytes',
  rate: 'kbit/s',
  time: 'ms',
  percent: '%',
  arrivals: 'per hour',
};

/** Fields whose names are not the words for what they hold. All others are: `uploadSlots`. */
const FIELD_LABELS: Readonly<Record<string, string>> = {
  peers: 'number of peers',
  seeds: 'number of seeds',
  count: 'number of peers',
  share: 'share of leechers',
  upload: 'upload capacity',
  download: 'download capacity',
  pieces: 'number of pieces',
  size: 'file size',
  until: 'end of the run',
  warmUp: 'warm-up',
  rate: 'rate of arrivals',
  decay: 'decay of the rate of arrivals',
  ratio: 'share ratio',
  meanGap: 'mean time between arrivals',
  classOrder: 'order of classes',
  as: 'number of AS',
  routersPerAs: 'routers per AS',
  neighbours: 'number of neighbours',
  minPeers: 'peers before the tracker answers',
  choker: 'choker of leechers',
  seedChoker: 'choker of seeds',
  leaders: 'share of leaders',
  subTorrents: 'number of sub-torrents',
  transit: 'price of transit',
  price: 'price of unbalanced peering',
  period: 'billing period',
  interval: 'interval of metering',
  percentile: 'billed percentile',
  interAsConnections: 'connections of an AS with others',
};

/** `text (unit)`. */
export function withUnit(text: string, unit: string): string {
  return unit === '' ? text : `${text} (${unit})`;
}

export function metricLabel(name: MetricName): string {
  const { label, unit } = METRICS[name];
  return withUnit(label, unit);
}

/** The parameter in words, without its unit. */
export function parameterWords(parameter: string): string {
  const path = fieldPath(parameter);
  const field = path?.at(-1);
  if (path === undefined || typeof field !== 'string') return parameter;
  const words = FIELD_LABELS[field] ?? field.replaceAll(/[A-Z]/g, (at) => ` ${at.toLowerCase()}`);
  const [list, index] = path;
  if (list === 'faults') return `${words}, ${pathName(path.slice(0, -1))}`;
  if (list !== 'seeds' && list !== 'classes') return words;
  if (typeof index === 'number') return `${words}, ${list}[${index}]`;
  if (field === 'count') return FIELD_LABELS['seeds']!;
  return path.length === 1 ? words : `${words} of ${list}`;
}

export function parameterLabel(parameter: string): string {
  return withUnit(parameterWords(parameter), unitOf(parameter));
}

/**
 * A value of a parameter as a name: text stands for itself, a number has its unit and the parameter
 * as the experiment calls it, which is shorter than the words: `leaders 30 %`.
 */
export function valueName(parameter: string, value: ParameterValue | undefined): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return `${parameter} not set`;
  const unit = typeof value === 'number' ? unitOf(parameter) : '';
  return `${parameter} ${formatValue(value)}${unit === '' ? '' : ` ${unit}`}`;
}

/** The value of a parameter in a table or at an axis; a missing value is a dash. */
export function formatValue(value: ParameterValue | undefined): string {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'number') return formatNumber(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Formats a number: 1,200 or 0.5. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

function unitOf(parameter: string): string {
  const kind = quantityKindAt(fieldPath(parameter) ?? []);
  return kind === undefined ? '' : UNITS[kind];
}
