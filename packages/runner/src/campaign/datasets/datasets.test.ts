import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';

import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';

import { inFolder, fakeRecord, smallCampaign } from '../../../test/campaigns.ts';
import { storedCampaignOf, writeStoredCampaign } from '../stored-campaign.ts';
import type { DatasetFormat } from '../store/manifest.ts';
import { Store } from '../store/store.ts';
import { datasetFiles, isUpToDate, refreshDatasets } from './datasets.ts';

type Config = ReturnType<typeof fakeRecord>['config'];

const plan = await smallCampaign({
  labels: ['who'],
  vary: { who: ['a, "b"', 'c'], leaders: [20, 50] },
});
const { runs } = plan;

async function withStore(
  format: DatasetFormat,
  use: (store: Store) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const store = await Store.open(folder, { format });
    for (const run of runs) await store.put(fakeRecord(run));
    await writeStoredCampaign(store, storedCampaignOf(plan));
    await refreshDatasets(store);
    await use(store);
    store.close();
  });
}

async function rowsOf(store: Store, table: string): Promise<Record<string, unknown>[]> {
  const [file] = datasetFiles(store, table);
  return parquetReadObjects({ file: await asyncBufferFromFile(file!) });
}

describe('a dataset', () => {
  test('has a row for each run, with configuration and metrics', () =>
    withStore('parquet', async (store) => {
      const rows = await rowsOf(store, 'runs');
      expect(rows).toHaveLength(2);
      const { key, seed, config, result } = fakeRecord(runs[0]!);
      expect(rows.find(({ run }) => run === key)).toMatchObject({
        run: key,
        seed: BigInt(seed),
        pieces: config.file.pieces,
        leaders: config.cache.leaders,
        rules: 'client',
        classes: JSON.stringify(config.classes),
        externalNeighbours: null,
        redundancy: result.redundancy,
        p90Ms: result.completion.p90Ms,
        leadersP50Ms: null,
        resultHash: key,
      });
    }));

  test('has rows for runs whose configuration is that of an earlier version', () =>
    inFolder(async (folder) => {
      const store = await Store.open(folder);
      const former = { outPeers: 5, seeds: 1, latency: { fixedMs: 40 }, quirks: {} };
      const { result, ...record } = fakeRecord(runs[0]!);
      const { class: _classes, ...peers } = result.peers;
      const config = former as unknown as Config;
      await store.put({ ...record, config, result: { ...result, peers } });
      await refreshDatasets(store);
      expect(await rowsOf(store, 'runs')).toMatchObject([{ seeds: '1', peers: null }]);
      expect((await rowsOf(store, 'peers'))[0]).toMatchObject({ role: 'seed', class: null });
      store.close();
    }));

  test('has a row for each peer, and for each pair of AS', () =>
    withStore('parquet', async (store) => {
      const [peers, traffic] = [await rowsOf(store, 'peers'), await rowsOf(store, 'traffic')];
      expect([peers.length, traffic.length]).toEqual([4, 8]);
      const { key, result } = fakeRecord(runs[0]!);
      expect(peers).toContainEqual({
        run: key,
        peer: 2n,
        asIndex: 1n,
        role: 'peer',
        uploadKbps: 10,
        downloadKbps: 20,
        completionMs: result.completion.p50Ms,
        class: 'peer',
        arrivedMs: 10,
        completedMs: 10 + result.completion.p50Ms!,
        leftMs: 20 + result.completion.p50Ms!,
        departure: 'finished',
        // Records of earlier versions do not know it.
        unservedMs: null,
      });
      expect(traffic).toContainEqual({ run: key, fromAs: 1n, toAs: 0n, bytes: 3 });
    }));

  test('has the parameters of an experiment', () =>
    withStore('parquet', async (store) => {
      expect(await rowsOf(store, 'experiments')).toMatchObject([
        { combination: 0n, repetition: 0n, who: 'a, "b"', leaders: 20, run: runs[0]!.key },
        { combination: 1n, repetition: 0n, who: 'a, "b"', leaders: 50, run: runs[1]!.key },
        { combination: 2n, repetition: 0n, who: 'c', leaders: 20, run: runs[2]!.key },
        { combination: 3n, repetition: 0n, who: 'c', leaders: 50, run: runs[3]!.key },
      ]);
    }));

  test('is CSV by choice', () =>
    withStore('csv', async (store) => {
      const [file] = datasetFiles(store, 'experiments');
      const [head, first] = readFileSync(file!, 'utf8').split('\n');
      expect(head).toBe('run,combination,repetition,seed,who,leaders');
      expect(first).toContain('"a, ""b""",20');
      expect(readFileSync(datasetFiles(store, 'peers')[0]!, 'utf8').split('\n')).toHaveLength(6);
      await Promise.resolve();
    }));

  test('does not depend on the order in which runs are stored', () =>
    withStore('parquet', (store) =>
      inFolder(async (folder) => {
        const reversed = await Store.open(folder);
        for (const run of runs.toReversed()) await reversed.put(fakeRecord(run));
        await refreshDatasets(reversed);
        for (const table of ['runs', 'peers', 'traffic']) {
          const [a, b] = [store, reversed].map((of) => readFileSync(datasetFiles(of, table)[0]!));
          expect(a!.equals(b!)).toBe(true);
        }
        reversed.close();
      }),
    ));
});

