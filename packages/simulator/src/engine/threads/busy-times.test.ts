import { expect, test } from 'vitest';

import { randomPlan } from '../../../test/engine/random-workload.ts';
import { runActors } from './coordinator.ts';

test('busy times have a row for each window and round, and a column for each actor', async () => {
  const { setup, ...plan } = randomPlan(1, 5);
  const entry = new URL('../../../test/engine/random-workload.ts', import.meta.url);
  const run = await runActors({ entry, setup, ...plan, workers: 2, measuresBusyTimes: true });

  expect(run.busyTimes?.map(({ actors }) => actors)).toEqual([
    [0, 2, 4],
    [1, 3],
  ]);
  const rounds = (run.reports[0] as { rounds: number }).rounds;
  for (const { actors, isRound, busyMs } of run.busyTimes ?? []) {
    expect(isRound).toHaveLength(run.windowCount + rounds);
    expect(isRound.reduce((sum, each) => sum + each, 0)).toBe(rounds);
    expect(busyMs).toHaveLength(isRound.length * actors.length);
    expect(busyMs.every((ms) => ms >= 0)).toBe(true);
    for (const index of actors.keys()) {
      expect(busyMs.some((ms, at) => at % actors.length === index && ms > 0)).toBe(true);
    }
  }
});

test('busy times are measured only if requested', async () => {
  const { setup, ...plan } = randomPlan(1, 5);
  const entry = new URL('../../../test/engine/random-workload.ts', import.meta.url);
  expect(await runActors({ entry, setup, ...plan, workers: 1 })).not.toHaveProperty('busyTimes');
});
