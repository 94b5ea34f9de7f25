/** The commands `seed` and `get`: what they refuse, what they overwrite, and how they stop. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { addClientCommands } from '../src/commands/index.ts';
import { encodeBencode } from '@cachetorrent/protocol/wire';

const HOST = ['--host', '127.0.0.1'];

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seed-'));
  await mkdir(join(folder, 'film'));
  await writeFile(join(folder, 'film', 'a'), Buffer.alloc(40_000, 'a'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs a command until it ends, or until it serves; returns what it has written, or its error. */
async function run(...args: string[]): Promise<{ out: string; err: string; error: string }> {
  const stop = new AbortController();
  const written = { out: '', err: '', error: '' };
  const program = new Command('client').exitOverride();
  const ended = runCommand(program, args, stop, written);
  let isOver = false;
  void ended.finally(() => {
    isOver = true;
  });
  // Without a tracker, both commands say where they listen.
  await vi.waitFor(() => expect(isOver || written.err.includes('Listening')).toBe(true), 20_000);
  stop.abort();
  await ended;
  return written;
}

async function runCommand(
  program: Command,
  args: readonly string[],
  stop: AbortController,
  written: { out: string; err: string; error: string },
): Promise<void> {
  const stdout = { write: (text: string) => void (written.out += text) };
  const stderr = { write: (text: string) => void (written.err += text) };
  program.configureOutput({ writeOut: stdout.write, writeErr: stderr.write });
  addClientCommands(program, { stdout, stderr, signal: stop.signal });
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  await program.parseAsync(args, { from: 'user' }).catch((error: Error) => {
    written.error = `${error.name}: ${error.message.replaceAll(folder, '')}`;
  });
}

const path = (...parts: string[]): string => join(folder, ...parts);

describe('seed', () => {
  test('writes the torrent of a folder, and says what is not in it', async () => {
    await writeFile(path('film', '.hidden'), 'x');
    await writeFile(path('film', 'Thumbs.db'), 'x');
    const { out, err } = await run('seed', `${path('film')}/.`, ...HOST);
    expect(out).toBe(`${path('film')}.torrent\n`);
    expect(err).toContain('note: not in the torrent: .hidden, Thumbs.db\n');
    expect(await readdir(folder)).toEqual(['film', 'film.torrent']);
  });

  test('does not replace what is there, except with --force', async () => {
    const at = path('film.torrent');
    await writeFile(at, 'somebody else’s');
    const { error, out } = await run('seed', path('film'), ...HOST);
    expect(error).toBe(
      'ClientError: /film.torrent: exists, and is not a torrent\n' +
        '  fix: choose another place (--out), or replace it (--force)',
    );
    expect(out).toBe('');
    expect(await readFile(at, 'utf8')).toBe('somebody else’s');
    expect((await run('seed', path('film'), '--force', ...HOST)).error).toBe('');
    expect((await readFile(at)).subarray(0, 1).toString()).toBe('d');
  });

  test.each([
    ['the file', ['film/a', '--out', 'film/a']],
    ['a file of the folder', ['film', '--out', 'film/a']],
    ['a file of the folder, by a link', ['film', '--out', 'link']],
  ])('never replaces its own content: %s', async (_, args) => {
    await symlink('film/a', path('link'));
    const paths = args.map((arg) => (arg.startsWith('--') ? arg : path(arg)));
    const { error } = await run('seed', ...paths, '--force', ...HOST);
    expect(error).toContain('is part of the content of the torrent');
    expect((await stat(path('film', 'a'))).size).toBe(40_000);
  });

  test('uses the torrent that is there if it is the same', async () => {
    await run('seed', path('film'), ...HOST);
    const before = await stat(path('film.torrent'));
    const { out, error } = await run('seed', path('film'), ...HOST);
    expect({ out, error }).toEqual({ out: `${path('film')}.torrent\n`, error: '' });
    expect((await stat(path('film.torrent'))).ino).toBe(before.ino);
  });

  test.each([
    ['of other files', ['b'], 'differs from the one that would be written'],
    ['of the same file with other content', ['a'], 'is of earlier content'],
    ['with other options', [], 'differs from the one that would be written'],
  ])('does not replace a torrent %s', async (_, changed, says) => {
    await run('seed', path('film'), ...HOST);
    const before = await readFile(path('film.torrent'));
    for (const name of changed) await writeFile(path('film', name), Buffer.alloc(40_000, 'b'));
    const options = changed.length === 0 ? ['--public'] : [];
    const { error } = await run('seed', path('film'), ...options, ...HOST);
    expect(error).toContain(`/film.torrent: exists, and ${says}\n  fix: seed it (seed`);
    expect((await readFile(path('film.torrent'))).equals(before)).toBe(true);
  });

  test('replaces the file that a link leads to, not the link; nor what is no file', async () => {
    await writeFile(path('elsewhere'), 'x');
    await symlink('elsewhere', path('film.torrent'));
    await run('seed', path('film'), '--force', ...HOST);
    expect(await readdir(folder)).toEqual(['elsewhere', 'film', 'film.torrent']);
    expect((await readFile(path('elsewhere'))).subarray(0, 1).toString()).toBe('d');
    const args = ['--out', '/dev/null', '--force', ...HOST];
    expect((await run('seed', path('film'), ...args)).error).toContain(
      '/dev/null: exists, and is not a file\n  fix: choose another place (--out)',
    );
  });

  test('removes what an interrupted process has left, and nothing else', async () => {
    const ended = spawnSync(process.execPath, ['--version']).pid;
    const names = [`.torrent.new-${ended}`, `.torrent.new-${process.ppid}`, '.torrent.new-x'];
    for (const name of names) await writeFile(path(name), '');
    await run('seed', path('film'), ...HOST);
    expect(await readdir(folder)).toEqual([...names.slice(1), 'film', 'film.torrent'].sort());
  });

  test.each([
    ['an empty file', ['empty'], '/empty: is an empty file'],
    ['the empty path of a variable that is not set', [''], ': does not exist'],
    ['an empty path for the torrent', ['film', '--out', ''], 'Write a path'],
    ['pieces that are too large', ['film', '--piece-bytes', '268435457'], 'from 1 to 268435456'],
    ['pieces of 0 bytes', ['film', '--piece-bytes', '0'], 'from 1 to 268435456'],
    [
      'a place in no folder',
      ['film', '--out', '/nowhere/x'],
      '/nowhere: does not exist\n  fix: choose another place (--out)',
    ],
    ['a place where nothing can be written', ['film', '--out', '/proc/x.torrent'], '(--out)'],
    ['a folder for a file', ['film', '--folder', '/tmp'], '--folder: is only for a .torrent file'],
    [
      'sizes of pieces for a torrent',
      ['t.torrent', '--piece-bytes', '16384'],
      '--piece-bytes: is only for a new torrent',
    ],
  ])('refuses %s before it writes', async (_, [what, ...options], says) => {
    await writeFile(path('empty'), '');
    await writeFile(path('t.torrent'), 'x');
    const { error, out } = await run('seed', what === '' ? '' : path(what!), ...options, ...HOST);
    expect(error).toContain(says);
    expect(error).toMatch(/^(ClientError|CommanderError|InvalidArgumentError)/);
    expect(out).toBe('');
    expect(await readdir(folder)).toEqual(['empty', 'film', 't.torrent']);
  });

  test('stops while it hashes, and leaves nothing', async () => {
    await truncate(path('film', 'a'), 2 ** 40);
    const stop = new AbortController();
    const written = { out: '', err: '', error: '' };
    const args = ['seed', path('film'), '--piece-bytes', '4194304', ...HOST];
    const ended = runCommand(new Command().exitOverride(), args, stop, written);
    setTimeout(() => stop.abort(), 100);
    await ended;
    expect(written.error).toBe('Stopped: stopped before the torrent was complete');
    expect(written.out).toBe('');
    expect(await readdir(folder)).toEqual(['film']);
  });

  test('stops while it checks', async () => {
    await run('seed', path('film'), ...HOST);
    const stop = new AbortController();
    stop.abort();
    const written = { out: '', err: '', error: '' };
    await runCommand(new Command(), ['seed', path('film.torrent'), ...HOST], stop, written);
    expect(written.error).toBe('Stopped: stopped before the files were checked');
  });
});

