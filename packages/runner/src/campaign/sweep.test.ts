import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { describe, expect, test } from 'vitest';

import {
  inFolder,
  FakeEngine,
  fakeRecord,
  SMALL_EXPERIMENT,
  smallCampaign,
} from '../../test/campaigns.ts';
import { isUpToDate } from './datasets/datasets.ts';
import type { CampaignPlan } from './experiment/plan.ts';
import { findStoredCampaign } from './stored-campaign.ts';
import { Store } from './store/store.ts';
import { sweep, type SweepEvent, type SweepSummary } from './sweep.ts';

const NEVER = new AbortController().signal;
const plan = await smallCampaign({ vary: { leaders: [20, 50] }, repeat: 2 });

/** Sweeps `plan` with the store in `folder`; `kinds` are the kinds of the events. */
async function runSweep(
  folder: string,
  campaign: CampaignPlan = plan,
  engine: FakeEngine = new FakeEngine(),
  observe: () => unknown = () => {},
): Promise<{ summary: SweepSummary; kinds: string; events: SweepEvent[] }> {
  const store = await Store.open(folder);
  const events: SweepEvent[] = [];
  const onEvent = (event: SweepEvent) => {
    events.push(event);
    observe();
  };
  try {
    const summary = await sweep({ plan: campaign, store, engine, signal: NEVER, onEvent });
    return { summary, events, kinds: events.map(({ kind }) => kind).join(' ') };
  } finally {
    store.close();
  }
}

describe('a sweep', () => {
  test('executes all missing runs, and none twice', () =>
    inFolder(async (folder) => {
      expect((await runSweep(folder)).kinds).toBe('started done done done done');
      expect((await runSweep(folder)).kinds).toBe('started');
      expect((await runSweep(folder)).summary).toEqual({
        done: 0,
        elsewhere: 0,
        stored: 4,
        failed: [],
      });
    }));

  test('records the runs during which a process was killed, until they are finished', () =>
    inFolder(async (folder) => {
      (await Store.open(folder)).close();
      const { key } = plan.runs[1]!;
      const database = new DatabaseSync(join(folder, 'ledger.sqlite'));
      const [owner, pid, startedAt] = ['killed', 2 ** 30, '1'];
      database
        .prepare('INSERT INTO owners VALUES (?, ?, ?, ?, ?)')
        .run(owner, hostname(), pid, startedAt, Date.now());
      database.prepare('INSERT INTO claims VALUES (?, ?)').run(key, owner);
      database.close();

      const recorded: string[] = [];
      const { kinds, events } = await runSweep(folder, plan, new FakeEngine(), () =>
        recorded.push(readdirSync(join(folder, 'failures')).join()),
      );
      expect(kinds).toBe('started retry done done done done');
      expect(events[1]).toMatchObject({ run: { key } });
      expect(events[1]).toMatchObject({
        error: expect.stringMatching(
          /^its process was killed .* memory ran out: the run needs about 1\d\d MB$/,
        ) as unknown,
      });
      expect([recorded[1], recorded.at(-1)]).toEqual([key, '']);
    }));

  test('executes only new runs', () =>
    inFolder(async (folder) => {
      await runSweep(folder);
      const more = await smallCampaign({ vary: { leaders: [20, 30, 50] }, repeat: 3 });
      const { summary } = await runSweep(folder, more);
      expect(summary).toMatchObject({ done: 5, stored: 4 });
    }));

  test('shares runs with other experiments of the store', () =>
    inFolder(async (folder) => {
      await runSweep(folder);
      const { summary } = await runSweep(
        folder,
        await smallCampaign({
          name: 'b',
          set: { ...SMALL_EXPERIMENT.set, leaders: 20 },
          repeat: 2,
        }),
      );
      expect(summary).toMatchObject({ done: 0, stored: 2 });
    }));

  test('executes a run of two settings once', () =>
    inFolder(async (folder) => {
      const twice = await smallCampaign({ labels: ['who'], vary: { who: ['a', 'b'] } });
      expect((await runSweep(folder, twice)).summary).toMatchObject({ done: 1, stored: 0 });
    }));

  test('executes the longest run first', () =>
    inFolder(async (folder) => {
      const engine = new FakeEngine();
      await runSweep(folder, await smallCampaign({ vary: { pieces: [10, 1000, 100] } }), engine);
      expect(engine.executed.map(({ setting }) => setting.swarm.pieces)).toEqual([1000, 100, 10]);
    }));

  test('executes damaged runs again, and no others', () =>
    inFolder(async (folder) => {
      await runSweep(folder);
      const file = join(
        folder,
        'runs',
        plan.runs[1]!.key.slice(0, 2),
        plan.runs[1]!.key,
        'run.json',
      );
      const before = readFileSync(file, 'utf8');
      truncateSync(file, 200);
      const engine = new FakeEngine();
      const { events } = await runSweep(folder, plan, engine);
      expect(events[0]).toMatchObject({ status: { damaged: [{ file, problem: 'is malformed' }] } });
      expect(engine.executed.map(({ key }) => key)).toEqual([plan.runs[1]!.key]);
      expect(readFileSync(file, 'utf8')).toBe(before);
    }));

  test('stores the campaign', () =>
    inFolder(async (folder) => {
      await runSweep(folder);
      const store = await Store.openReadOnly(folder);
      const { settings, seeds, parameterNames } = findStoredCampaign(store);
      expect(settings.map(({ parameters }) => parameters)).toEqual([
        { leaders: 20 },
        { leaders: 50 },
      ]);
      expect(settings.flatMap(({ runs }) => runs)).toEqual(plan.runs.map(({ key }) => key));
      expect([seeds, parameterNames]).toEqual([plan.seeds, ['leaders']]);
      expect(() => findStoredCampaign(store, 'b')).toThrow('has no experiment "b"');
    }));
});

