import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test, vi } from 'vitest';

import { inRepository } from '../files.ts';
import { type CollectOptions, type CollectedRuns, collectRuns, type Setting } from './collect.ts';

// Threads are slow to start on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const SETTINGS: readonly Setting[] = [
  { name: 'client', fields: { pieces: 20, rules: 'client' } },
  { name: 'client, 50 %', fields: { pieces: 20, rules: 'client', leaders: 50 } },
];

function optionsFor(folder: string, lines: string[] = []): CollectOptions {
  return {
    base: 'small',
    seeds: 2,
    store: relative(inRepository('.'), folder),
    threads: 2,
    storedOnly: false,
    log: (line) => void lines.push(line),
    signal: new AbortController().signal,
  };
}
const newFolder = (): string => mkdtempSync(join(tmpdir(), 'runs-'));
const hashesOf = (runs: CollectedRuns, name: string): readonly (string | undefined)[] =>
  runs.get(name)!.map((run) => run?.result.resultHash);

test('a run that the store has is not run again', async () => {
  const folder = newFolder();
  const lines: string[] = [];
  const first = await collectRuns(SETTINGS.slice(0, 1), optionsFor(folder, lines));
  expect(new Set(hashesOf(first, 'client')).size).toBe(2);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/^2 of 2: client, seed \d: [\d.]+ s$/);

  lines.length = 0;
  const all = await collectRuns(SETTINGS, optionsFor(folder, lines));
  expect(hashesOf(all, 'client')).toEqual(hashesOf(first, 'client'));
  expect(lines.every((line) => line.includes('client, 50 %'))).toBe(true);
  expect(lines).toHaveLength(2);
});

test('without running anything, missing runs are undefined', async () => {
  const folder = newFolder();
  const stored = { ...optionsFor(folder), storedOnly: true };
  expect(hashesOf(await collectRuns(SETTINGS, stored), 'client')).toEqual([undefined, undefined]);
  const run = await collectRuns(SETTINGS.slice(0, 1), optionsFor(folder));
  const runs = await collectRuns(SETTINGS, stored);
  expect(hashesOf(runs, 'client')).toEqual(hashesOf(run, 'client'));
  expect(hashesOf(runs, 'client, 50 %')).toEqual([undefined, undefined]);
});

test('a run that fails is reported; the others are kept', async () => {
  const folder = newFolder();
  const bad: Setting = { name: 'bad', fields: { pieces: 20, externalNeighbours: 0 } };
  const settings = [SETTINGS[0]!, bad];
  await expect(collectRuns(settings, optionsFor(folder))).rejects.toThrow('2 runs failed');
  const runs = await collectRuns(settings, { ...optionsFor(folder), storedOnly: true });
  expect(hashesOf(runs, 'client')).not.toContain(undefined);
  expect(hashesOf(runs, 'bad')).toEqual([undefined, undefined]);
});

test('an aborted signal stops the campaign; finished runs are kept', async () => {
  const folder = newFolder();
  const stop = new AbortController();
  const settings = [SETTINGS[0]!, { name: 'long', fields: { pieces: 100_000 } }];
  const options = { ...optionsFor(folder), seeds: 1, signal: stop.signal };
  const log = (): void => void setTimeout(() => stop.abort(new Error('enough')), 300);
  await expect(collectRuns(settings, { ...options, log })).rejects.toThrow('enough');
  const runs = await collectRuns(settings, { ...options, storedOnly: true });
  expect(hashesOf(runs, 'client')).not.toContain(undefined);
});
