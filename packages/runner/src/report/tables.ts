/** The tables of a report, as HTML. They sort by the value behind a cell, not by its text. */

import { FIGURES, type FigureName } from '../campaign/figures.ts';
import { type BySeed, compare, type Comparison } from '../campaign/statistics/comparison.ts';
import type { Interval } from '../campaign/statistics/interval.ts';
import { type CellData, type ReportData, shown } from './data.ts';
import { escaped } from './svg.ts';

/** A page with more rows would be slow to open; `query` has no such limit. */
const RUNS_MAX = 1_000;

/** A row for each combination: the mean of each figure, with its interval. */
export function summaryTable(
  { cells, listing }: ReportData,
  measure: readonly FigureName[],
): string {
  const names = listing.parameterNames;
  const head = [...names.map((name) => th(name)), th('runs'), ...measure.map(figureHead)];
  const rows = cells.map(({ parameters, intervals, runs }) => [
    ...names.map((name) => parameterCell(parameters[name])),
    numberCell(runs.filter(({ figures }) => figures !== undefined).length, (n) => String(n)),
    ...measure.map((name) => intervalCell(intervals[name], name)),
  ]);
  return table('summary', 'Means and 95 % confidence intervals', head, rows);
}

/** Each combination against the one that it has to be better than, over common seeds. */
export function comparisonTable(data: ReportData, measure: readonly FigureName[]): string {
  const [first, ...others] = data.cells;
  if (first === undefined || others.length === 0) return '';
  const spec = data.listing.experiment.plots?.[0];
  const head = [
    th('combination'),
    th('against'),
    th('figure'),
    th('difference'),
    th('relative'),
    th('95 % interval'),
    th('p'),
    th('verdict'),
  ];
  const rows = others.flatMap((cell) => {
    const baseline = baselineOf(cell, data.cells, spec?.x, spec?.series);
    // The first series is what the others are held against.
    if (cell === baseline) return [];
    return measure.flatMap((figure) => {
      const comparison = compare(bySeed(baseline, figure), bySeed(cell, figure));
      return comparison === undefined ? [] : [comparisonRow(cell, baseline, figure, comparison)];
    });
  });
  return table('comparisons', 'Paired comparisons over common seeds', head, rows);
}

/** A row for each run, with the key under which the store keeps it. */
export function runsTable(
  { cells, listing, failures }: ReportData,
  measure: readonly FigureName[],
): string {
  const failed = new Set(failures.map(({ key }) => key));
  const names = listing.parameterNames;
  const all = cells.flatMap(({ parameters, runs }) => runs.map((run) => ({ parameters, run })));
  const head = [
    ...names.map((name) => th(name)),
    th('seed'),
    ...measure.map(figureHead),
    th('run'),
  ];
  const rows = all
    .slice(0, RUNS_MAX)
    .map(({ parameters, run: { key, seed, figures } }) => [
      ...names.map((name) => parameterCell(parameters[name])),
      numberCell(seed, String),
      ...measure.map((name) =>
        figures === undefined
          ? `<td data-sort="">${failed.has(key) ? 'failed' : 'missing'}</td>`
          : numberCell(figures[name], (value) => written(value, name)),
      ),
      `<td><code>${key}</code></td>`,
    ]);
  const cut = all.length > RUNS_MAX ? ` (the first ${RUNS_MAX} of ${all.length})` : '';
  return table('runs', `Runs${cut}`, head, rows);
}

/** The same x of the first series; where the first series has no x, its only combination. */
function baselineOf(
  { parameters }: CellData,
  cells: readonly CellData[],
  x: string | undefined,
  series: string | undefined,
): CellData {
  const first = cells[0]!;
  if (series === undefined || x === undefined) return first;
  const isFirst = (cell: CellData) =>
    shown(cell.parameters[series]) === shown(first.parameters[series]);
  const sameX = cells.find(
    (cell) => isFirst(cell) && shown(cell.parameters[x]) === shown(parameters[x]),
  );
  return sameX ?? first;
}

function bySeed({ runs }: CellData, figure: FigureName): BySeed {
  return new Map(runs.map(({ seed, figures }) => [seed, figures?.[figure] ?? null]));
}

function comparisonRow(
  cell: CellData,
  baseline: CellData,
  figure: FigureName,
  comparison: Comparison,
): string[] {
  const { difference, relative, low, high, probability, verdict, warning } = comparison;
  const sign = (value: number) => `${value > 0 ? '+' : ''}${written(value, figure)}`;
  const unit = FIGURES[figure].unit;
  const interval = low === undefined ? '–' : `${sign(low)} to ${sign(high!)}`;
  const percent = (value: number) => `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)} %`;
  return [
    `<td>${escaped(cell.name)}</td>`,
    `<td>${escaped(baseline.name)}</td>`,
    `<td>${escaped(figure)}${unit === '' ? '' : ` (${unit})`}</td>`,
    numberCell(difference, sign),
    numberCell(relative ?? null, percent),
    numberCell(low ?? null, () => interval),
    numberCell(probability ?? null, (p) => (p < 0.001 ? '< 0.001' : p.toFixed(3))),
    `<td class="verdict ${verdict}">${verdict}${
      warning === undefined ? '' : `<small>${escaped(warning)}</small>`
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
    `<caption>${escaped(caption)}</caption>` +
    `<thead><tr>${head.join('')}</tr></thead><tbody>\n${body}\n</tbody></table></div>`
  );
}

function th(text: string): string {
  return `<th scope="col">${escaped(text)}</th>`;
}

function figureHead(name: FigureName): string {
  const { title, unit } = FIGURES[name];
  // On paper it may be broken where its words meet.
  const words = name.replaceAll(/([a-z])(?=[A-Z])/g, '$1<wbr>');
  const told = unit === '' ? words : `${words} (${unit})`;
  return `<th scope="col" title="${escaped(title)}">${told}</th>`;
}

function parameterCell(value: Parameters<typeof shown>[0]): string {
  if (value === undefined || value === null) return numberCell(null, String);
  if (typeof value === 'number') return numberCell(value, String);
  return `<td data-sort="${escaped(shown(value))}">${escaped(shown(value))}</td>`;
}

function intervalCell(interval: Interval | undefined, name: FigureName): string {
  if (interval === undefined) return numberCell(null, String);
  const { mean, low, method } = interval;
  const half = low === undefined ? '' : ` ± ${written(mean - low, name)}`;
  const how = method === 'none' ? 'a single run' : `by ${method === 't' ? "Student's t" : method}`;
  return (
    `<td class="number" data-sort="${mean}" title="${escaped(how)}">` +
    `${written(mean, name)}<small>${half}</small></td>`
  );
}

function numberCell(value: number | null, write: (value: number) => string): string {
  if (value === null) return '<td class="number" data-sort="">–</td>';
  return `<td class="number" data-sort="${value}">${escaped(write(value))}</td>`;
}

/** In the unit that people read, with as many digits as say something. */
export function written(value: number, name: FigureName): string {
  const scaled = value * FIGURES[name].scale;
  const digits = Math.abs(scaled) >= 1000 ? 0 : Math.abs(scaled) >= 100 ? 1 : 2;
  const isWhole = Number.isInteger(scaled);
  return scaled.toLocaleString('en-US', {
    minimumFractionDigits: isWhole ? 0 : digits,
    maximumFractionDigits: digits,
  });
}