describe('a run that fails', () => {
  const [, bad] = plan.runs;

  test('once is tried again', () =>
    inFolder(async (folder) => {
      const engine = new FakeEngine((run) => (run === bad ? 1 : 0));
      const { kinds, summary } = await runSweep(folder, plan, engine);
      expect(kinds.split(' ').toSorted()).toEqual([
        'done',
        'done',
        'done',
        'done',
        'retry',
        'started',
      ]);
      expect(summary.failed).toEqual([]);
    }));

  test('twice is recorded, with the command that reproduces it, while the others continue', () =>
    inFolder(async (folder) => {
      const { summary } = await runSweep(
        folder,
        plan,
        new FakeEngine((run) => (run === bad ? 2 : 0)),
      );
      expect(summary).toMatchObject({ done: 3, failed: [bad] });

      const store = await Store.openReadOnly(folder);
      const config = store.failureConfigFile(bad!.key);
      expect(await store.failures()).toEqual([
        expect.objectContaining({
          key: bad!.key,
          error: 'injected failure',
          attempts: 2,
          command: `cachetorrent run ${config} --seed ${bad!.seed}`,
        }),
      ]);
      expect(JSON.parse(readFileSync(config, 'utf8'))).toEqual(bad!.setting.config);
    }));

  test('is tried again by the next sweep', () =>
    inFolder(async (folder) => {
      await runSweep(folder, plan, new FakeEngine((run) => (run === bad ? 2 : 0)));
      expect((await runSweep(folder)).summary).toEqual({
        done: 1,
        elsewhere: 0,
        stored: 3,
        failed: [],
      });
    }));
});

describe('two sweeps at once', () => {
  test('share the work', () =>
    inFolder(async (folder) => {
      const engines = [new FakeEngine(), new FakeEngine()];
      const many = await smallCampaign({ repeat: 60 });
      const both = await Promise.all(engines.map((engine) => runSweep(folder, many, engine)));
      const executed = engines.flatMap((engine) => engine.executed.map(({ key }) => key));
      expect(executed.toSorted()).toEqual(many.runs.map(({ key }) => key).toSorted());
      const summaries = both.map(({ summary }) => summary);
      expect(summaries.map(({ done }) => done)).toEqual(engines.map((e) => e.executed.length));
      const all = summaries.map(({ done, elsewhere, stored }) => done + elsewhere + stored);
      expect(all).toEqual([60, 60]);
    }));

  test('wait for each other, so that both end with all runs', () =>
    inFolder(async (folder) => {
      const other = await Store.open(folder);
      other.ledger.claim([plan.runs[0]!.key]);
      const sweeping = runSweep(folder);
      setTimeout(() => {
        void other.put(fakeRecord(plan.runs[0]!)).then(() => other.close());
      }, 300);
      const { events, summary } = await sweeping;
      expect(events).toContainEqual({ kind: 'done', run: plan.runs[0], elsewhere: true });
      const reason = `the runs of process ${process.pid} on this machine`;
      expect(events).toContainEqual({ kind: 'waiting', reason });
      expect(summary).toMatchObject({ done: 3, elsewhere: 1 });
    }));

  test('open a store that another process has locked as soon as it is free', () =>
    inFolder(async (folder) => {
      (await Store.open(folder)).close();
      const lock = new DatabaseSync(join(folder, 'ledger.sqlite'));
      lock.exec('BEGIN EXCLUSIVE');
      const stop = new AbortController();
      const waiting = Store.open(folder, { signal: stop.signal });
      stop.abort();
      await expect(waiting).rejects.toThrow('aborted');
      const warnings: string[] = [];
      const store = await Store.open(folder, {
        onWarning: (warning) => {
          warnings.push(warning);
          lock.close();
        },
      });
      const file = join(folder, 'ledger.sqlite');
      expect(warnings).toEqual([`waiting for another process, which has locked ${file}`]);
      store.close();
    }));

  test('take over the runs of one that has ended', () =>
    inFolder(async (folder) => {
      const other = await Store.open(folder);
      other.ledger.claim(plan.runs.map(({ key }) => key));
      setTimeout(() => other.close(), 300);
      expect((await runSweep(folder)).summary).toMatchObject({ done: 4 });
    }));
});

