import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import {
  RandomActor,
  randomPlan,
  type RandomReport,
} from '../../../test/engine/random-workload.ts';
import { runActors } from './coordinator.ts';
import { runHere } from './run-here.ts';

const ENTRY = new URL('../../../test/engine/random-workload.ts', import.meta.url);

test.each([{ seed: 1 }, { seed: 2 }, { seed: 3 }])(
  'a run is the same for any number of workers and any assignment, seed $seed',
  async ({ seed }) => {
    const actorCount = 5 + seed;
    const { setup, ...plan } = randomPlan(seed, actorCount);
    const { ending, reports } = runHere(plan, (context) => new RandomActor(setup, context));
    if (ending.kind !== 'ended') throw new Error(`the run has not ended: ${ending.kind}`);
    const { windowCount, syncCount, endMs } = ending;
    const total = sumOf(reports as readonly RandomReport[]);
    expect(total.events).toBeGreaterThan(2_000);
    expect(total.messages).toBeGreaterThan(500);
    expect(total.rounds).toBeGreaterThan(actorCount * 20);

    const random = seededRandom('assignment', seed);
    for (const workers of [1, 2, 3, actorCount]) {
      const cost = Array.from({ length: actorCount }, () => random.below(100));
      const run = await runActors({ entry: ENTRY, setup, ...plan, workers, cost });
      expect(run.reports, `${workers} workers, costs ${cost.join()}`).toEqual(reports);
      expect(run).toMatchObject({ outcome: 'idle', windowCount, syncCount, endMs, workers });
    }
  },
  60_000,
);

test('two equal runs give equal results', () => {
  const { setup, ...plan } = randomPlan(9, 6);
  const [first, second] = [0, 1].map(() =>
    runHere(plan, (context) => new RandomActor(setup, context)),
  );
  expect(second).toEqual(first);
});

test('another seed gives another result', () => {
  const [first, second] = [10, 11].map((seed) => {
    const { setup, ...plan } = randomPlan(seed, 6);
    return runHere(plan, (context) => new RandomActor(setup, context)).reports;
  });
  expect(second).not.toEqual(first);
});

function sumOf(reports: readonly RandomReport[]): Omit<RandomReport, 'hash'> {
  return reports.reduce(
    (sum, { events, messages, rounds }) => ({
      events: sum.events + events,
      messages: sum.messages + messages,
      rounds: sum.rounds + rounds,
    }),
    { events: 0, messages: 0, rounds: 0 },
  );
}
