import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { inFolder, fakeRecord, resultsIn, SMALL_EXPERIMENT } from '../../test/campaigns.ts';
import { type TestEnvironment, testEnvironment } from '../../test/test-environment.ts';
import { planCampaign } from '../campaign/experiment/plan.ts';
import { readExperiment } from '../campaign/experiment/read.ts';
import { storedCampaignOf, writeStoredCampaign } from '../campaign/stored-campaign.ts';
import type { DatasetFormat } from '../campaign/store/manifest.ts';
import { Store } from '../campaign/store/store.ts';
import { cli, EXIT_CODE } from '../cli.ts';

/** On a machine that has other things to do. */
const PATIENCE_MS = 60_000;

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], surroundings: TestEnvironment = testEnvironment()): Promise<Ended> {
  const code = await cli(args, surroundings);
  return { code, ...surroundings.output };
}

/** A folder with an experiment of four runs, `changes` apart, and room for a store. */
async function withExperiment(
  use: (file: string, store: string, folder: string) => Promise<void>,
  changes: object = {},
): Promise<void> {
  await inFolder(async (folder) => {
    const file = join(folder, 'experiment.json');
    const plots = [{ x: 'leaders', y: 'redundancy' }];
    const vary = { leaders: [20, 50] };
    writeFileSync(file, JSON.stringify({ ...SMALL_EXPERIMENT, vary, plots, repeat: 2, ...changes }));
    await use(file, join(folder, 'store'), folder);
  });
}

/** The same, with a store in which all runs are pretended. */
async function withStore(
  use: (store: string, file: string, folder: string) => Promise<void>,
  format: DatasetFormat = 'parquet',
): Promise<void> {
  await withExperiment(async (file, folder, parent) => {
    const plan = await planCampaign(await readExperiment(file));
    const store = await Store.open(folder, format);
    await writeStoredCampaign(store, storedCampaignOf(plan));
    for (const planned of plan.runs) await store.put(fakeRecord(planned));
    store.close();
    await use(folder, file, parent);
  });
}

describe('sweep', { timeout: PATIENCE_MS }, () => {
  test.each(['sweep', 'work'])('%s makes no store for a Redis that is not there', (command) =>
    withExperiment(async (file, store) => {
      const args = command === 'sweep' ? [command, file, '--engine', 'bullmq'] : [command];
      const { code, err } = await run([...args, '--redis', 'redis://127.0.0.1:1', '--store', store]);
      expect([code, err]).toEqual([EXIT_CODE.userError, expect.stringContaining('cannot be reached')]);
      expect(existsSync(store)).toBe(false);
    }));

  test('fills a store, and says what to do next', () =>
    withExperiment(async (file, store) => {
      const first = await run(['sweep', file, '--store', store, '--quiet']);
      expect(first).toMatchObject({ code: EXIT_CODE.success, err: '' });
      expect(first.out).toContain('small: 4 runs made, 0 in');
      expect(first.out).toContain(`cachetorrent report ${store} --experiment small`);
      expect(resultsIn(store).size).toBe(4);
      expect((await run(['sweep', file, '--store', store])).out).toContain('0 runs made, 4 in');
    }));

  test('shows what it would do, and does nothing', () =>
    withExperiment(async (file, store) => {
      const { out } = await run(['sweep', file, '--store', store, '--dry-run', '--jobs', '2']);
      expect(out).toMatch(/^small: 2 combinations with 2 seeds\nruns +4\ndone +0\nmissing +4\ntime +about .* on 2 cores \(a guess\)\nmemory +about \d+ MB for 2 at once\nfirst +leaders=50, seed \d+\n$/);
      expect(existsSync(store)).toBe(false);
    }));

  test('shows what is missing of a store, and what is damaged', () =>
    withExperiment(async (file, store) => {
      await run(['sweep', file, '--store', store, '--quiet']);
      const [first] = resultsIn(store).keys();
      truncateSync(join(store, 'runs', first!), 50);
      const { out } = await run(['sweep', file, '--store', store, '--dry-run']);
      expect(out).toMatch(/done +3\nmissing +1\ndamaged +.*run.json is malformed\n/);
      expect(out).toContain('as the runs in the store');
      const again = await run(['sweep', file, '--store', store]);
      expect(again.err).toContain('run.json is malformed: made again');
      expect(again.out).toContain('1 run made, 3 in');
    }));

  test('ends with 1 where runs have failed, says how to repeat them, and has made the others', () =>
    withExperiment(
      async (file, store) => {
        const { code, err } = await run(['sweep', file, '--store', store, '--quiet']);
        expect(code).toBe(EXIT_CODE.failure);
        expect(err).toMatch(/^2 runs failed, each 2 times\nrun [0-9a-f]{32} failed: SwarmStalled: /);
        const command = /to see it again: cachetorrent (run .*)/.exec(err)![1]!;
        expect(resultsIn(store).size).toBe(2);
        expect(command).toContain(join(store, 'failures'));
      },
      // Half of the peers know nobody in the other AS, so the file does not reach them.
      { set: { ...SMALL_EXPERIMENT.set, outPeers: 3 }, vary: { bias: [0, 100] }, plots: [] },
    ));

  test('stops when it is told to, and says how far it was', () =>
    withExperiment(
      async (file, store) => {
        const stop = new AbortController();
        const sweeping = run(['sweep', file, '--store', store], testEnvironment({ signal: stop.signal }));
        setTimeout(() => stop.abort(), 600);
        expect(await sweeping).toMatchObject({
          code: EXIT_CODE.interrupted,
          err: expect.stringMatching(/stopped with \d of 2 runs done; the same command goes on/) as unknown,
        });
      },
      { set: { ...SMALL_EXPERIMENT.set, pieces: 20_000 }, repeat: 1 },
    ));

  test.each([
    { wrong: 'no experiment',           args: ['nowhere.yaml'],                     says: 'nowhere.yaml: there is no such file' },
    { wrong: 'no jobs',                 args: ['FILE', '--jobs', '0'],              says: 'Write a whole number, 1 or more' },
    { wrong: 'unknown tables',          args: ['FILE', '--datasets', 'xlsx'],       says: 'Allowed choices are parquet, csv' },
  ])('refuses $wrong', ({ args, says }) =>
    withExperiment(async (file) => {
      const { code, err } = await run(['sweep', ...args.map((arg) => (arg === 'FILE' ? file : arg))]);
      expect([code, err]).toEqual([EXIT_CODE.userError, expect.stringContaining(says)]);
    }));

  test('refuses a store of another layout, and leaves it alone', () =>
    withExperiment(async (file, store) => {
      mkdirSync(store);
      writeFileSync(join(store, 'store.json'), '{"schema":2,"version":"3.0.0"}');
      const { code, err } = await run(['sweep', file, '--store', store]);
      expect([code, err]).toEqual([EXIT_CODE.userError, expect.stringContaining('has layout 2, created by version 3.0.0')]);
      expect(readdirSync(store)).toEqual(['store.json']);
    }));
});