describe('while a sweep runs', () => {
  /** Sweeps four runs, and calls `damage` after the first of them. */
  async function damagedSweep(
    folder: string,
    damage: () => void,
  ): Promise<{ summary: SweepSummary; warnings: string[] }> {
    const warnings: string[] = [];
    const store = await Store.open(folder, { onWarning: (warning) => warnings.push(warning) });
    let executed = 0;
    const engine = new FakeEngine(() => {
      if (executed++ === 1) damage();
      return 0;
    });
    try {
      return { summary: await sweep({ plan, store, engine, signal: NEVER }), warnings };
    } finally {
      store.close();
    }
  }

  test.each([
    { what: 'scratch/ can be removed', path: 'scratch', damage: () => {}, warns: [] },
    { what: 'failures/ can be removed', path: 'failures', damage: () => {}, warns: [] },
    { what: 'datasets/ can be removed', path: 'datasets', damage: () => {}, warns: [] },
    {
      what: 'the ledger can be removed',
      path: 'ledger.sqlite',
      damage: () => {},
      warns: [/ledger.sqlite was removed, and has been created again; no results are lost$/],
    },
    {
      what: 'the ledger can be replaced by a folder',
      path: 'ledger.sqlite',
      damage: (path: string) => mkdirSync(path),
      warns: [/ledger.sqlite is not a file; it is now .*.damaged, and a new one is created/],
    },
    {
      what: 'the ledger can be replaced by garbage',
      path: 'ledger.sqlite',
      damage: (path: string) => writeFileSync(path, 'garbage '.repeat(5_000)),
      warns: [/ledger.sqlite is damaged; it is now .*.damaged, and a new one is created/],
    },
  ])('$what', ({ path, damage, warns }) =>
    inFolder(async (folder) => {
      const { summary, warnings } = await damagedSweep(folder, () => {
        rmSync(join(folder, path), { recursive: true });
        damage(join(folder, path));
      });
      expect(summary).toEqual({ done: 4, elsewhere: 0, stored: 0, failed: [] });
      expect(warnings).toEqual(warns.map((text) => expect.stringMatching(text) as unknown));
      const store = await Store.openReadOnly(folder);
      expect(store.findDamaged(store.keys(), true)).toEqual([]);
      expect(isUpToDate(store)).toBe(true);
    }),
  );

  test('the whole store can not be removed', () =>
    inFolder(async (parent) => {
      const folder = join(parent, 'store');
      const removed = damagedSweep(folder, () => rmSync(folder, { recursive: true }));
      await expect(removed).rejects.toThrow('was removed or renamed while it was in use');
      expect(existsSync(folder)).toBe(false);
    }));

  test('a damaged run can be repeated by another process, whose result is kept', () =>
    inFolder(async (folder) => {
      await runSweep(folder);
      const [first] = plan.runs;
      const store = await Store.open(folder);
      const file = store.runFile(first!.key);
      truncateSync(file, 100);
      const damaged = store.findDamaged(store.keys());
      expect(damaged).toHaveLength(1);
      const other = await Store.open(folder);
      await other.remove(first!.key);
      await other.put(fakeRecord(first!));
      await store.removeDamaged(damaged);
      expect(store.has(first!.key)).toBe(true);
      other.close();
      store.close();
    }));
});

test('a store that is not writable stops the sweep, and all claims are released', () =>
  inFolder(async (folder) => {
    const store = await Store.open(folder);
    // A file is in place of the folder of each run.
    for (const { key } of plan.runs) writeFileSync(join(folder, 'runs', key.slice(0, 2)), '');
    const engine = new FakeEngine();
    await expect(sweep({ plan, store, engine, signal: NEVER })).rejects.toThrow('EEXIST');
    store.close();
    const again = await Store.open(folder);
    expect(again.ledger.claim([plan.runs[0]!.key])).toHaveLength(1);
    again.close();
  }));
