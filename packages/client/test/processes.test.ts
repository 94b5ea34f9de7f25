/** The commands `seed` and `get` as processes: few open files, sudden ends, and signals. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { Fixture, LOCALHOST } from './fixture.ts';

const COMMAND = fileURLToPath(new URL('command.ts', import.meta.url));
/** 300 small files, and pieces across several of them. */
const SIZES = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, 5_000 + i]));

let fixture: Fixture;
let children: ChildProcess[] = [];
beforeEach(async () => {
  fixture = await Fixture.create();
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  await fixture.cleanUp();
});

/** Starts a command in a shell, after `prelude`; what it writes to standard error is collected. */
function start(prelude: string, ...args: string[]): { child: ChildProcess; err: () => string } {
  const words = [process.execPath, '--conditions=cachetorrent-source', COMMAND, ...args];
  const line = words.map((word) => `'${word}'`).join(' ');
  const child = spawn('sh', ['-c', `${prelude} exec ${line} --host ${LOCALHOST}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let text = '';
  child.stderr!.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  return { child, err: () => text };
}

async function expectComplete(): Promise<void> {
  for (const name of Object.keys(SIZES)) {
    const [was, is] = [
      await fixture.read('seed', 'content', name),
      await fixture.read('leech', 'content', name),
    ];
    expect(is.equals(was), name).toBe(true);
  }
  expect(await readdir(join(fixture.folder, 'leech'))).toEqual(['content']);
}

test('a download of more files than the process may open is complete', async () => {
  const torrent = await fixture.torrent(SIZES, { pieceBytes: 2 ** 14 });
  const seed = await fixture.seed(torrent);
  const args = ['--out', join(fixture.folder, 'leech'), '--peer', `${LOCALHOST}:${seed.port}`];
  const get = start('ulimit -n 32;', 'get', join(fixture.folder, 'content.torrent'), ...args);
  const [code] = (await once(get.child, 'exit')) as [number];
  expect(code, get.err()).toBe(0);
  await expectComplete();
});

test('a download of small files that is killed again and again resumes each time', async () => {
  const torrent = await fixture.torrent(SIZES, { pieceBytes: 2 ** 14 });
  const seed = await fixture.seed(torrent, { uploadBytesPerS: 1_000_000 });
  const args = ['--out', join(fixture.folder, 'leech'), '--peer', `${LOCALHOST}:${seed.port}`];
  for (let kills = 0; kills < 4; kills++) {
    const before = seed.status.sentBytes;
    const get = start('', 'get', join(fixture.folder, 'content.torrent'), ...args);
    while (get.child.exitCode === null && seed.status.sentBytes < before + 2 ** 16 * kills + 1) {
      await sleep(2);
    }
    expect(get.child.exitCode, get.err()).toBeNull();
    get.child.kill('SIGKILL');
    await once(get.child, 'exit');
  }
  const last = start('', 'get', join(fixture.folder, 'content.torrent'), ...args);
  const [code] = (await once(last.child, 'exit')) as [number];
  expect(code, last.err()).toBe(0);
  await expectComplete();
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'seed ends on %s while it hashes, and leaves nothing',
  async (signal) => {
    const content = join(fixture.folder, 'content');
    await mkdir(content);
    await writeFile(join(content, 'large'), '');
    await truncate(join(content, 'large'), 2 ** 40);
    const seed = start('', 'seed', content, '--piece-bytes', '4194304');
    // The first line of the progress comes after three seconds of hashing.
    while (!seed.err().includes(' % of the files hashed') && seed.child.exitCode === null) {
      await sleep(20);
    }
    seed.child.kill(signal);
    await once(seed.child, 'exit');
    expect(seed.err()).toMatch(/^0 % of the files hashed\n(.*\n)*stopped before the torrent/);
    expect(await readdir(fixture.folder)).toEqual(['content']);
  },
);
