import { expect, test } from 'vitest';

import { chatterPlan } from '../../../test/engine/chatter.ts';
import { runActors } from './coordinator.ts';

test('busy times have a row for each window and round, and a column for each actor', async () => {
  const { setup, ...plan } = chatterPlan(1, 5);
  const entry = new URL('../../../test/engine/chatter.ts', import.meta.url);
  const run = await runActors({ entry, setup, ...plan, workers: 2, measuresBusyTimes: true });

  expect(run.busyTimes?.map(({ actors }) => actors)).toEqual([[0, 2, 4], [1, 3]]);
  const rounds = (run.reports[0] as { rounds: number }).rounds;
  for (const { actors, isRound, busyMs } of run.busyTimes ?? []) {
    expect(isRound).toHaveLength(run.windows + rounds);
    expect(isRound.reduce((sum, each) => sum + each, 0)).toBe(rounds);
    expect(busyMs).toHaveLength(isRound.length * actors.length);
    expect(busyMs.every((ms) => ms >= 0)).toBe(true);
    for (const place of actors.keys()) {
      expect(busyMs.some((ms, at) => at % actors.length === place && ms > 0)).toBe(true);
    }
  }
});

test('they are not measured unless asked for', async () => {
  const { setup, ...plan } = chatterPlan(1, 5);
  const entry = new URL('../../../test/engine/chatter.ts', import.meta.url);
  expect(await runActors({ entry, setup, ...plan, workers: 1 })).not.toHaveProperty('busyTimes');
});
