/** The tables of a report, as HTML. They sort by the values of cells, not by their texts. */

import { METRICS, type MetricName } from '../campaign/metrics.ts';
import {
  type ValuesBySeed,
  comparePaired,
  type PairedComparison,
} from '../campaign/statistics/comparison.ts';
import type { ConfidenceInterval } from '../campaign/statistics/interval.ts';
import { type SettingData, type ReportData, formatValue } from './report-data.ts';
import { escapeHtml } from './svg.ts';

/** A page with more rows would be slow to open; the command `query` has no such limit. */
const MAX_RUNS = 1_000;

/** A row for each setting: the mean of each metric, with its confidence interval. */
export function summaryTable(
  { settings, campaign }: ReportData,
  measure: readonly MetricName[],
): string {
  const names = campaign.parameterNames;
  const head = [
    ...names.map((name) => headerCell(name)),
    headerCell('runs'),
    ...measure.map(metricHeader),
  ];
  const rows = settings.map(({ parameters, intervals, runs }) => [
    ...names.map((name) => parameterCell(parameters[name])),
    numberCell(runs.filter(({ metrics }) => metrics !== undefined).length, (n) => String(n)),
    ...measure.map((name) => intervalCell(intervals[name], name)),
  ]);
  return table('summary', 'Means and 95 % confidence intervals', head, rows);
}

/** Compares each setting with its baseline, over common seeds. */
export function comparisonTable(data: ReportData, measure: readonly MetricName[]): string {
  const [first, ...others] = data.settings;
  if (first === undefined || others.length === 0) return '';
  const spec = data.campaign.experiment.plots?.[0];
  const head = [
    headerCell('setting'),
    headerCell('baseline'),
    headerCell('metric'),
    headerCell('difference'),
    headerCell('relative difference'),
    headerCell('95 % confidence interval'),
    headerCell('p-value'),
    headerCell('verdict'),
  ];
  const rows = others.flatMap((setting) => {
    const baseline = baselineOf(setting, data.settings, spec?.x, spec?.series);
    // The settings of the first series are baselines themselves.
    if (setting === baseline) return [];
    return measure.flatMap((metric) => {
      const comparison = comparePaired(
        valuesBySeed(baseline, metric),
        valuesBySeed(setting, metric),
      );
      return comparison === undefined ? [] : [comparisonRow(setting, baseline, metric, comparison)];
    });
  });
  return table('comparisons', 'Paired comparisons with a baseline, over common seeds', head, rows);
}

/** A row for each run, with its key. */
export function runsTable(
  { settings, campaign, failures }: ReportData,
  measure: readonly MetricName[],
): string {
  const failed = new Set(failures.map(({ key }) => key));
  const names = campaign.parameterNames;
  const all = settings.flatMap(({ parameters, runs }) => runs.map((run) => ({ parameters, run })));
  const head = [
    ...names.map((name) => headerCell(name)),
    headerCell('seed'),
    ...measure.map(metricHeader),
    headerCell('run'),
  ];
  const rows = all
    .slice(0, MAX_RUNS)
    .map(({ parameters, run: { key, seed, metrics } }) => [
      ...names.map((name) => parameterCell(parameters[name])),
      numberCell(seed, String),
      ...measure.map((name) =>
        metrics === undefined
          ? `<td data-sort="">${failed.has(key) ? 'failed' : 'missing'}</td>`
          : numberCell(metrics[name], (value) => formatMetric(value, name)),
      ),
      `<td><code>${key}</code></td>`,
    ]);
  const cut = all.length > MAX_RUNS ? ` (the first ${MAX_RUNS} of ${all.length})` : '';
  return table('runs', `Runs${cut}`, head, rows);
}

/** Returns the setting of the first series with the same x; otherwise the first setting. */
function baselineOf(
  { parameters }: SettingData,
  settings: readonly SettingData[],
  x: string | undefined,
  series: string | undefined,
): SettingData {
  const first = settings[0]!;
  if (series === undefined || x === undefined) return first;
  const isFirstSeries = (setting: SettingData) =>
    formatValue(setting.parameters[series]) === formatValue(first.parameters[series]);
  const sameX = settings.find(
    (setting) =>
      isFirstSeries(setting) && formatValue(setting.parameters[x]) === formatValue(parameters[x]),
  );
  return sameX ?? first;
}

