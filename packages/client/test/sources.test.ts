/** Where `get` and `seed` take a torrent and its peers from, and what they refuse at once. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBencode } from '@cachetorrent/protocol/wire';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { addClientCommands, ClientError } from '../src/commands/index.ts';
import { makeTorrent } from '../src/index.ts';

const HOST = ['--host', '127.0.0.1'];
const TRACKER = ['--tracker', 'udp://127.0.0.1:1'];

let folder: string;
let server: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sources-'));
  await mkdir(join(folder, 'seed'));
  await writeFile(join(folder, 'seed', 'film'), Buffer.alloc(100_000, 'film'));
});
afterEach(async () => {
  server?.close();
  server?.closeAllConnections();
  server = undefined;
  await rm(folder, { recursive: true });
});

/** Starts a command; `stop` ends it as Ctrl-C does, and waits for it. */
function start(...args: string[]) {
  const written = { out: '', err: '' };
  const stopping = new AbortController();
  const stdout = { write: (text: string) => void (written.out += text) };
  const stderr = { write: (text: string) => void (written.err += text) };
  const program = new Command('client').exitOverride();
  program.configureOutput({ writeOut: stdout.write, writeErr: stderr.write });
  addClientCommands(program, { stdout, stderr, signal: stopping.signal });
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  const ended = program.parseAsync(args, { from: 'user' });
  ended.catch(() => {});
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended;
  };
  return { written, ended, stop };
}

/** Writes a torrent with these fields beside its info, and returns its path. */
async function torrentWith(fields: object): Promise<string> {
  const info = { name: 'n', 'piece length': 16_384, pieces: new Uint8Array(20), length: 9 };
  const path = join(folder, 'a.torrent');
  await writeFile(path, encodeBencode({ info, ...fields } as never));
  return path;
}

test('a torrent is fetched from a URL, seeded and downloaded', async () => {
  const torrent = await makeTorrent(join(folder, 'seed', 'film'), { trackers: [] });
  server = createServer((_, response) => response.end(torrent)).listen(0, '127.0.0.1');
  await vi.waitFor(() => expect(server!.listening).toBe(true));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/film.torrent?key=1`;
  const seed = start('seed', url, '--folder', join(folder, 'seed'), ...HOST);
  await vi.waitFor(() => expect(seed.written.err).toContain('Listening at'));
  const [endpoint] = /127\.0\.0\.1:\d+/.exec(seed.written.err)!;
  const get = start('get', url, '--out', join(folder, 'got'), '--peer', endpoint!, ...HOST);
  await get.ended;
  expect(get.written.out).toMatch(/^film: 100 kB in /);
  expect(await readFile(join(folder, 'got', 'film'), 'utf8')).toBe('film'.repeat(25_000));
  await seed.stop();
});

describe('what is not supported ends the command at once', () => {
  const WSS = 'wss://t.example';
  test.each([
    ['get', 'magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a', 'a magnet link'],
    ['seed', 'magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a', 'a magnet link'],
    ['get', 'c12fe1c06bba254a9dc9f519b335aa7c1367a88a', 'an info hash'],
    ['get', 'ftp://h.example/a.torrent', 'a URL of "ftp"'],
  ])('%s %s', async (command, source, kind) => {
    const { ended } = start(command, source, ...HOST);
    await expect(ended).rejects.toBeInstanceOf(ClientError);
    await expect(ended).rejects.toThrow(`${source}: is ${kind}`);
  });

  test.each([
    { fields: { 'url-list': 'http://w/n' }, only: 'web seeds (BEP 19)' },
    { fields: { announce: WSS }, only: `trackers with other protocols than HTTP and UDP (${WSS})` },
    {
      fields: { announce: WSS, 'url-list': 'http://w/n' },
      only: `trackers with other protocols than HTTP and UDP (${WSS}) and web seeds (BEP 19)`,
    },
  ])('get with only $only', async ({ fields, only }) => {
    const path = await torrentWith(fields);
    await expect(start('get', path, '--out', folder, ...HOST).ended).rejects.toThrow(
      `${path}: has only ${only}, which are not supported\n  fix: name a tracker`,
    );
  });

  test.each(['ws://127.0.0.1:1', 'udp:127.0.0.1:1', 'udp://127.0.0.1/announce', 'http://['])(
    '--tracker %s',
    async (url) => {
      const { ended, written } = start('get', 'a.torrent', '--tracker', url);
      await expect(ended).rejects.toMatchObject({ code: 'commander.invalidArgument' });
      expect(written.err).toMatch(/Write the (URL|port)/);
    },
  );
});

test('web seeds are mentioned beside what is supported', async () => {
  const path = await torrentWith({ 'url-list': ['http://w/1', 'http://w/2'] });
  const get = start('get', path, '--out', folder, ...HOST, ...TRACKER);
  await vi.waitFor(() => expect(get.written.err).toContain('0 % of 9 B'));
  expect(get.written.err).toContain(
    'note: its 2 web seeds are not used: web seeds (BEP 19) are not supported\n',
  );
  await expect(get.stop()).rejects.toThrow('stopped after 0 B');
});
