import { describe, expect, test } from 'vitest';

import type { DetailedSetting } from '../report-data.ts';
import { svgForFile } from '../svg.ts';
import { piecesHeldPlot, populationPlot } from './timelines.ts';

interface Counts {
  readonly leechers: readonly number[];
  readonly seeds: readonly number[];
  readonly leaders: readonly number[];
}

/** A setting whose run has these numbers of peers over time, and of which peers come and go. */
function openSetting(name: string, counts: Counts, piecesHeld: readonly number[]): DetailedSetting {
  const timeline = { toMs: counts.seeds.map((_, i) => 1_000 * (i + 1)), piecesHeld, ...counts };
  const result = { churn: {}, timeline, peers: { as: [0, 0, 0] } };
  const record = { config: { file: { pieces: 10 } }, result };
  return { name, records: [record] } as unknown as DetailedSetting;
}

const PLAIN = openSetting('a', { leechers: [2, 4], seeds: [1, 0], leaders: [0, 0] }, [15, 10]);
const LED = openSetting('b', { leechers: [2, 3], seeds: [1, 1], leaders: [1, 1] }, [15, 40]);

describe('the plot of peers over time', () => {
  test('has leechers and seeds, and leaders where there are any', () => {
    expect(populationPlot([PLAIN])!.legend).toEqual(['leechers', 'seeds']);
    expect(populationPlot([PLAIN, LED])!.legend).toEqual(['leechers', 'seeds', 'leaders']);
    expect(svgForFile(populationPlot([PLAIN, LED])!)).not.toContain('NaN');
  });

  test('is of settings in which peers come and go', () => {
    const { churn: _, ...result } = PLAIN.records[0]!.result;
    const closed = { name: 'c', records: [{ ...PLAIN.records[0]!, result }] } as DetailedSetting;
    expect(populationPlot([closed])).toBeUndefined();
    expect(piecesHeldPlot([closed])!.caption).toContain('of the final number');
  });
});

test('the pieces held are a share of those that are there', () => {
  const plot = piecesHeldPlot([LED])!;
  expect(plot.caption).toContain('for each that is there');
  // From 15 of 30 pieces to all 40: the curve ends at the top.
  const curve = /d="M[\d.]+,(?<before>[\d.]+)L[\d.]+,(?<after>[\d.]+)"/g;
  const heights = Array.from(svgForFile(plot).matchAll(curve), ({ groups }) => groups!);
  const falls = heights.map(({ before, after }) => Number(before) - Number(after));
  expect(Math.max(...falls)).toBeGreaterThan(100);
});

test('the axis of a run of days is in hours', () => {
  const axisOf = (scale: number): string => {
    const [record] = PLAIN.records;
    const toMs = record!.result.timeline.toMs.map((ms) => ms * scale);
    const timeline = { ...record!.result.timeline, toMs };
    const long = { ...record!, result: { ...record!.result, timeline } };
    return svgForFile(populationPlot([{ name: 'a', records: [long] }])!);
  };
  expect(axisOf(1)).toContain('time (s)');
  // Two days: 2 s, 86,400 times as long.
  expect(axisOf(86_400)).toContain('time (h)');
  expect(axisOf(86_400)).toContain('>40<');
});
