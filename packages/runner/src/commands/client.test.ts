/** `seed`, `get` and `track` on the command line: their output and exit codes. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { testEnvironment, type TestEnvironment } from '../../test/test-environment.ts';
import { cli } from '../cli.ts';
import { EXIT_CODE } from '../exit-code.ts';

const HOST = ['--host', '127.0.0.1'];
const CONTENT = Buffer.alloc(100_000, 'content');

let folder = '';
let file = '';
/** Commands that run until they are stopped. */
let running: { readonly ended: Promise<number>; readonly stop: AbortController }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
  file = join(folder, 'full');
  writeFileSync(file, CONTENT);
  running = [];
});
afterEach(async () => {
  for (const { ended, stop } of running.toReversed()) {
    stop.abort();
    expect(await ended).toBe(EXIT_CODE.success);
  }
  rmSync(folder, { recursive: true });
});

/** Starts a command. Returns its environment as soon as it has printed a line. */
async function start(...args: string[]): Promise<TestEnvironment> {
  const stop = new AbortController();
  const environment = testEnvironment({ signal: stop.signal });
  const ended = cli(args, environment);
  running.push({ ended, stop });
  while (!environment.output.out.includes('\n')) await sleep(10);
  return environment;
}

async function seedWithTracker(): Promise<void> {
  const tracker = (await start('track', ...HOST, '--port', '0', '--quiet')).output.out.trim();
  expect(tracker).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/announce$/);
  const seed = await start('seed', file, ...HOST, '--tracker', tracker, '--piece-bytes', '16384');
  expect(seed.output.out).toBe(`${file}.torrent\n`);
}

describe('get', () => {
  test('downloads what seed serves and track announces', async () => {
    await seedWithTracker();
    const environment = testEnvironment();
    const out = join(folder, 'out');
    expect(await cli(['get', `${file}.torrent`, ...HOST, '--out', out], environment)).toBe(
      EXIT_CODE.success,
    );
    expect(environment.output.out).toMatch(/^full: 100 kB in \d+\.\d s\n$/);
    expect(readFileSync(join(out, 'full')).equals(CONTENT)).toBe(true);
    const again = testEnvironment();
    expect(await cli(['get', `${file}.torrent`, ...HOST, '--out', out], again)).toBe(
      EXIT_CODE.success,
    );
    expect(again.output.out).toBe('full: 100 kB already complete\n');
  });

  test('has closed its files when it prints the result, which may fail', async () => {
    await seedWithTracker();
    const out = join(folder, 'out');
    const environment = testEnvironment();
    let left: string[] = [];
    const write = (): void => {
      left = readdirSync(out);
    };
    await cli(['get', `${file}.torrent`, ...HOST, '--out', out], {
      ...environment,
      stdout: { write },
    });
    expect(left).toEqual(['full']);
  });

  test('exits with 1 if the disk is full', async () => {
    await seedWithTracker();
    const environment = testEnvironment();
    expect(await cli(['get', `${file}.torrent`, ...HOST, '--out', '/dev'], environment)).toBe(
      EXIT_CODE.failure,
    );
    expect(environment.output.err).toContain(
      '/dev/full: the disk is full\n  fix: free some space and start again',
    );
  });

  test('exits with 130 if it is stopped', async () => {
    await seedWithTracker();
    const environment = testEnvironment({ signal: AbortSignal.abort() });
    const elsewhere = join(folder, 'elsewhere');
    expect(await cli(['get', `${file}.torrent`, ...HOST, '--out', elsewhere], environment)).toBe(
      EXIT_CODE.interrupted,
    );
    expect(environment.output.err).toContain(
      'stopped after 0 B of 100 kB; run the command again to resume',
    );
  });

  test('prints its address if there is no tracker', async () => {
    await start('seed', file, ...HOST, '--piece-bytes', '16384');
    const environment = testEnvironment({ signal: AbortSignal.timeout(300) });
    const args = ['get', `${file}.torrent`, ...HOST, '--out', join(folder, 'out')];
    expect(await cli(args, environment)).toBe(EXIT_CODE.interrupted);
    expect(environment.output.err).toMatch(
      /^no tracker: peers must be named \(--peer\)\. Listening at 127\.0\.0\.1:\d+\n/,
    );
  });
});

test.each([
  { of: 'a missing torrent', args: ['get', 'none.torrent'], says: 'none.torrent: cannot be read' },
  { of: 'a missing file', args: ['seed', 'none'], says: 'none: does not exist' },
  {
    of: 'an invalid address',
    args: ['get', 'a.torrent', '--peer', 'nowhere'],
    says: 'Write an address and a port',
  },
  {
    of: 'an invalid tracker URL',
    args: ['seed', 'none', '--tracker', 'nowhere'],
    says: 'Write the URL of an HTTP or UDP tracker',
  },
  ...[
    ['a URL', 'http://127.0.0.1:6881'],
    ['a name with a space', 'no host:6881'],
  ].map(([kind, peer]) => ({
    of: `${kind} in place of an address`,
    args: ['get', 'a.torrent', '--peer', peer!],
    says: 'Write an address and a port',
  })),
  {
    of: 'an empty folder name to download into',
    args: ['get', 'a.torrent', '--out', ''],
    says: 'Write a path; "." is the current folder.',
  },
  {
    of: 'a UDP tracker at port 0',
    args: ['seed', 'none', '--tracker', 'udp://127.0.0.1:0'],
    says: 'Write the port of the UDP tracker',
  },
  {
    of: 'a capacity that no whole number has',
    args: ['seed', 'none', '--up', '1e300'],
    says: 'Write a number of kB/s from 0 to 1000000000',
  },
  {
    of: 'a magnet link',
    args: ['get', 'magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a'],
    says: 'is a magnet link (BEP 9), which is not supported',
  },
  {
    of: 'an invalid port',
    args: ['track', '--port', '65536'],
    says: 'Write a whole number from 0 (a free port) to 65535',
  },
  {
    of: 'too many leaders',
    args: ['track', '--leaders', '101'],
    says: 'Write a number from 0 to 100',
  },
  {
    of: 'a missing prefix file',
    args: ['track', '--prefix-to-as', 'none.txt'],
    says: 'none.txt: cannot be read',
  },
])('$of is a user error: exit code 2', async ({ args, says }) => {
  const environment = testEnvironment();
  expect(await cli(args, environment)).toBe(EXIT_CODE.userError);
  expect(environment.output.err).toContain(says);
  expect(environment.output.out).toBe('');
});