describe('get', () => {
  test('refuses to overwrite what is not of the torrent, except with --force', async () => {
    await run('seed', path('film'), ...HOST);
    const args = ['get', path('film.torrent'), '--out', path('out'), ...HOST];
    await mkdir(path('out', 'film'), { recursive: true });
    await writeFile(path('out', 'film', 'a'), 'mine');
    expect((await run(...args)).error).toContain(
      'ClientError: /out/film/a: exists, and does not belong to this torrent\n  fix: move it',
    );
    expect(await readFile(path('out', 'film', 'a'), 'utf8')).toBe('mine');
    const forced = await run(...args, '--force');
    expect(forced.error).toContain('Stopped: stopped after 0 B of 40.0 kB');
  });

  test.each([
    ['a file', 'film/a', 'is not a folder'],
    ['a folder in a file', 'film/a/b', 'it would be in a file'],
    ['a folder in which nothing can be created', '/proc/self/x', '/proc/self'],
  ])('refuses to download into %s', async (_, out, says) => {
    await run('seed', path('film'), ...HOST);
    const { error } = await run(
      'get',
      path('film.torrent'),
      '--out',
      resolve(folder, out),
      ...HOST,
    );
    expect(error).toMatch(/^ClientError/);
    expect(error).toContain(says);
  });

  test('says which names were changed', async () => {
    const info = { name: 'a\u202eb\n', 'piece length': 16_384, pieces: 'x'.repeat(20), length: 5 };
    await writeFile(path('t.torrent'), encodeBencode({ info }));
    const { err, error } = await run('get', path('t.torrent'), '--out', path('out'), ...HOST);
    expect(err).toContain('were changed: "a\\u{202e}b\\n" is "a_b_"\n');
    expect(error).toContain('Stopped');
    expect(existsSync(path('out'))).toBe(true);
  });
});
