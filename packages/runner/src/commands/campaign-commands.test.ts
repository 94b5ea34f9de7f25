import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { inFolder, fakeRecord, resultsIn, SMALL_EXPERIMENT } from '../../test/campaigns.ts';
import { type TestEnvironment, testEnvironment } from '../../test/test-environment.ts';
import { planCampaign } from '../campaign/experiment/plan.ts';
import { readExperiment } from '../campaign/experiment/read.ts';
import { storedCampaignOf, writeStoredCampaign } from '../campaign/stored-campaign.ts';
import type { DatasetFormat } from '../campaign/store/manifest.ts';
import { Store } from '../campaign/store/store.ts';
import { cli } from '../cli.ts';
import { EXIT_CODE } from '../exit-code.ts';

/** Long enough for a busy machine. */
const TIMEOUT_MS = 60_000;

interface Exit {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(
  args: readonly string[],
  environment: TestEnvironment = testEnvironment(),
): Promise<Exit> {
  const code = await cli(args, environment);
  return { code, ...environment.output };
}

/** Calls `use` with an experiment of four runs, except for `changes`, and the path of a new store. */
async function withExperiment(
  use: (file: string, store: string, folder: string) => Promise<void>,
  changes: object = {},
): Promise<void> {
  await inFolder(async (folder) => {
    const file = join(folder, 'experiment.json');
    const plots = [{ x: 'leaders', y: 'redundancy' }];
    const vary = { leaders: [20, 50] };
    writeFileSync(
      file,
      JSON.stringify({ ...SMALL_EXPERIMENT, vary, plots, repeat: 2, ...changes }),
    );
    await use(file, join(folder, 'store'), folder);
  });
}

/** The same, with a store that holds made-up results of all runs. */
async function withStore(
  use: (store: string, file: string, folder: string) => Promise<void>,
  format: DatasetFormat = 'parquet',
): Promise<void> {
  await withExperiment(async (file, folder, parent) => {
    const plan = await planCampaign(await readExperiment(file));
    const store = await Store.open(folder, { format });
    await writeStoredCampaign(store, storedCampaignOf(plan));
    for (const planned of plan.runs) await store.put(fakeRecord(planned));
    store.close();
    await use(folder, file, parent);
  });
}

describe('sweep', { timeout: TIMEOUT_MS }, () => {
  test.each(['sweep', 'work'])('%s creates no store if Redis is unreachable', (command) =>
    withExperiment(async (file, store) => {
      const args = command === 'sweep' ? [command, file, '--engine', 'bullmq'] : [command];
      const { code, err } = await run([
        ...args,
        '--redis',
        'redis://127.0.0.1:1',
        '--store',
        store,
      ]);
      expect([code, err]).toEqual([
        EXIT_CODE.userError,
        expect.stringContaining('cannot be reached'),
      ]);
      expect(existsSync(store)).toBe(false);
    }),
  );

  test('fills a store and prints the next command', () =>
    withExperiment(async (file, store) => {
      const first = await run(['sweep', file, '--store', store, '--quiet']);
      expect(first).toMatchObject({ code: EXIT_CODE.success, err: '' });
      expect(first.out).toContain('small: 4 runs finished, 0 already in');
      expect(first.out).toContain(`cachetorrent report ${store} --experiment small`);
      expect(resultsIn(store).size).toBe(4);
      expect((await run(['sweep', file, '--store', store])).out).toContain(
        '0 runs finished, 4 already in',
      );
    }));

  test('prints what it would do with --dry-run, and writes nothing', () =>
    withExperiment(async (file, store) => {
      const { out } = await run(['sweep', file, '--store', store, '--dry-run', '--jobs', '2']);
      expect(out).toMatch(
        /^small: 2 settings with 2 seeds each\nruns +4\ndone +0\nmissing +4\ntime +about .* on 2 cores \(a rough estimate\)\nmemory +about \d+ MB of 8\.0 GB for 2 concurrent runs\nfirst run +leaders=50, seed \d+\n$/,
      );
      expect(existsSync(store)).toBe(false);
    }));

  test('replaces a damaged ledger, with a warning', () =>
    withExperiment(async (file, store) => {
      await run(['sweep', file, '--store', store, '--quiet']);
      const ledger = join(store, 'ledger.sqlite');
      const pages = readFileSync(ledger);
      writeFileSync(ledger, pages.fill(0, pages.length - 4096));
      expect(await run(['sweep', file, '--store', store, '--quiet'])).toEqual({
        code: EXIT_CODE.success,
        out: expect.stringContaining('0 runs finished, 4 already in') as unknown,
        err:
          `warning: ${ledger} is damaged; it is now ${ledger}.damaged, and a new one is created; ` +
          'no results are lost\n',
      });
      expect((await run(['sweep', file, '--store', store, '--quiet'])).err).toBe('');
    }));

  test.each([
    { flags: [], code: EXIT_CODE.userError },
    { flags: ['--dry-run'], code: EXIT_CODE.userError },
    { flags: ['--dry-run', '--force'], code: EXIT_CODE.success },
    { flags: ['--force', '--quiet'], code: EXIT_CODE.success },
  ])('refuses runs that exceed the memory, with $flags: exit code $code', ({ flags, code }) =>
    withExperiment(async (file, store) => {
      const environment = testEnvironment({ machine: { cores: 2, memoryBytes: 100e6 } });
      const args = ['sweep', file, '--store', store, ...flags];
      const { code: found, out, err } = await run(args, environment);
      expect(found).toBe(code);
      if (flags.includes('--dry-run')) expect(out).toMatch(/missing +4\n/);
      if (code === EXIT_CODE.success) expect(err).toBe('');
      else {
        expect(err).toMatch(
          /^.*experiment\.json: 4 runs of 4 need up to 1\d\d MB of memory \(leaders=\d0\), but 100 MB are available\n {2}fix: .* add --force\n$/,
        );
      }
      const isExecuted = code === EXIT_CODE.success && !flags.includes('--dry-run');
      expect(existsSync(store)).toBe(isExecuted);
    }),
  );

  test('has a shard that exceeds the memory refused', () =>
    withExperiment(async (file, store) => {
      const environment = testEnvironment({ machine: { cores: 2, memoryBytes: 100e6 } });
      const args = ['work', file, '--shard', '1/2', '--store', store, '--quiet'];
      const { code, err } = await run(args, environment);
      expect(code).toBe(EXIT_CODE.userError);
      expect(err).toContain('2 runs of 2 need up to');
    }));

  test('plans as many concurrent runs as fit into the memory, and warns of too many jobs', () =>
    withExperiment(async (file, store) => {
      const environment = testEnvironment({ machine: { cores: 2, memoryBytes: 300e6 } });
      const args = ['sweep', file, '--store', store, '--dry-run', '--jobs', '30'];
      const { out, err } = await run(args, environment);
      expect(err).toBe('warning: --jobs is 30, but 2 cores are available: all runs take longer\n');
      expect(out).toMatch(/on 2 cores \(/);
      expect(out).toMatch(/memory +about 2\d\d MB of 300 MB for 2 concurrent runs\n/);
    }));

  test('shows missing and damaged runs', () =>
    withExperiment(async (file, store) => {
      await run(['sweep', file, '--store', store, '--quiet']);
      const [first] = resultsIn(store).keys();
      truncateSync(join(store, 'runs', first!), 50);
      const { out } = await run(['sweep', file, '--store', store, '--dry-run']);
      expect(out).toMatch(/done +3\nmissing +1\ndamaged +.*run.json is malformed\n/);
      expect(out).toContain('based on the stored runs');
      const again = await run(['sweep', file, '--store', store]);
      expect(again.err).toContain('run.json is malformed: repeating the run');
      expect(again.out).toContain('1 run finished, 3 already in');
    }));

  test('exits with 1 if runs fail, prints how to reproduce them, and finishes the others', () =>
    withExperiment(
      async (file, store) => {
        const { code, err } = await run(['sweep', file, '--store', store, '--quiet']);
        expect(code).toBe(EXIT_CODE.failure);
        expect(err).toMatch(
          /^2 runs failed after 2 attempts each\nrun [0-9a-f]{32} failed: SwarmError: tracker.externalNeighbours: is 0 %/,
        );
        const command = /reproduce with: cachetorrent (run .*)/.exec(err)![1]!;
        expect(resultsIn(store).size).toBe(2);
        expect(command).toContain(join(store, 'failures'));
      },
      // Without external neighbours, peers have no neighbours in the other AS, so half of them never complete.
      {
        set: { ...SMALL_EXPERIMENT.set, neighbours: 3 },
        vary: { externalNeighbours: [0, 100] },
        plots: [],
      },
    ));

  test('stops on request and reports its progress', () =>
    withExperiment(
      async (file, store) => {
        const stop = new AbortController();
        const sweeping = run(
          ['sweep', file, '--store', store],
          testEnvironment({ signal: stop.signal }),
        );
        setTimeout(() => stop.abort(), 600);
        expect(await sweeping).toMatchObject({
          code: EXIT_CODE.interrupted,
          err: expect.stringMatching(
            /stopped with \d of 2 runs done; run the same command again/,
          ) as unknown,
        });
      },
      { set: { ...SMALL_EXPERIMENT.set, pieces: 20_000 }, repeat: 1 },
    ));

  test.each([
    {
      invalid: 'a missing experiment',
      args: ['nowhere.yaml'],
      prints: 'nowhere.yaml: there is no such file',
    },
    {
      invalid: 'zero jobs',
      args: ['FILE', '--jobs', '0'],
      prints: 'Expected an integer, 1 or more',
    },
    {
      invalid: 'an unknown format',
      args: ['FILE', '--datasets', 'xlsx'],
      prints: 'Allowed choices are parquet, csv',
    },
  ])('rejects $invalid', ({ args, prints }) =>
    withExperiment(async (file) => {
      const { code, err } = await run([
        'sweep',
        ...args.map((arg) => (arg === 'FILE' ? file : arg)),
      ]);
      expect([code, err]).toEqual([EXIT_CODE.userError, expect.stringContaining(prints)]);
    }),
  );

  test('rejects a store of another layout and does not change it', () =>
    withExperiment(async (file, store) => {
      mkdirSync(store);
      writeFileSync(join(store, 'store.json'), '{"schema":2,"version":"3.0.0"}');
      const { code, err } = await run(['sweep', file, '--store', store]);
      expect([code, err]).toEqual([
        EXIT_CODE.userError,
        expect.stringContaining('has layout 2, created by version 3.0.0'),
      ]);
      expect(readdirSync(store)).toEqual(['store.json']);
    }));
});

describe('the results in a store', { timeout: TIMEOUT_MS }, () => {
  test('are reported, queried and exported', () =>
    withStore(async (store, _, folder) => {
      const page = join(folder, 'report.html');
      expect(await run(['report', store, '--out', page])).toMatchObject({
        code: EXIT_CODE.success,
        err: '',
      });
      expect(readFileSync(page, 'utf8')).toContain('<svg');

      const table = await run([
        'query',
        store,
        'SELECT leaders, count(*) AS runs FROM small GROUP BY ALL ORDER BY ALL',
      ]);
      expect(table).toMatchObject({
        code: EXIT_CODE.success,
        err: '',
        out: 'leaders  runs\n     20     2\n     50     2\n',
      });
      const csv = await run(['query', store, "SELECT 'a,b' AS x, NULL AS y", '--format', 'csv']);
      expect(csv.out).toBe('x,y\n"a,b",\n');
      const json = await run([
        'query',
        store,
        'SELECT count(*) AS n FROM peers',
        '--format',
        'json',
      ]);
      expect(JSON.parse(json.out)).toEqual([{ n: 8 }]);

      const out = join(folder, 'csv');
      expect((await run(['export', store, '--out', out])).out).toContain('exported 4 runs to');
      expect(readdirSync(out)).toEqual([
        'borders.csv',
        'classTraffic.csv',
        'experiment-small.csv',
        'peers.csv',
        'runs.csv',
        'traffic.csv',
      ]);
      expect(readFileSync(join(out, 'peers.csv'), 'utf8').split('\n')).toHaveLength(10);
    }));

  test.each([
    { command: 'report', file: 'x.html' },
    { command: 'report', file: 'x-plots/1.svg' },
    { command: 'export', file: 'runs.csv' },
    { command: 'export', file: 'experiment-small.csv' },
  ])('$command overwrites $file only with --force', ({ command, file }) =>
    withStore(async (store, _, folder) => {
      const out = command === 'report' ? join(folder, 'x.html') : folder;
      const mine = join(folder, file);
      mkdirSync(dirname(mine), { recursive: true });
      writeFileSync(mine, 'mine');
      const { code, err } = await run([command, store, '--out', out]);
      expect([code, err]).toEqual([EXIT_CODE.userError, expect.stringContaining('exists already')]);
      expect(readFileSync(mine, 'utf8')).toBe('mine');
      const forced = await run([command, store, '--out', out, '--force']);
      expect(forced).toMatchObject({ code: EXIT_CODE.success, err: '' });
    }),
  );

  test('are not written in place of a device', () =>
    withStore(async (store, _, folder) => {
      const device = join(folder, 'pipe');
      execFileSync('mkfifo', [device]);
      const { code, err } = await run(['report', store, '--out', device, '--force']);
      expect([code, err]).toEqual([
        EXIT_CODE.userError,
        expect.stringContaining('is a device or a pipe'),
      ]);
    }));

  test.each([
    { command: 'report', out: 'store.json' },
    { command: 'report', out: 'runs/report.html' },
    { command: 'report', out: 'ledger.sqlite' },
    { command: 'export', out: 'datasets' },
  ])('$command does not replace the part $out of its store', ({ command, out }) =>
    withStore(async (store) => {
      const before = readFileSync(join(store, 'store.json'), 'utf8');
      const { code, err } = await run([command, store, '--out', join(store, out), '--force']);
      expect([code, err]).toEqual([
        EXIT_CODE.userError,
        expect.stringContaining(`is a part of the store ${store}`),
      ]);
      expect(readFileSync(join(store, 'store.json'), 'utf8')).toBe(before);
    }),
  );

  test('are queried beside files that are no experiments', () =>
    withStore(async (store) => {
      writeFileSync(join(store, 'experiments', '.#small.json'), '');
      const { code, out } = await run(['query', store, 'SELECT count(*) AS n FROM runs']);
      expect([code, out]).toEqual([EXIT_CODE.success, 'n\n4\n']);
    }));

  test('are shown on one line each, without control characters', () =>
    withStore(async (store) => {
      const sql = `SELECT 'a' || chr(10) || chr(27) || '[31m' AS "x${'\u202e'}"`;
      const { out } = await run(['query', store, sql]);
      expect(out).toBe('x\\u{202e}\na\\n\\u{1b}[31m\n');
    }));

  test('are queried in a store whose experiments share a name in SQL', () =>
    withStore(async (folder, file) => {
      const store = await Store.open(folder);
      const { experiment, ...plan } = await planCampaign(await readExperiment(file));
      for (const name of ['a-b', 'a_b', 'A-B', 'runs', 'order']) {
        await writeStoredCampaign(
          store,
          storedCampaignOf({ ...plan, experiment: { ...experiment, name } }),
        );
      }
      store.close();
      for (const table of ['a_b', '"a-b"', 'A_B_2', 'runs_2', '"order"', 'small', 'runs']) {
        const sql = `SELECT count(*) AS n FROM ${table}`;
        const { out, err } = await run(['query', folder, sql, '--format', 'csv']);
        expect([table, out, err]).toEqual([table, 'n\n4\n', '']);
      }
    }));

  test('hold values of every type of SQL', () =>
    withStore(async (store) => {
      const sql = "SELECT [1, 2] AS list, {'x': 3} AS struct, 4::HUGEINT AS large";
      const { code, out } = await run(['query', store, sql, '--format', 'json']);
      expect([code, JSON.parse(out)]).toEqual([0, [{ list: [1, 2], struct: { x: 3 }, large: 4 }]]);
    }));

  test('are no longer queried once the user stops the query', () =>
    withStore(async (store) => {
      const stop = new AbortController();
      const endless = 'WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) FROM t';
      const running = run(['query', store, endless], testEnvironment({ signal: stop.signal }));
      setTimeout(() => stop.abort(), 500);
      expect(await running).toEqual({
        code: EXIT_CODE.interrupted,
        out: '',
        err: 'stopped before the command had finished\n',
      });
    }));

  test('are queried in the same way in a store of CSV', () =>
    withStore(async (store) => {
      const { out } = await run([
        'query',
        store,
        'SELECT leaders, min(seed) > 0 AS ok, max(p50Ms) > 0 AS done FROM small GROUP BY ALL ORDER BY ALL',
        '--format',
        'csv',
      ]);
      expect(out).toBe('leaders,ok,done\n20,true,true\n50,true,true\n');
    }, 'csv'));

  test('are queried without damaged runs, which are reported', () =>
    withStore(async (store) => {
      await run(['query', store, 'SELECT 1']);
      const [first] = resultsIn(store).keys();
      writeFileSync(join(store, 'runs', first!), 'nothing');
      truncateSync(join(store, 'datasets', 'peers', 'part.parquet'), 10);
      const { out, err } = await run([
        'query',
        store,
        'SELECT count(*) AS n FROM runs',
        '--format',
        'csv',
      ]);
      expect(out).toBe('n\n3\n');
      expect(err).toContain('run.json is malformed: skipped');
      expect(err).toContain('part.parquet had been modified and was rewritten');
    }));

  test.each([
    {
      invalid: 'a query with a syntax error',
      args: ['query', 'STORE', 'SELEC 1'],
      prints: 'syntax error',
    },
    {
      invalid: 'a query of an unknown table',
      args: ['query', 'STORE', 'SELECT 1 FROM elsewhere'],
      prints: 'the tables are runs, peers, traffic, classTraffic, borders, small',
    },
    {
      invalid: 'an unknown experiment',
      args: ['report', 'STORE', '--experiment', 'other'],
      prints: 'has no experiment "other"',
    },
    { invalid: 'a missing store', args: ['report', '/nowhere'], prints: 'does not exist' },
    {
      invalid: 'a report inside a file',
      args: ['report', 'STORE', '--out', 'FILE/report.html'],
      prints: 'has a file where a folder is needed',
    },
    {
      invalid: 'an export inside a file',
      args: ['export', 'STORE', '--out', 'FILE/export'],
      prints: 'has a file where a folder is needed',
    },
  ])('rejects $invalid', ({ args, prints }) =>
    withStore(async (store, file) => {
      const { err, code } = await run(
        args.map((arg) => arg.replace('STORE', store).replace('FILE', file)),
      );
      expect([code, err]).toEqual([EXIT_CODE.userError, expect.stringContaining(prints)]);
    }),
  );

  test('can be read without permission to write', () =>
    withStore(async (store) => {
      await run(['query', store, 'SELECT 1']);
      for (const name of ['', 'datasets', 'scratch']) chmodSync(join(store, name), 0o555);
      const { out } = await run([
        'query',
        store,
        'SELECT count(*) AS n FROM runs',
        '--format',
        'csv',
      ]);
      expect(out).toBe('n\n4\n');
      for (const name of ['', 'datasets', 'scratch']) chmodSync(join(store, name), 0o755);
    }));
});
