/** The table of what AS pay, and of the traffic for which they do, as HTML. */

import type { BorderAs } from '@cachetorrent/simulator';

import { withUnit } from './labels.ts';
import type { ReportData } from './report-data.ts';
import { escapeHtml } from './svg.ts';
import { headerCell, numberCell, table } from './tables.ts';

/** A column of numbers, shown if one of them is not 0. Those of money have no unit of their own. */
interface BillColumn {
  readonly name: string;
  readonly unit?: string;
  readonly value: (as: BorderAs) => number;
}

const COLUMNS: readonly BillColumn[] = [
  { name: 'pays a month', value: ({ pays }) => pays },
  { name: 'gets a month', value: ({ gets }) => gets },
  ...(['providers', 'peers', 'customers'] as const).flatMap((who) => [
    { name: `from ${who}`, unit: 'GB', value: (as: BorderAs) => as[who].in / 1e9 },
    { name: `to ${who}`, unit: 'GB', value: (as: BorderAs) => as[who].out / 1e9 },
  ]),
];

/** A row for each AS of each detailed setting, first repetition; '' if nothing is metered. */
export function billTable({ details }: ReportData): string {
  const rows: { readonly setting: string; readonly as: BorderAs }[] = [];
  const currencies = new Set<string>();
  for (const { name, records } of details) {
    const borders = records[0]?.result.borders;
    if (borders === undefined) continue;
    if (borders.currency !== undefined) currencies.add(borders.currency);
    for (const as of borders.as) rows.push({ setting: name, as });
  }
  if (rows.length === 0) return '';
  // Of many AS, the table shows those that pay most.
  rows.sort((a, b) => b.as.pays - a.as.pays);
  const money = [...currencies].join(' or ');
  const columns = COLUMNS.filter(({ value }) => rows.some(({ as }) => value(as) > 0));
  const head = ['setting', 'AS', ...columns.map(({ name, unit }) => withUnit(name, unit ?? money))];
  const cells = rows.map(({ setting, as }) => [
    textCell(setting),
    textCell(as.name),
    ...columns.map(({ value, unit }) =>
      numberCell(value(as), unit === undefined ? formatAmount : formatVolume),
    ),
  ]);
  const caption = 'Bills and traffic of AS, in the first repetition';
  return table('bills', caption, head.map(headerCell), cells);
}

function textCell(text: string): string {
  return `<td class="text">${escapeHtml(text)}</td>`;
}

function formatAmount(amount: number): string {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return amount.toLocaleString('en-US', amount === 0 ? {} : digits);
}

function formatVolume(gb: number): string {
  return gb.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}
