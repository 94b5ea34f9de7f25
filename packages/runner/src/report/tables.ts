/** The tables of a report, as HTML. They sort by the values of cells, not by their texts. */

import type { ParameterValue } from '../campaign/experiment/schema.ts';
import { METRICS, type MetricName } from '../campaign/metrics.ts';
import {
  type ValuesBySeed,
  comparePaired,
  type PairedDifference,
  SIGNIFICANCE,
  type Verdict,
  verdictsOn,
} from '../campaign/statistics/comparison.ts';
import type { ConfidenceInterval } from '../campaign/statistics/interval.ts';
import { formatNumber, formatValue, metricLabel, parameterLabel } from './labels.ts';
import type { SettingData, ReportData } from './report-data.ts';
import { escapeHtml } from './svg.ts';
import { orderedValues } from './value-order.ts';

/** A page with more rows would be slow to open; the command `query` has no such limit. */
const MAX_ROWS = 1_000;

/** A row for each setting: the mean of each metric, with its confidence interval. */
export function summaryTable(
  { settings, campaign }: ReportData,
  measure: readonly MetricName[],
): string {
  const parameters = parameterColumns(campaign.parameterNames, settings);
  const head = [
    ...parameters.map(({ header }) => header),
    headerCell('runs'),
    ...measure.map(metricHeader),
  ];
  const rows = settings.map((setting) => [
    ...parameters.map(({ cellOf }) => cellOf(setting)),
    numberCell(setting.runs.filter(({ metrics }) => metrics !== undefined).length, String),
    ...measure.map((name) => intervalCell(setting.intervals[name], name)),
  ]);
  return table('summary', 'Means and 95 % confidence intervals', head, rows);
}

/** A setting and its baseline, compared in one metric. */
interface Comparison {
  readonly setting: SettingData;
  readonly baseline: SettingData;
  readonly metric: MetricName;
  readonly difference: PairedDifference;
}

/** Compares each setting with its baseline, over common seeds. */
export function comparisonTable(data: ReportData, measure: readonly MetricName[]): string {
  const comparisons = comparisonsOf(data, measure);
  if (comparisons.length === 0) return '';
  const head = [
    'setting',
    'baseline',
    'metric',
    'difference',
    'relative difference',
    '95 % confidence interval',
    'adjusted p-value',
    'verdict',
  ];
  const verdicts = verdictsOn(comparisons.map(({ difference }) => difference));
  const cellOf = textCells(data.settings.map(({ name }) => name));
  const rows = comparisons.map((comparison, i) => comparisonRow(comparison, verdicts[i]!, cellOf));
  const caption = 'Paired comparisons with a baseline, over common seeds';
  const html = table('comparisons', caption, head.map(headerCell), rows);
  return `<p>${multiplicityText(verdicts)}</p>\n${html}`;
}

function multiplicityText(verdicts: readonly Verdict[]): string {
  const tested = verdicts.filter(({ adjustedPValue }) => adjustedPValue !== undefined).length;
  if (tested < 2) return 'The p-value is that of a paired t-test.';
  const byChance = formatNumber(Number((tested * SIGNIFICANCE).toPrecision(2)));
  return `Of ${formatNumber(tested)} comparisons between equal settings, about ${byChance}
would seem to show a difference at a level of 5 % by chance. Therefore the p-values of the paired
t-tests are adjusted for the number of comparisons in this table, by the method of Holm (1979), and
a verdict is “higher” or “lower” only if the adjusted p-value is below 0.05. So the probability that
one or more of these verdicts claim a difference where there is none is at most 5 %. Each confidence
interval is for its difference alone.`;
}

function comparisonsOf(data: ReportData, measure: readonly MetricName[]): readonly Comparison[] {
  const spec = data.campaign.experiment.plots?.[0];
  return data.settings.flatMap((setting) => {
    const baseline = baselineOf(setting, data.settings, spec?.x, spec?.series);
    // The settings of the first series are baselines themselves.
    if (setting === baseline) return [];
    return measure.flatMap((metric) => {
      const difference = comparePaired(
        valuesBySeed(baseline, metric),
        valuesBySeed(setting, metric),
      );
      return difference === undefined ? [] : [{ setting, baseline, metric, difference }];
    });
  });
}

