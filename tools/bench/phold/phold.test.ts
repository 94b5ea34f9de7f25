import { expect, test } from 'vitest';

import { runActors } from '../../../packages/simulator/src/engine/threads/coordinator.ts';
import { runHere } from '../../../packages/simulator/src/engine/threads/run-here.ts';
import { PholdActor, pholdLookaheadMs } from './model.ts';

const ENTRY = new URL('./model.ts', import.meta.url);

test('PHOLD handles the same events for any number of workers', async () => {
  const phold = {
    seed: 5,
    actorCount: 9,
    pendingPerActor: 40,
    remotePercent: 60,
    lookaheadMs: 3,
    delayMs: 10,
    endMs: 500,
  };
  const plan = {
    actorCount: 9,
    lookaheadMs: pholdLookaheadMs(phold),
    syncIntervalMs: Infinity,
    quietMs: 1e6,
  };
  const { reports } = runHere(plan, (context) => new PholdActor(phold, context));
  for (const workers of [1, 2, 4]) {
    const run = await runActors({ entry: ENTRY, setup: phold, ...plan, workers });
    expect(run.reports).toEqual(reports);
  }
});
