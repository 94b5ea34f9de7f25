/** The section of a page that says what each quirk changes. */

import { type Estimate, estimate } from '../runs/estimate.ts';
import { heading, paragraphs, signedPercent, table } from '../runs/markdown.ts';
import { COLUMNS, type Result, type ResultColumn } from '../runs/result-columns.ts';

/** The page with the section, and the name of the section in its comments. */
export const QUIRKS_PAGE = 'docs/validation.md';
export const QUIRKS_SECTION = 'quirks';

export interface QuirkRow {
  readonly title: string;
  /** By seed; the same seeds in every row. Undefined where a run is missing. */
  readonly results: readonly (Result | undefined)[];
}

export interface QuirkTable {
  readonly title: string;
  /** The first row is the one that the others are compared with. */
  readonly rows: readonly QuirkRow[];
}

const { p50, p90, redundancy, traffic, messages, chokes } = COLUMNS;
const SHOWN: readonly ResultColumn[] = [p50, p90, redundancy, traffic, messages, chokes];

/** Each figure is a mean; its difference from the first row follows in brackets. */
export function sectionOf(introduction: string, tables: readonly QuirkTable[]): string {
  const titles = ['', ...SHOWN.map(({ title }) => title)];
  const align = `l${'r'.repeat(SHOWN.length)}`;
  return paragraphs(
    introduction,
    ...tables.flatMap(({ title, rows }) => {
      const cells = rows.map((row) => [
        row.title,
        ...SHOWN.map((column) => cell(column, row, rows[0]!)),
      ]);
      return [heading(3, title), table(titles, cells, align)];
    }),
  );
}

function cell({ valueOf, format }: ResultColumn, row: QuirkRow, base: QuirkRow): string {
  const values = row.results.map((result) => (result === undefined ? null : valueOf(result)));
  const mean = estimate(values.filter((value) => value !== null));
  if (mean === undefined) return '';
  if (row === base) return format(mean.mean);
  // Seed by seed, so that what two runs with one seed have in common cancels out.
  const changes = base.results.flatMap((result, seed) => {
    const from = result === undefined ? null : valueOf(result);
    const to = values[seed];
    return from === null || from === 0 || typeof to !== 'number' ? [] : [(to - from) / from];
  });
  const change = estimate(changes);
  return change === undefined ? format(mean.mean) : `${format(mean.mean)} (${percent(change)})`;
}

function percent({ mean, halfWidth }: Estimate): string {
  if (halfWidth === undefined) return signedPercent(mean);
  return signedPercent(mean).replace(' %', ` ± ${(halfWidth * 100).toFixed(1)} %`);
}
