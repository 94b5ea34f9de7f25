import type { SwarmResult } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { BORDERS, WITH_CLASSES } from '../../test/test-environment.ts';
import type { FinishedRun } from './document.ts';
import { summaryOf } from './summary.ts';

/** The summary of a run in which the completion times are `factor` times as long. */
function summaryWith(factor: number, changes: Partial<SwarmResult> = {}): string[] {
  const { classes, completion } = WITH_CLASSES;
  const longer = <Times extends typeof completion>(times: Times): Times => ({
    ...times,
    p50Ms: times.p50Ms! * factor,
    p90Ms: times.p90Ms! * factor,
    meanMs: times.meanMs! * factor,
  });
  const result = {
    ...WITH_CLASSES,
    completion: longer(completion),
    classes: classes.map(longer),
    ...changes,
  };
  const run = {
    config: {
      seeds: [{ count: 1 }],
      cache: { subTorrents: 1 },
      tracker: {},
      client: { rules: 'client' },
    },
    seed: 1,
    simulation: { result, workers: 1, windows: 1 },
    wallMs: 1,
    peakRssBytes: 1,
  };
  return summaryOf('a.yaml', run as unknown as FinishedRun).split('\n');
}

describe('the completion times of a summary', () => {
  test.each([
    { of: 'seconds', factor: 1 },
    { of: 'days', factor: 1e5 },
    { of: 'months', factor: 5e6 },
  ])('of $of are columns apart from one another, in 80 columns', ({ factor }) => {
    const lines = summaryWith(factor);
    const start = lines.findIndex((line) => line.startsWith('completion time'));
    const rows = lines.slice(start, lines.indexOf('', start));
    expect(new Set(rows.map(({ length }) => length)).size).toBe(1);
    expect(rows[0]!.length).toBeLessThanOrEqual(80);
    for (const row of rows) expect(row.split(/ {2,}(?=\S)/).filter(Boolean)).toHaveLength(5);
  });
});

const CHURN = {
  leechersAtStart: 0,
  seedsAtStart: 0,
  arrivals: 12,
  completions: 3,
  finished: 2,
  aborted: 1,
  crashed: 1,
  lostBytes: 0,
  leechersAtEnd: 7,
  seedsAtEnd: 1,
  meanLeechers: 4.25,
  meanSeeds: 0.5,
};

test('a summary says who came and went, how the run ended, and how the swarm died', () => {
  const lines = summaryWith(1, {
    measuredFromMs: 60_000,
    churn: CHURN,
    end: { reason: 'died', atMs: 91_000 },
    death: { atMs: 90_000, pieces: [3, 4, 5, 6, 7, 9], peers: [2, 5] },
  });
  const after = (title: string): string => lines.find((line) => line.startsWith(title))!.slice(20);
  expect(after('simulated time')).toBe('2.5 s, after a warm-up of 60.0 s');
  expect(after('mean number')).toBe('4.3 leechers, 0.5 seeds');
  expect(after('end')).toBe('the last copy of a piece had gone, at 91.0 s');
  expect(after('the swarm died')).toBe(
    'at 90.0 s: nobody held 6 pieces (3, 4, 5, 6, 7, …); 2 peers left',
  );
  for (const line of lines.slice(1)) expect(line.length, line).toBeLessThanOrEqual(84);
});

test('a summary says since when the swarm was steady', () => {
  const end = { reason: 'steady', atMs: 9_000, steadyFromMs: 4_000 } as const;
  const lines = summaryWith(1, { churn: CHURN, end });
  expect(lines).toContain('end                 the swarm was steady since 4.0 s, at 9.0 s');
  expect(lines.join('')).not.toContain('the swarm died');
});

describe('the bills of a summary', () => {
  const { currency: _, ...unpriced } = BORDERS;
  const transitOnly = { ...BORDERS, links: BORDERS.links.slice(0, 2) };

  test.each([
    {
      of: 'transit and peering',
      borders: BORDERS,
      rows: [
        'transit billed      5.00 Mbit/s: 95 % of 2 intervals of 300.0 s are below',
        'bill for transit    10.00 EUR a month',
        'bill for peering    0.25 EUR a month',
      ],
    },
    {
      of: 'transit alone',
      borders: transitOnly,
      rows: [
        'transit billed      5.00 Mbit/s: 95 % of 2 intervals of 300.0 s are below',
        'bill for transit    10.00 EUR a month',
      ],
    },
    { of: 'traffic without prices', borders: unpriced, rows: [] },
  ])('of $of', ({ borders, rows }) => {
    const lines = summaryWith(1, { borders });
    expect(lines.filter((line) => /billed|bill for/.test(line))).toEqual(rows);
  });
});
