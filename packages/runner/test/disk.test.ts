/** Stores on full and on read-only disks. */

import { existsSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { planCampaign } from '../src/campaign/experiment/plan.ts';
import { readExperiment } from '../src/campaign/experiment/read.ts';
import { storedCampaignOf, writeStoredCampaign } from '../src/campaign/stored-campaign.ts';
import { Store } from '../src/campaign/store/store.ts';
import { cli } from '../src/cli.ts';
import { EXIT_CODE } from '../src/exit-code.ts';
import { fakeRecord, resultsIn, SMALL_EXPERIMENT } from './campaigns.ts';
import { HAS_SMALL_DISKS, SmallDisk } from './small-disk.ts';
import { testEnvironment } from './test-environment.ts';

const TEST_TIMEOUT_MS = 60_000;
const FULL = 'is on a full disk\n';
const READ_ONLY = 'is on a read-only disk';

async function run(
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const environment = testEnvironment();
  const code = await cli(args, environment);
  return { code, ...environment.output };
}

/** Calls `use` with a disk that holds an experiment file of eight runs. */
async function withDisk(
  bytes: number,
  use: (file: string, store: string, disk: SmallDisk) => Promise<void>,
): Promise<void> {
  await SmallDisk.with(bytes, async (disk) => {
    const file = join(disk.folder, 'experiment.json');
    const plots = [{ x: 'leaders', y: 'redundancy' }];
    writeFileSync(
      file,
      JSON.stringify({ ...SMALL_EXPERIMENT, vary: { leaders: [20, 30] }, plots, repeat: 4 }),
    );
    await use(file, join(disk.folder, 'store'), disk);
  });
}

describe.skipIf(!HAS_SMALL_DISKS)('a full disk', { timeout: TEST_TIMEOUT_MS }, () => {
  test('while runs are stored loses the runs in progress only', () =>
    withDisk(108_000, async (file, store, disk) => {
      const { code, out, err } = await run(
        'sweep',
        file,
        '--store',
        store,
        '--jobs',
        '1',
        '--quiet',
      );
      expect({ code, out, err }).toEqual({
        code: EXIT_CODE.userError,
        out: '',
        err: expect.stringContaining(FULL),
      });
      const before = resultsIn(store);
      expect(before.size).toBeGreaterThan(0);
      expect(before.size).toBeLessThan(8);
      const toRead = await Store.openReadOnly(store);
      expect(toRead.findDamaged(toRead.keys(), true)).toEqual([]);
      expect(readdirSync(join(store, 'scratch'))).toEqual([]);

      disk.resize(50e6);
      const again = await run('sweep', file, '--store', store, '--quiet');
      expect(again.out).toMatch(
        new RegExp(`: ${8 - before.size} runs? finished, ${before.size} already in `),
      );
      expect([...resultsIn(store)]).toEqual(expect.arrayContaining([...before]));
    }));

  test('while datasets are written does not affect the runs', () =>
    withDisk(2e6, async (file, folder, disk) => {
      const plan = await planCampaign(await readExperiment(file));
      const store = await Store.open(folder);
      await writeStoredCampaign(store, storedCampaignOf(plan));
      for (const planned of plan.runs) await store.put(fakeRecord(planned));
      store.close();
      const before = resultsIn(folder);
      const filler = join(disk.folder, 'filler');
      writeFileSync(
        filler,
        Buffer.alloc(statfsSync(disk.folder).bavail * statfsSync(disk.folder).bsize),
      );

      const question = ['query', folder, 'SELECT count(*) AS n FROM runs', '--format', 'csv'];
      const full = await run(...question);
      expect(full).toMatchObject({
        code: EXIT_CODE.userError,
        err: expect.stringContaining(FULL) as unknown,
      });
      expect(readdirSync(join(folder, 'scratch'))).toEqual([]);
      const report = join(disk.folder, 'report.html');
      expect(await run('report', folder, '--out', report)).toMatchObject({
        code: EXIT_CODE.userError,
        out: '',
      });
      expect(existsSync(report)).toBe(false);
      expect([...resultsIn(folder)]).toEqual([...before]);

      rmSync(filler);
      expect((await run(...question)).out).toBe('n\n8\n');
    }));

  test('while a store is created does not prevent a later sweep', () =>
    withDisk(16_384, async (file, store, disk) => {
      const { code, err } = await run('sweep', file, '--store', store, '--quiet');
      expect([code, err]).toEqual([EXIT_CODE.userError, expect.stringContaining(FULL)]);
      disk.resize(50e6);
      expect((await run('sweep', file, '--store', store, '--quiet')).out).toContain(
        '8 runs finished',
      );
    }));
});

describe.skipIf(!HAS_SMALL_DISKS)('a read-only disk', { timeout: TEST_TIMEOUT_MS }, () => {
  test('is rejected by commands that write, and accepted by those that read', () =>
    withDisk(50e6, async (file, store, disk) => {
      await run('sweep', file, '--store', store, '--quiet');
      const before = readFileSync(join(store, 'datasets', 'contents.json'), 'utf8');
      disk.makeReadOnly();
      for (const args of [
        ['sweep', file, '--quiet'],
        ['submit', 'slurm', file, '--print'],
        ['work', file, '--shard', '1/2'],
      ]) {
        const { code, err } = await run(...args, '--store', store);
        expect([args[0], code, err]).toEqual([
          args[0],
          EXIT_CODE.userError,
          expect.stringContaining(`store ${store}: ${READ_ONLY}`),
        ]);
      }
      expect((await run('sweep', file, '--store', store, '--dry-run')).out).toContain(
        'done        8',
      );
      const asked = await run('query', store, 'SELECT count(*) AS n FROM runs', '--format', 'csv');
      expect(asked).toEqual({ code: EXIT_CODE.success, out: 'n\n8\n', err: '' });
      expect(readFileSync(join(store, 'datasets', 'contents.json'), 'utf8')).toBe(before);
    }));

  test('does not get a store', () =>
    withDisk(1e6, async (file, store, disk) => {
      disk.makeReadOnly();
      const { code, err } = await run('sweep', file, '--store', store, '--quiet');
      expect([code, err]).toEqual([EXIT_CODE.userError, expect.stringContaining(READ_ONLY)]);
      expect(existsSync(store)).toBe(false);
    }));
});
