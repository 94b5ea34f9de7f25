import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { inFolder, resultsIn, SMALL_EXPERIMENT, smallCampaign } from '../../../test/campaigns.ts';
import type { CampaignPlan, PlannedRun } from '../experiment/plan.ts';
import { Store } from '../store/store.ts';
import { sweep, type SweepEvent } from '../sweep.ts';
import type { RunOutcome, RunSource } from './engine.ts';
import { LocalEngine } from './local.ts';
import { RunPool } from './pool.ts';

const NEVER = new AbortController().signal;

async function sweepWithJobs(
  folder: string,
  plan: CampaignPlan,
  jobs: number,
): Promise<SweepEvent[]> {
  const store = await Store.open(folder);
  const engine = new LocalEngine({ jobs });
  const events: SweepEvent[] = [];
  try {
    await sweep({ plan, store, engine, signal: NEVER, onEvent: (event) => events.push(event) });
    return events;
  } finally {
    await engine.close();
    store.close();
  }
}

test('the store does not depend on the number of jobs', async () => {
  const plan = await smallCampaign({ vary: { leaders: [null, 30] }, repeat: 2 });
  const stores = [];
  for (const jobs of [1, 2]) {
    stores.push(
      await inFolder(
        async (folder) => (await sweepWithJobs(folder, plan, jobs), resultsIn(folder)),
      ),
    );
  }
  expect(stores[0]!.size).toBe(4);
  expect([...stores[0]!]).toEqual([...stores[1]!]);
});

test('a run that fails is tried again, and its error is stored', () =>
  inFolder(async (folder) => {
    const plan = await smallCampaign({ vary: { pieces: [20, 21] } });
    const broken = {
      ...plan.runs[0]!,
      setting: { ...plan.settings[0]!, swarm: { ...plan.settings[0]!.swarm, seeds: 20 } },
    };
    const events = await sweepWithJobs(folder, { ...plan, runs: [broken, plan.runs[1]!] }, 2);
    expect(events.map(({ kind }) => kind).toSorted()).toEqual([
      'done',
      'failed',
      'retry',
      'started',
    ]);
    const store = await Store.openReadOnly(folder);
    expect((await store.failures())[0]!.error).toContain('SwarmError');
  }));

test('a mistake that only the simulator finds is stored by the name of its field', () =>
  inFolder(async (folder) => {
    const set = { ...SMALL_EXPERIMENT.set, routersPerAs: 3 };
    await sweepWithJobs(folder, await smallCampaign({ set }), 1);
    const [failure] = await (await Store.openReadOnly(folder)).failures();
    expect(failure!.error).toMatch(/^SwarmError: network\.routersPerAs: is too small: /);
  }));

test('the signal stops it within a second', async () => {
  const plan = await smallCampaign({ set: { pieces: 5_000 }, repeat: 4 });
  const engine = new LocalEngine({ jobs: 2 });
  const stop = new AbortController();
  const submitted = engine.submit(sourceOf(plan.runs), () => Promise.resolve(), stop.signal);
  await sleep(700);
  const atMs = performance.now();
  stop.abort(new Error('enough'));
  await expect(submitted).rejects.toThrow('enough');
  expect(performance.now() - atMs).toBeLessThan(1_000);
  await engine.close();
});

test('an error in the callback stops it', async () => {
  const plan = await smallCampaign({ repeat: 3 });
  const engine = new LocalEngine({ jobs: 1 });
  const onOutcome = () => Promise.reject(new Error('the disk is full'));
  await expect(engine.submit(sourceOf(plan.runs), onOutcome, NEVER)).rejects.toThrow(
    'the disk is full',
  );
  expect(await engine.status()).toMatchObject({ active: 0 });
  await engine.close();
});

describe('a pool', () => {
  test.each([
    { rule: 'has room for a run beside another', jobs: 2, memoryBytes: 1e12, hasRoom: true },
    { rule: 'has no room if all cores are in use', jobs: 1, memoryBytes: 1e12, hasRoom: false },
    {
      rule: 'has no room if memory is too small for both',
      jobs: 2,
      memoryBytes: 50e6,
      hasRoom: false,
    },
  ])('$rule', async ({ jobs, memoryBytes, hasRoom }) => {
    const { runs } = await smallCampaign({ repeat: 2 });
    const pool = new RunPool({ jobs, memoryBytes });
    expect(pool.hasRoomFor(runs[0]!)).toBe(true);
    const first = pool.execute(runs[0]!, 1, NEVER);
    expect(pool.hasRoomFor(runs[1]!)).toBe(hasRoom);
    await first;
    await pool.close();
  });

  test.each([
    {
      rule: 'executes a run with one thread while others wait',
      jobs: 2,
      waiting: 1,
      memoryBytes: 1e12,
      workers: 1,
    },
    {
      rule: 'executes the last run with all cores',
      jobs: 2,
      waiting: 0,
      memoryBytes: 1e12,
      workers: 2,
    },
    {
      rule: 'executes a run with all cores if no other fits',
      jobs: 2,
      waiting: 5,
      memoryBytes: 50e6,
      workers: 2,
    },
  ])('$rule', async ({ jobs, waiting, memoryBytes, workers }) => {
    const { runs } = await smallCampaign();
    const pool = new RunPool({ jobs, memoryBytes });
    const outcome = await pool.execute(runs[0]!, waiting, NEVER);
    expect(timingOf(outcome)).toMatchObject({ workers });
    await pool.close();
  });
});

function timingOf(outcome: RunOutcome): object {
  if (!outcome.isDone) throw new Error(outcome.error);
  return (JSON.parse(outcome.text!) as { timing: object }).timing;
}

function sourceOf(runs: readonly PlannedRun[]): RunSource {
  const waiting = [...runs];
  return {
    get length() {
      return waiting.length;
    },
    take: (fits = () => true) =>
      waiting[0] !== undefined && fits(waiting[0]) ? waiting.shift() : undefined,
  };
}
