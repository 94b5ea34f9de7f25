import { describe, expect, test } from 'vitest';

import { WITH_CLASSES } from '../../test/test-environment.ts';
import type { FinishedRun } from './document.ts';
import { summaryOf } from './summary.ts';

/** The summary of a run in which the completion times are `factor` times as long. */
function summaryWith(factor: number): string[] {
  const { classes, completion } = WITH_CLASSES;
  const longer = <Times extends typeof completion>(times: Times): Times => ({
    ...times,
    p50Ms: times.p50Ms! * factor,
    p90Ms: times.p90Ms! * factor,
    meanMs: times.meanMs! * factor,
  });
  const result = { ...WITH_CLASSES, completion: longer(completion), classes: classes.map(longer) };
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
