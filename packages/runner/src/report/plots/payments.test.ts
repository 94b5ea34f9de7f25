import type { BorderLink } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import type { ReportData, DetailedSetting } from '../report-data.ts';
import { billTable } from '../bill-table.ts';
import { svgForFile } from '../svg.ts';
import { paymentsPlot } from './payments.ts';

function setting(name: string, links: readonly Partial<BorderLink>[]): DetailedSetting {
  const as = links.map(({ payer, bill = 0 }) => ({
    name: payer!,
    pays: bill,
    gets: 0,
    customers: { in: 0, out: 0 },
    peers: { in: 0, out: 0 },
    providers: { in: 1.5e9, out: 2e6 },
  }));
  const borders = { currency: 'EUR', links, as };
  return { name, records: [{ result: { borders } }] } as unknown as DetailedSetting;
}

const pays = (from: string, to: string, bill: number): Partial<BorderLink> => ({
  from,
  to,
  payer: from,
  bill,
});

/** What the bands of the picture are called. */
function bandsOf(details: readonly DetailedSetting[]): string[] {
  const svg = svgForFile(paymentsPlot(details)!);
  return Array.from(
    svg.matchAll(/<title>([^<]* pays [^<]* month)<\/title>/g),
    ([, title]) => title!,
  );
}

describe('who pays whom', () => {
  test('is a band for each payment', () => {
    const bands = bandsOf([
      setting('plain', [pays('AS0', 'top', 1234.567), pays('AS1', 'top', 0.01234)]),
    ]);
    expect(bands).toEqual(['AS0 pays top 1,234.57 EUR a month', 'AS1 pays top 0.0123 EUR a month']);
  });

  test('joins AS with small payments', () => {
    const links = Array.from({ length: 300 }, (_, i) => pays(`AS${i}`, 'top', 1 + (i % 50)));
    const bands = bandsOf([setting('plain', links)]);
    expect(bands).toHaveLength(16);
    const others = links.reduce((sum, { bill }) => sum + bill!, 0) - 6 * (50 + 49) - 3 * 48;
    expect(bands).toContain(
      `285 other AS pays top ${others.toLocaleString('en-US')}.00 EUR a month`,
    );
  });

  test('may go round in a circle', () => {
    const links = [pays('AS0', 'AS1', 3), pays('AS1', 'AS2', 2), pays('AS2', 'AS0', 1)];
    expect(bandsOf([setting('plain', links)])).toHaveLength(3);
  });

  test('is a panel for each setting in which something is paid', () => {
    const free = setting('free', [{ from: 'AS0', to: 'AS1' }]);
    const details = [
      setting('a', [pays('AS0', 'top', 1)]),
      free,
      setting('b', [pays('AS0', 'top', 2)]),
    ];
    const svg = svgForFile(paymentsPlot(details)!);
    expect([
      svg.includes('>a</text>'),
      svg.includes('>free</text>'),
      svg.includes('>b</text>'),
    ]).toEqual([true, false, true]);
    expect(paymentsPlot([free])).toBeUndefined();
  });

  test('is not shown of runs that are not metered', () => {
    const details = [{ name: 'old', records: [{ result: {} }] }] as unknown as DetailedSetting[];
    expect(paymentsPlot(details)).toBeUndefined();
    expect(billTable({ details } as unknown as ReportData)).toBe('');
  });
});

test('the table of bills has a row for each AS, those that pay most first', () => {
  const details = [setting('plain', [pays('<AS0>', 'top', 1), pays('AS1', 'top', 1234.5)])];
  const html = billTable({ details } as unknown as ReportData);
  const rows = Array.from(html.matchAll(/<tr><td.*?<\/tr>/g), ([row]) =>
    Array.from(row.matchAll(/<td[^>]*>(.*?)<\/td>/g), ([, cell]) => cell),
  );
  expect(rows).toEqual([
    ['plain', 'AS1', '1,234.50', '1.5', '0.002'],
    ['plain', '&#60;AS0&#62;', '1.00', '1.5', '0.002'],
  ]);
  expect(html).toContain('pays a month (EUR)');
});
