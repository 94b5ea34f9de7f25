/**
 * Real processes on loopback: a tracker, a seed and downloads in two autonomous systems. The leader
 * of one is killed in the middle of its download, and its followers finish through another, with
 * every byte, and without downloading much twice.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client, type ClientStatus, parseTorrentFile } from '@cachetorrent/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const COMMAND = fileURLToPath(new URL('../packages/client/test/command.ts', import.meta.url));
const FILE_BYTES = 6 * 2 ** 20;
const PIECE_BYTES = 2 ** 16;
/** The seed takes 6 s to upload the file once. */
const SEED_KB_PER_S = 1_000;
const TIMEOUT_MS = 90_000;

let folder = '';
let processes: ChildProcess[] = [];
let clients: Client[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leader-crash-'));
  [processes, clients] = [[], []];
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.stop()));
  for (const child of processes) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** Starts a command of the client; returns the process, and its first line of output. */
async function start(command: string): Promise<{ child: ChildProcess; line: string }> {
  const args = command.split(' ');
  const child = spawn(process.execPath, ['--conditions=cachetorrent-source', COMMAND, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  processes.push(child);
  const lines = createInterface({ input: args[0] === 'get' ? child.stderr! : child.stdout! });
  const [line] = (await once(lines, 'line')) as [string];
  child.stdout!.resume();
  child.stderr!.resume();
  return { child, line };
}

/** Starts a download in this process, whose progress can be seen. */
async function follower(host: string, capacity: number): Promise<Client> {
  const own = join(folder, host);
  await mkdir(own);
  const torrent = await parseTorrentFile(await readFile(join(folder, 'file.torrent')), 'file');
  const client = new Client({
    torrent,
    folder: own,
    host,
    candidacy: { uploadBytesPerS: capacity, downloadBytesPerS: capacity },
  });
  clients.push(client);
  await client.start();
  return client;
}

async function until(what: string, isTrue: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(isTrue(), what).toBe(true), { timeout: 40_000, interval: 50 });
}

test.each([
  { leaders: 1, rule: 'which the tracker elects when they report it' },
  { leaders: 2, rule: 'which they know' },
])(
  'the leader is killed, and its followers finish through another, $rule',
  async ({ leaders }) => {
    await writeFile(join(folder, 'prefixes'), '127.1.0.0/16 64512\n127.2.0.0/16 64513\n');
    const prefixes = join(folder, 'prefixes');
    // Nobody learns by a regular announce what has happened: the interval is an hour.
    const elections = `--leaders 1 --min-leaders ${leaders} --min-peers 5 --interval 3600`;
    const { line: url } = await start(
      `track --host 127.0.0.1 --port 0 --prefix-to-as ${prefixes} ${elections}`,
    );
    const file = join(folder, 'file');
    const content = randomBytes(FILE_BYTES);
    await writeFile(file, content);
    const pieces = `--piece-bytes ${PIECE_BYTES} --limit ${SEED_KB_PER_S}`;
    await start(`seed ${file} --tracker ${url} --host 127.1.0.1 ${pieces}`);
    // The best candidate of its AS: it leads.
    const own = join(folder, 'leader');
    const { child: leader } = await start(
      `get ${file}.torrent --out ${own} --stay --host 127.2.0.1 --up 9000 --down 9000`,
    );
    const followers: Client[] = [];
    for (let n = 2; n <= 4; n++) followers.push(await follower(`127.2.0.${n}`, 100_000 * (9 - n)));
    const statuses = (): ClientStatus[] => followers.map(({ status }) => status);
    const leads = (): number => statuses().filter(({ role }) => role === 'leader').length;
    await until('their pieces come through the leader', () =>
      statuses().every(({ role, pieces }) => role !== 'peer' && pieces > 20),
    );
    expect(leads()).toBe(leaders - 1);
    expect(statuses().every(({ leftBytes }) => leftBytes > FILE_BYTES / 4)).toBe(true);

    leader.kill('SIGKILL');
    await Promise.all(followers.map(({ completed }) => completed));
    expect(leads(), 'another leads').toBeGreaterThanOrEqual(1);
    for (const { status } of followers) {
      // Blocks that were under way when the leader died, and of the endgame.
      expect(status.wastedBytes).toBeLessThan(FILE_BYTES / 20);
      expect(status.receivedBytes - status.wastedBytes).toBe(FILE_BYTES);
    }
    for (const host of ['127.2.0.2', '127.2.0.3', '127.2.0.4']) {
      expect((await readFile(join(folder, host, 'file'))).equals(content)).toBe(true);
    }
    // Followers do not download from outside: the AS gets few copies, although its leader has died.
    const imported = statuses().reduce((sum, { importedBytes }) => sum + importedBytes, 0);
    expect(imported / FILE_BYTES).toBeLessThan(1.2);
  },
  TIMEOUT_MS,
);
