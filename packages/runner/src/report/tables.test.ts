import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';

import type { ReportData, SettingData } from './report-data.ts';
import { comparisonTable, runsTable, summaryTable } from './tables.ts';

/** A setting for each of `sizes`, with a run for each of `seeds`. */
function dataOf(sizes: readonly string[], seeds: readonly number[]): ReportData {
  const settings = sizes.map((size, i): SettingData => {
    const runs = seeds.map((seed) => ({
      key: `${size}-${seed}`,
      seed,
      metrics: { redundancy: i + seed + ((i * seed) % 3) / 10 },
    }));
    const intervals = { redundancy: { mean: i, low: i - 1, high: i + 1, count: 3, method: 't' } };
    return { name: size, parameters: { size }, runs, intervals } as unknown as SettingData;
  });
  const campaign = { parameterNames: ['size'], experiment: {} };
  return { settings, campaign, failures: [] } as unknown as ReportData;
}

function cellsOf(html: string, column: number) {
  const { document } = parseHTML(`<html><body>${html}</body></html>`);
  return [...document.querySelectorAll(`tbody td:nth-child(${column})`)];
}

describe('tables of a report', () => {
  test('sort texts with numbers as the plots do', () => {
    const cells = cellsOf(summaryTable(dataOf(['16 MB', '8 MB', '128 MB'], [1]), []), 1);
    const sorted = cells.toSorted(
      (a, b) => Number(a.getAttribute('data-sort')) - Number(b.getAttribute('data-sort')),
    );
    expect(sorted.map(({ textContent }) => textContent)).toEqual(['8 MB', '16 MB', '128 MB']);
  });

  test('sort the names of settings as the plots do', () => {
    const html = comparisonTable(dataOf(['0', '16 MB', '8 MB'], [1, 2]), ['redundancy']);
    const ranks = cellsOf(html, 1).map((cell) => [
      cell.textContent,
      cell.getAttribute('data-sort'),
    ]);
    expect(ranks).toEqual([
      ['16 MB', '2'],
      ['8 MB', '1'],
    ]);
  });

  test('end after a thousand rows, and say so', () => {
    const seeds = Array.from({ length: 501 }, (_, seed) => seed);
    const html = runsTable(dataOf(['a', 'b'], seeds), ['redundancy']);
    expect(html).toContain('<caption>Runs (the first 1,000 of 1,002)</caption>');
    expect(cellsOf(html, 1)).toHaveLength(1_000);
  });

  test('state the number of comparisons for which p-values are adjusted', () => {
    const sizes = Array.from({ length: 13 }, (_, i) => `${i} MB`);
    const html = comparisonTable(dataOf(sizes, [1, 2, 3, 4, 5]), ['redundancy']);
    expect(cellsOf(html, 1)).toHaveLength(12);
    expect(html).toMatch(/^<p>Of 12 comparisons between equal settings, about 0\.6\n/);
    expect(html).toContain('Holm (1979)');
  });

  test('explain a single p-value', () => {
    const html = comparisonTable(dataOf(['a', 'b'], [1, 2, 3]), ['redundancy']);
    expect(html).toContain('<p>The p-value is that of a paired t-test.</p>');
  });
});
