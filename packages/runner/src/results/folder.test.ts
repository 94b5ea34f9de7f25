import {
  existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';

import { checkResultFolder, writeResultFolder } from './folder.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
});

describe('results are written', () => {
  test.each([
    { to: 'a new folder',               prepare: () => {} },
    { to: 'an empty folder',            prepare: (at: string) => mkdirSync(at) },
    { to: 'a folder of older results',  prepare: (at: string) => { mkdirSync(at); writeFileSync(join(at, 'run.json'), 'old'); writeFileSync(join(at, 'peers.csv'), 'old'); } },
    { to: 'a link to a folder',         prepare: (at: string) => { mkdirSync(join(parent, 'real')); symlinkSync(join(parent, 'real'), at); } },
  ])('to $to', async ({ prepare }) => {
    const at = join(parent, 'results');
    prepare(at);
    await checkResultFolder(at);
    await writeResultFolder(at, { 'run.json': '{}', 'traffic.csv': 'a,b' });
    expect(readdirSync(at).sort()).toEqual(['run.json', 'traffic.csv']);
    expect(readFileSync(join(at, 'run.json'), 'utf8')).toBe('{}');
    expect(readdirSync(parent).filter((name) => name.startsWith('.')), 'no traces').toEqual([]);
  });

  test('to a folder in folders that are not there yet', async () => {
    const at = join(parent, 'a/b/results');
    await checkResultFolder(at);
    expect(existsSync(join(parent, 'a')), 'checking makes nothing').toBe(false);
    await writeResultFolder(at, { 'run.json': '{}' });
    expect(readdirSync(at)).toEqual(['run.json']);
  });
});

test('what cannot be written as a whole leaves the older results as they were', async () => {
  const at = join(parent, 'results');
  await writeResultFolder(at, { 'run.json': 'old' });
  await expect(writeResultFolder(at, { 'run.json': 'new', 'no/such.csv': '' })).rejects.toThrow('ENOENT');
  expect(readFileSync(join(at, 'run.json'), 'utf8')).toBe('old');
  expect(readdirSync(parent)).toEqual(['results']);
});

describe('a folder is refused', () => {
  test('that holds something else, which would be lost', async () => {
    writeFileSync(join(parent, 'thesis.tex'), '');
    await expect(checkResultFolder(parent)).rejects.toThrow('holds "thesis.tex", which is no result');
  });

  test('that is a file', async () => {
    const at = join(parent, 'results');
    writeFileSync(at, '');
    await expect(checkResultFolder(at)).rejects.toThrow(`--out ${at}: is a file`);
  });

  test('that we stand in', async () => {
    const before = process.cwd();
    process.chdir(parent);
    try {
      await expect(checkResultFolder('.')).rejects.toThrow('--out .: is where you are');
    } finally {
      process.chdir(before);
    }
  });

  test('that lies in a file', async () => {
    writeFileSync(join(parent, 'file'), '');
    await expect(checkResultFolder(join(parent, 'file/results'))).rejects.toThrow('--out');
  });
});