function valuesBySeed({ runs }: SettingData, metric: MetricName): ValuesBySeed {
  return new Map(runs.map(({ seed, metrics }) => [seed, metrics?.[metric] ?? null]));
}

function comparisonRow(
  setting: SettingData,
  baseline: SettingData,
  metric: MetricName,
  comparison: PairedComparison,
): string[] {
  const { difference, relativeDifference, low, high, pValue, verdict, warning } = comparison;
  const sign = (value: number) => `${value > 0 ? '+' : ''}${formatMetric(value, metric)}`;
  const unit = METRICS[metric].unit;
  const interval = low === undefined ? '–' : `${sign(low)} to ${sign(high!)}`;
  const percent = (value: number) => `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)} %`;
  return [
    `<td>${escapeHtml(setting.name)}</td>`,
    `<td>${escapeHtml(baseline.name)}</td>`,
    `<td>${escapeHtml(metric)}${unit === '' ? '' : ` (${unit})`}</td>`,
    numberCell(difference, sign),
    numberCell(relativeDifference ?? null, percent),
    numberCell(low ?? null, () => interval),
    numberCell(pValue ?? null, (p) => (p < 0.001 ? '< 0.001' : p.toFixed(3))),
    `<td class="verdict ${verdict}">${verdict}${
      warning === undefined ? '' : `<small>${escapeHtml(warning)}</small>`
    }</td>`,
  ];
}

function table(
  id: string,
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const body = rows.map((cells) => `<tr>${cells.join('')}</tr>`).join('\n');
  return (
    `<div class="scroll"><table class="sortable n-last asc" id="${id}">` +
    `<caption>${escapeHtml(caption)}</caption>` +
    `<thead><tr>${head.join('')}</tr></thead><tbody>\n${body}\n</tbody></table></div>`
  );
}

function headerCell(text: string): string {
  return `<th scope="col">${escapeHtml(text)}</th>`;
}

function metricHeader(name: MetricName): string {
  const { title, unit } = METRICS[name];
  // In print, the name may be broken between its words.
  const words = name.replaceAll(/([a-z])(?=[A-Z])/g, '$1<wbr>');
  const label = unit === '' ? words : `${words} (${unit})`;
  return `<th scope="col" title="${escapeHtml(title)}">${label}</th>`;
}

function parameterCell(value: Parameters<typeof formatValue>[0]): string {
  if (value === undefined || value === null) return numberCell(null, String);
  if (typeof value === 'number') return numberCell(value, String);
  return `<td data-sort="${escapeHtml(formatValue(value))}">${escapeHtml(formatValue(value))}</td>`;
}

function intervalCell(interval: ConfidenceInterval | undefined, name: MetricName): string {
  if (interval === undefined) return numberCell(null, String);
  const { mean, low, method } = interval;
  const half = low === undefined ? '' : ` ± ${formatMetric(mean - low, name)}`;
  const how = method === 'none' ? 'a single run' : `by ${method === 't' ? "Student's t" : method}`;
  return (
    `<td class="number" data-sort="${mean}" title="${escapeHtml(how)}">` +
    `${formatMetric(mean, name)}<small>${half}</small></td>`
  );
}

function numberCell(value: number | null, write: (value: number) => string): string {
  if (value === null) return '<td class="number" data-sort="">–</td>';
  return `<td class="number" data-sort="${value}">${escapeHtml(write(value))}</td>`;
}

/** Formats a value in the unit of the metric, with about four significant digits. */
export function formatMetric(value: number, name: MetricName): string {
  const scaled = value * METRICS[name].scale;
  const digits = Math.abs(scaled) >= 1000 ? 0 : Math.abs(scaled) >= 100 ? 1 : 2;
  const isWhole = Number.isInteger(scaled);
  return scaled.toLocaleString('en-US', {
    minimumFractionDigits: isWhole ? 0 : digits,
    maximumFractionDigits: digits,
  });
}
