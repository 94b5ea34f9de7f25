import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { inFolder, fakeRecord, smallCampaign } from '../../../test/campaigns.ts';
import { Store } from './store.ts';

const { runs } = await smallCampaign({ repeat: 3 });
const records = runs.map(fakeRecord);
const [first, second] = records;

/** A store with three runs. */
async function withStore(use: (store: Store, folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const store = await Store.open(folder);
    for (const record of records) await store.put(record);
    await use(store, folder);
    store.close();
  });
}

describe('a store', () => {
  test('returns the records that were put into it', () =>
    withStore(async (store) => {
      expect(store.keys()).toEqual(records.map(({ key }) => key).sort());
      expect(store.read(first!.key)).toEqual(first);
      expect(store.has(first!.key)).toBe(true);
      expect(store.has('0'.repeat(32))).toBe(false);
      await Promise.resolve();
    }));

  test('keeps the first of two results', () =>
    withStore(async (store) => {
      const before = readFileSync(store.runFile(first!.key));
      await store.put({ ...first!, version: 'later' });
      expect(readFileSync(store.runFile(first!.key))).toEqual(before);
    }));

  test('removes the scratch files of killed processes', () =>
    withStore(async (store, folder) => {
      expect(existsSync(join(folder, 'scratch'))).toBe(true);
      store.close();
      writeFileSync(join(folder, 'scratch', 'half'), 'a run');
      mkdirSync(join(folder, 'scratch', 'another'));
      const again = await Store.open(folder);
      expect(existsSync(join(folder, 'scratch', 'half'))).toBe(false);
      expect(existsSync(join(folder, 'scratch', 'another'))).toBe(false);
      again.close();
    }));

  test('keeps the scratch files of live processes', () =>
    withStore(async (_, folder) => {
      writeFileSync(join(folder, 'scratch', 'half'), 'a run');
      const another = await Store.open(folder);
      expect(existsSync(join(folder, 'scratch', 'half'))).toBe(true);
      another.close();
    }));

  test('keeps failures until the run is stored', () =>
    inFolder(async (folder) => {
      const store = await Store.open(folder);
      const failure = {
        key: first!.key,
        seed: 1,
        error: 'e',
        command: 'c',
        attempts: 2,
        version: 'v',
      };
      await store.putFailure(failure, first!.config);
      await store.putFailure({ ...failure, error: 'another' }, first!.config);
      expect(await store.failures()).toEqual([{ ...failure, error: 'another' }]);
      expect(JSON.parse(readFileSync(store.failureConfigFile(first!.key), 'utf8'))).toEqual(
        first!.config,
      );

      await store.put(first!);
      expect(await store.failures()).toEqual([]);
      store.close();
    }));
});

test('files that are no runs are ignored', () =>
  withStore(async (store, folder) => {
    writeFileSync(join(folder, 'runs', '.DS_Store'), '');
    writeFileSync(join(folder, 'runs', first!.key.slice(0, 2), '.DS_Store'), '');
    mkdirSync(join(folder, 'failures', '.DS_Store'));
    mkdirSync(join(folder, 'failures', first!.key));
    writeFileSync(join(folder, 'failures', first!.key, 'failure.json'), '{"key":');
    expect(store.keys()).toHaveLength(3);
    expect(await store.failures()).toEqual([]);
  }));

test('a pipe in the place of a file is damage, and is not waited for', () =>
  withStore(async (store) => {
    const file = store.runFile(first!.key);
    rmSync(file);
    execFileSync('mkfifo', [file]);
    expect(store.findDamaged([first!.key])).toMatchObject([{ problem: 'is not a file' }]);
  }));

