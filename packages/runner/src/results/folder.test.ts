import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';

import { checkResultFolder, writeResultFolder } from './folder.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
});

describe('results can be written', () => {
  test.each([
    { to: 'a new folder', prepare: () => {} },
    { to: 'an empty folder', prepare: (at: string) => mkdirSync(at) },
    {
      to: 'a folder of earlier results',
      prepare: (at: string) => {
        mkdirSync(at);
        writeFileSync(join(at, 'run.json'), 'old');
        writeFileSync(join(at, 'peers.csv'), 'old');
      },
    },
    {
      to: 'a symbolic link to a folder',
      prepare: (at: string) => {
        mkdirSync(join(parent, 'real'));
        symlinkSync(join(parent, 'real'), at);
      },
    },
  ])('to $to', async ({ prepare }) => {
    const at = join(parent, 'results');
    prepare(at);
    await checkResultFolder(at, true);
    await writeResultFolder(at, { 'run.json': '{}', 'traffic.csv': 'a,b' });
    expect(readdirSync(at).sort()).toEqual(['run.json', 'traffic.csv']);
    expect(readFileSync(join(at, 'run.json'), 'utf8')).toBe('{}');
    expect(
      readdirSync(parent).filter((name) => name.startsWith('.')),
      'no temporary files',
    ).toEqual([]);
  });

  test('to a folder whose parents do not exist', async () => {
    const at = join(parent, 'a/b/results');
    await checkResultFolder(at);
    expect(existsSync(join(parent, 'a')), 'the check creates nothing').toBe(false);
    await writeResultFolder(at, { 'run.json': '{}' });
    expect(readdirSync(at)).toEqual(['run.json']);
  });
});

test('a failed write keeps the earlier results', async () => {
  const at = join(parent, 'results');
  await writeResultFolder(at, { 'run.json': 'old' });
  await expect(writeResultFolder(at, { 'run.json': 'new', 'no/such.csv': '' })).rejects.toThrow(
    'needs a file or folder that does not exist',
  );
  expect(readFileSync(join(at, 'run.json'), 'utf8')).toBe('old');
  expect(readdirSync(parent)).toEqual(['results']);
});

describe('a folder is rejected', () => {
  test('that holds other files, which would be deleted', async () => {
    writeFileSync(join(parent, 'thesis.tex'), '');
    await expect(checkResultFolder(parent)).rejects.toThrow(
      'holds "thesis.tex", which is not a result',
    );
  });

  test('that holds earlier results, without --force', async () => {
    const at = join(parent, 'results');
    await writeResultFolder(at, { 'run.json': 'old' });
    await expect(checkResultFolder(at)).rejects.toThrow(`--out ${at}: holds earlier results`);
  });

  test.skipIf(process.platform !== 'linux')('that only looks like a folder', async () => {
    await expect(checkResultFolder('/proc/x')).rejects.toThrow(
      '--out /proc/x: needs a file or folder that does not exist (/proc/.x.',
    );
  });

  test('that is a link to nothing', async () => {
    const at = join(parent, 'link');
    symlinkSync('nowhere', at);
    await expect(checkResultFolder(at)).rejects.toThrow('is a symbolic link to nothing');
  });

  test('that is a file', async () => {
    const at = join(parent, 'results');
    writeFileSync(at, '');
    await expect(checkResultFolder(at)).rejects.toThrow(`--out ${at}: is a file`);
  });

  test('that contains the current folder', async () => {
    const before = process.cwd();
    process.chdir(parent);
    try {
      await expect(checkResultFolder('.')).rejects.toThrow('--out .: contains the current folder');
    } finally {
      process.chdir(before);
    }
  });

  test('inside a file', async () => {
    writeFileSync(join(parent, 'file'), '');
    await expect(checkResultFolder(join(parent, 'file/results'))).rejects.toThrow('--out');
  });
});
