import { describe, expect, test } from 'vitest';

import type { DetailedSetting } from '../report-data.ts';
import { svgForFile } from '../svg.ts';
import { trafficPlot } from './traffic.ts';

/** A run in which each AS sends a byte to each. */
function plotOf(asCount: number) {
  const trafficBytes = Array.from({ length: asCount }, () =>
    Array.from({ length: asCount }, () => 1),
  );
  const detail = { name: 'a setting', records: [{ result: { asCount, trafficBytes } }] };
  return trafficPlot([detail as unknown as DetailedSetting])!;
}

/** The tooltips of the cells. */
function cellsOf(asCount: number): string[] {
  const titles = svgForFile(plotOf(asCount)).matchAll(/<title>(from.*?)<\/title>/g);
  return Array.from(titles, ([, title]) => title!);
}

describe('the traffic between AS', () => {
  test('has a cell for each pair of few AS', () => {
    const cells = cellsOf(3);
    expect(cells).toHaveLength(9);
    expect(cells[1]).toBe('from AS 0, to AS 1: 1 bytes');
    expect(plotOf(3).caption).not.toContain('consecutive');
  });

  test('of many AS is the sum of groups', () => {
    const cells = cellsOf(101);
    expect(cells).toHaveLength(34 ** 2);
    expect([cells[0], cells.at(-1)]).toEqual([
      'from AS 0 to 2, to AS 0 to 2: 9 bytes',
      'from AS 99 to 100, to AS 99 to 100: 4 bytes',
    ]);
    const bytes = cells.map((cell) => Number(/(\d+) bytes$/.exec(cell)![1]));
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBe(101 ** 2);
    expect(plotOf(101).caption).toContain('stands for 3 consecutive AS.');
  });
});