/** A row for each run, with its key. */
export function runsTable(
  { settings, campaign, failures }: ReportData,
  measure: readonly MetricName[],
): string {
  const failed = new Set(failures.map(({ key }) => key));
  const parameters = parameterColumns(campaign.parameterNames, settings);
  const all = settings.flatMap((setting) => setting.runs.map((run) => ({ setting, run })));
  const head = [
    ...parameters.map(({ header }) => header),
    headerCell('seed'),
    ...measure.map(metricHeader),
    headerCell('run'),
  ];
  const rows = all.map(({ setting, run: { key, seed, metrics } }) => [
    ...parameters.map(({ cellOf }) => cellOf(setting)),
    numberCell(seed, String),
    ...measure.map((name) =>
      metrics === undefined
        ? `<td data-sort="">${failed.has(key) ? 'failed' : 'missing'}</td>`
        : numberCell(metrics[name], (value) => formatMetric(value, name)),
    ),
    `<td><code>${key}</code></td>`,
  ]);
  return table('runs', 'Runs', head, rows);
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
  { setting, baseline, metric, difference: { difference, relativeDifference, test } }: Comparison,
  { adjustedPValue, verdict, warning }: Verdict,
  nameCell: (name: string) => string,
): string[] {
  const sign = (value: number) => `${value > 0 ? '+' : ''}${formatMetric(value, metric)}`;
  const percent = (value: number) => `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)} %`;
  const interval = (low: number) => `${sign(low)} to ${sign(test!.high)}`;
  return [
    nameCell(setting.name),
    nameCell(baseline.name),
    `<td class="text">${escapeHtml(metricLabel(metric))}</td>`,
    numberCell(difference, sign),
    numberCell(relativeDifference ?? null, percent),
    numberCell(test?.low ?? null, interval),
    numberCell(adjustedPValue ?? null, formatPValue),
    `<td class="verdict ${verdict}">${verdict}${
      warning === undefined ? '' : `<small>${escapeHtml(warning)}</small>`
    }</td>`,
  ];
}

function formatPValue(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

export function table(
  id: string,
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const shown = rows.slice(0, MAX_ROWS);
  const cut =
    shown.length < rows.length
      ? ` (the first ${formatNumber(MAX_ROWS)} of ${formatNumber(rows.length)})`
      : '';
  const body = shown.map((cells) => `<tr>${cells.join('')}</tr>`).join('\n');
  return (
    `<div class="scroll"><table class="sortable n-last asc" id="${id}">` +
    `<caption>${escapeHtml(caption + cut)}</caption>` +
    `<thead><tr>${head.join('')}</tr></thead><tbody>\n${body}\n</tbody></table></div>`
  );
}

export function headerCell(text: string): string {
  return `<th scope="col">${escapeHtml(text)}</th>`;
}

/** A header in words; a tooltip has the name in experiment files and datasets. */
function namedHeader(text: string, name: string): string {
  return `<th scope="col" title="${escapeHtml(name)}">${escapeHtml(text)}</th>`;
}

function metricHeader(name: MetricName): string {
  return namedHeader(metricLabel(name), name);
}

interface ParameterColumn {
  readonly header: string;
  readonly cellOf: (setting: SettingData) => string;
}

/** A column for each parameter, which sorts in the order of its values in plots. */
function parameterColumns(
  names: readonly string[],
  settings: readonly SettingData[],
): readonly ParameterColumn[] {
  return names.map((name) => {
    const textCell = textCells(settings.map(({ parameters }) => parameters[name]));
    return {
      header: namedHeader(parameterLabel(name), name),
      cellOf: ({ parameters }) => {
        const value = parameters[name];
        if (value === undefined || value === null) return numberCell(null, String);
        return typeof value === 'number' ? numberCell(value, formatNumber) : textCell(value);
      },
    };
  });
}

/** Returns a function that makes cells of these values, which sort in their order in plots. */
function textCells(
  values: readonly (ParameterValue | undefined)[],
): (value: ParameterValue) => string {
  const order = new Map(orderedValues(values).map((text, i) => [text, i]));
  return (value) => {
    const text = formatValue(value);
    return `<td class="text" data-sort="${order.get(text)!}">${escapeHtml(text)}</td>`;
  };
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

export function numberCell(value: number | null, write: (value: number) => string): string {
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