describe('what a store holds', { timeout: PATIENCE_MS }, () => {
  test('is reported, asked and exported', () =>
    withStore(async (store, _, folder) => {
      const page = join(folder, 'report.html');
      expect(await run(['report', store, '--out', page])).toMatchObject({ code: EXIT_CODE.success, err: '' });
      expect(readFileSync(page, 'utf8')).toContain('<svg');

      const table = await run(['query', store, 'SELECT leaders, count(*) AS runs FROM small GROUP BY ALL ORDER BY ALL']);
      expect(table).toMatchObject({ code: EXIT_CODE.success, err: '', out: 'leaders  runs\n     20     2\n     50     2\n' });
      const csv = await run(['query', store, "SELECT 'a,b' AS x, NULL AS y", '--format', 'csv']);
      expect(csv.out).toBe('x,y\n"a,b",\n');
      const json = await run(['query', store, 'SELECT count(*) AS n FROM peers', '--format', 'json']);
      expect(JSON.parse(json.out)).toEqual([{ n: 8 }]);

      const out = join(folder, 'csv');
      expect((await run(['export', store, '--out', out])).out).toContain('4 runs in');
      expect(readdirSync(out)).toEqual(['experiment-small.csv', 'peers.csv', 'runs.csv', 'traffic.csv']);
      expect(readFileSync(join(out, 'peers.csv'), 'utf8').split('\n')).toHaveLength(10);
    }));

  test('is asked the same in a store of CSV', () =>
    withStore(async (store) => {
      const { out } = await run(['query', store, 'SELECT leaders, min(seed) > 0 AS ok, max(p50Ms) > 0 AS done FROM small GROUP BY ALL ORDER BY ALL', '--format', 'csv']);
      expect(out).toBe('leaders,ok,done\n20,true,true\n50,true,true\n');
    }, 'csv'));

  test('is asked about what is whole, and the rest is named', () =>
    withStore(async (store) => {
      await run(['query', store, 'SELECT 1']);
      const [first] = resultsIn(store).keys();
      writeFileSync(join(store, 'runs', first!), 'nothing');
      truncateSync(join(store, 'datasets', 'peers', 'part.parquet'), 10);
      const { out, err } = await run(['query', store, 'SELECT count(*) AS n FROM runs', '--format', 'csv']);
      expect(out).toBe('n\n3\n');
      expect(err).toContain('run.json is malformed, and is left out');
      expect(err).toContain('part.parquet had been altered, and was written anew');
    }));

  test.each([
    { wrong: 'a question in no language',   args: ['query', 'STORE', 'SELEC 1'],                        says: 'syntax error' },
    { wrong: 'a question about nothing',    args: ['query', 'STORE', 'SELECT 1 FROM elsewhere'],        says: 'the tables are runs, peers, traffic, small' },
    { wrong: 'another experiment',          args: ['report', 'STORE', '--experiment', 'other'],         says: 'has no experiment "other"' },
    { wrong: 'no store',                    args: ['report', '/nowhere'],                               says: 'does not exist' },
    { wrong: 'to write where nobody may',   args: ['report', 'STORE', '--out', 'FILE/report.html'],     says: 'has a file where a folder is needed' },
    { wrong: 'to export where nobody may',  args: ['export', 'STORE', '--out', 'FILE/export'],          says: 'has a file where a folder is needed' },
  ])('refuses $wrong', ({ args, says }) =>
    withStore(async (store, file) => {
      const { err, code } = await run(args.map((arg) => arg.replace('STORE', store).replace('FILE', file)));
      expect([code, err]).toEqual([EXIT_CODE.userError, expect.stringContaining(says)]);
    }));

  test('may be read by those who may not write', () =>
    withStore(async (store) => {
      await run(['query', store, 'SELECT 1']);
      for (const name of ['', 'datasets', 'scratch']) chmodSync(join(store, name), 0o555);
      const { out } = await run(['query', store, 'SELECT count(*) AS n FROM runs', '--format', 'csv']);
      expect(out).toBe('n\n4\n');
      for (const name of ['', 'datasets', 'scratch']) chmodSync(join(store, name), 0o755);
    }));
});