describe('refreshing datasets', () => {
  test('writes nothing if nothing has changed', () =>
    withStore('parquet', async (store) => {
      const before = statSync(datasetFiles(store, 'runs')[0]!).mtimeMs;
      expect(await refreshDatasets(store)).toEqual({ repaired: [], damaged: [] });
      expect(statSync(datasetFiles(store, 'runs')[0]!).mtimeMs).toBe(before);
      expect(isUpToDate(store)).toBe(true);
    }));

  test('adds new runs', () =>
    withStore('parquet', async (store) => {
      const [more] = (await smallCampaign({ set: { pieces: 7 } })).runs;
      await store.put(fakeRecord(more!));
      expect(isUpToDate(store)).toBe(false);
      await refreshDatasets(store);
      expect(await rowsOf(store, 'runs')).toHaveLength(3);
    }));

  test.each([
    { what: 'a truncated table', damage: (file: string) => truncateSync(file, 50) },
    { what: 'an altered table', damage: (file: string) => appendFileSync(file, 'x') },
    { what: 'a missing table', damage: (file: string) => rmSync(file) },
  ])('reports and rewrites $what', ({ damage }) =>
    withStore('parquet', async (store) => {
      const [file] = datasetFiles(store, 'peers');
      const before = readFileSync(file!);
      damage(file!);
      expect(await refreshDatasets(store)).toMatchObject({ repaired: [file] });
      expect(readFileSync(file!).equals(before)).toBe(true);
    }),
  );

  test('omits and reports a damaged run', () =>
    withStore('parquet', async (store) => {
      const { key } = runs[0]!;
      const [more] = (await smallCampaign({ set: { pieces: 7 } })).runs;
      await store.put(fakeRecord(more!));
      truncateSync(store.runFile(key), 10);
      expect(await refreshDatasets(store)).toMatchObject({
        damaged: [{ key, problem: 'is malformed' }],
      });
      expect(await rowsOf(store, 'runs')).toHaveLength(2);
    }));

  test('divides many runs into parts, and removes the parts if there are fewer', () =>
    inFolder(async (folder) => {
      const store = await Store.open(folder);
      const many = await smallCampaign({ repeat: 50 });
      for (const run of many.runs) await store.put(fakeRecord(run));
      await refreshDatasets(store, { runsPerPart: 20 });
      const parts = datasetFiles(store, 'runs');
      expect(parts.length).toBeGreaterThan(8);
      expect(parts[0]).toMatch(/part-[0-9a-f]\.parquet$/);

      for (const { key } of many.runs.slice(10)) await store.remove(key);
      await refreshDatasets(store, { runsPerPart: 20 });
      expect(datasetFiles(store, 'runs')).toEqual([
        join(folder, 'datasets', 'runs', 'part.parquet'),
      ]);
      expect(existsSync(parts[0]!)).toBe(false);
      expect(readdirSync(join(folder, 'scratch'))).toEqual([]);
      store.close();
    }));
});
