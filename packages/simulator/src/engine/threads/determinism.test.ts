import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { ChatterActor, chatterPlan, type ChatterReport } from '../../../test/engine/chatter.ts';
import { runActors } from './coordinator.ts';
import { PholdActor, pholdLookaheadMs } from '../phold.ts';
import { runHere } from './run-here.ts';

const CHATTER = new URL('../../../test/engine/chatter.ts', import.meta.url);
const PHOLD = new URL('../phold.ts', import.meta.url);

test.each([{ seed: 1 }, { seed: 2 }, { seed: 3 }])(
  'a run is the same for any number of workers and any placement, seed $seed',
  async ({ seed }) => {
    const actorCount = 5 + seed;
    const { setup, ...plan } = chatterPlan(seed, actorCount);
    const { ending, reports } = runHere(plan, (world) => new ChatterActor(setup, world));
    if (ending.kind !== 'over') throw new Error(`the run is not over: ${ending.kind}`);
    const { windows, meetings, endMs } = ending;
    const total = sumOf(reports as readonly ChatterReport[]);
    expect(total.events).toBeGreaterThan(2_000);
    expect(total.messages).toBeGreaterThan(500);
    expect(total.rounds).toBeGreaterThan(actorCount * 20);

    const random = seededRandom('placement', seed);
    for (const workers of [1, 2, 3, actorCount]) {
      const cost = Array.from({ length: actorCount }, () => random.below(100));
      const run = await runActors({ entry: CHATTER, setup, ...plan, workers, cost });
      expect(run.reports, `${workers} workers, costs ${cost.join()}`).toEqual(reports);
      expect(run).toMatchObject({ outcome: 'idle', windows, meetings, endMs, workers });
    }
  },
  60_000,
);

test('the same run twice is the same', () => {
  const { setup, ...plan } = chatterPlan(9, 6);
  const [first, second] = [0, 1].map(() => runHere(plan, (world) => new ChatterActor(setup, world)));
  expect(second).toEqual(first);
});

test('another seed gives another run', () => {
  const [first, second] = [10, 11].map((seed) => {
    const { setup, ...plan } = chatterPlan(seed, 6);
    return runHere(plan, (world) => new ChatterActor(setup, world)).reports;
  });
  expect(second).not.toEqual(first);
});

test('PHOLD handles the same events for any number of workers', async () => {
  const phold = {
    seed: 5, actorCount: 9, pendingPerActor: 40, remotePercent: 60, lookaheadMs: 3, delayMs: 10,
    endMs: 500,
  };
  const plan = {
    actorCount: 9, lookaheadMs: pholdLookaheadMs(phold), meetingIntervalMs: Infinity, stallMs: 1e6,
  };
  const { reports } = runHere(plan, (world) => new PholdActor(phold, world));
  for (const workers of [1, 2, 4]) {
    const run = await runActors({ entry: PHOLD, setup: phold, ...plan, workers });
    expect(run.reports).toEqual(reports);
  }
});

function sumOf(reports: readonly ChatterReport[]): Omit<ChatterReport, 'hash'> {
  return reports.reduce(
    (sum, { events, messages, rounds }) => ({
      events: sum.events + events,
      messages: sum.messages + messages,
      rounds: sum.rounds + rounds,
    }),
    { events: 0, messages: 0, rounds: 0 },
  );
}