describe('damage is found', () => {
  test.each([
    {
      what: 'a truncated file',
      damage: (file: string) => truncateSync(file, 100),
      says: 'is malformed',
    },
    { what: 'an empty file', damage: (file: string) => truncateSync(file, 0), says: 'is empty' },
    {
      what: 'a longer file',
      damage: (file: string) => appendFileSync(file, ' '),
      says: 'is malformed',
    },
    {
      what: 'an altered file',
      damage: (file: string) =>
        writeFileSync(file, readFileSync(file, 'utf8').replace('"seed"', '"sead"')),
      says: 'has a wrong checksum',
    },
    {
      what: 'a file of another run',
      damage: (file: string, other: string) => writeFileSync(file, readFileSync(other)),
      says: 'is the record of another run',
    },
    { what: 'a missing file', damage: (file: string) => rmSync(file), says: 'cannot be read' },
  ])('in $what', ({ damage, says }) =>
    withStore(async (store) => {
      const file = store.runFile(first!.key);
      expect(store.findDamaged(store.keys())).toEqual([]);
      damage(file, store.runFile(second!.key));
      expect(store.findDamaged(store.keys())).toEqual([
        { key: first!.key, file, problem: expect.stringContaining(says) as unknown },
      ]);

      await store.remove(first!.key);
      await store.put(first!);
      expect(store.findDamaged(store.keys())).toEqual([]);
    }),
  );

  test('in a file with its old modification time, if all files are verified', () =>
    withStore(async (store) => {
      const file = store.runFile(first!.key);
      const times = new Date(1e12);
      utimesSync(file, times, times);
      store.findDamaged(store.keys());
      writeFileSync(file, readFileSync(file, 'utf8').replace('"seed"', '"sead"'));
      utimesSync(file, times, times);
      expect(store.findDamaged(store.keys())).toEqual([]);
      expect(store.findDamaged(store.keys(), true)).toMatchObject([
        { problem: 'has a wrong checksum' },
      ]);
      await Promise.resolve();
    }));

  test('if the ledger is damaged as well, which is created again', () =>
    withStore(async (store, folder) => {
      store.close();
      writeFileSync(join(folder, 'ledger.sqlite'), 'not a database, but long enough for one');
      const again = await Store.open(folder);
      expect(again.findDamaged(again.keys())).toEqual([]);
      truncateSync(again.runFile(first!.key), 10);
      expect(again.findDamaged(again.keys())).toHaveLength(1);
      again.close();
    }));
});

describe('a folder is rejected', () => {
  test.each([
    {
      wrong: 'with other content',
      make: (folder: string) => writeFileSync(join(folder, 'thesis.tex'), ''),
      says: 'contains "thesis.tex", but no store.json',
    },
    {
      wrong: 'of another layout',
      make: (folder: string) =>
        writeFileSync(join(folder, 'store.json'), '{"schema":9,"version":"9.9"}'),
      says: 'has layout 9, created by version 9.9',
    },
    {
      wrong: 'with a damaged manifest',
      make: (folder: string) => writeFileSync(join(folder, 'store.json'), '{'),
      says: 'is not valid',
    },
    {
      wrong: 'whose manifest is no object',
      make: (folder: string) => writeFileSync(join(folder, 'store.json'), 'null'),
      says: 'store.json: is not valid',
    },
    {
      wrong: 'whose manifest has an unknown format of datasets',
      make: (folder: string) =>
        writeFileSync(join(folder, 'store.json'), '{"schema":1,"datasets":"papquet"}'),
      says: 'store.json: datasets is "papquet"\n  fix: write one of "parquet", "csv"',
    },
    {
      wrong: 'whose manifest has no format of datasets',
      make: (folder: string) => writeFileSync(join(folder, 'store.json'), '{"schema":1}'),
      says: 'store.json: datasets is missing',
    },
    {
      wrong: 'whose manifest is a folder',
      make: (folder: string) => mkdirSync(join(folder, 'store.json')),
      says: 'store.json: is not a file',
    },
    {
      wrong: 'whose manifest is a pipe',
      make: (folder: string) => execFileSync('mkfifo', [join(folder, 'store.json')]),
      says: 'store.json: is not a file',
    },
  ])('$wrong', ({ make, says }) =>
    inFolder(async (folder) => {
      make(folder);
      await expect(Store.open(folder)).rejects.toThrow(says);
      await expect(Store.openReadOnly(folder)).rejects.toThrow(says);
    }),
  );

  test('that is a file', () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'file'), '');
      await expect(Store.open(join(folder, 'file'))).rejects.toThrow('is a file');
    }));

  test('that has lost its manifest, when opened for reading', () =>
    withStore(async (store, folder) => {
      rmSync(join(folder, 'store.json'));
      await expect(Store.openReadOnly(folder)).rejects.toThrow('has lost its store.json');
      const again = await Store.open(folder);
      expect(again.keys()).toHaveLength(3);
      expect(store.keys()).toEqual((await Store.openReadOnly(folder)).keys());
      again.close();
    }));

  test('that does not exist, when opened for reading', () =>
    inFolder(async (folder) => {
      await expect(Store.openReadOnly(join(folder, 'none'))).rejects.toThrow('does not exist');
      expect(existsSync(join(folder, 'none'))).toBe(false);
    }));
});
