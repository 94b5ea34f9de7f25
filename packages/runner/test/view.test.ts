/** `cachetorrent view`: recordings and stored runs, served or saved. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { simulate } from '@cachetorrent/simulator';
import type { ViewData } from '@cachetorrent/view';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { Store } from '../src/campaign/store/store.ts';
import { cli } from '../src/cli.ts';
import type { CliEnvironment } from '../src/cli-environment.ts';
import { EXIT_CODE } from '../src/exit-code.ts';
import { fakeRecord, smallCampaign } from './campaigns.ts';
import { sweepLocally, waitUntil } from './queue.ts';
import { ask } from './requests.ts';
import { type TestEnvironment, testEnvironment } from './test-environment.ts';

// The page itself is not what is tested here, and a clone may not have built it.
vi.mock(import('../src/view/template.ts'), () => ({
  readTemplate: () => Promise.resolve('<!doctype html><title>page</title><!-- view data -->'),
}));

/** A folder with a run, `first`, its log, and a shorter one, `second`. */
let recorded: string;
beforeAll(async () => {
  recorded = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
  const config = join(recorded, 'swarm.json');
  const swarm = { peers: 20, file: { pieces: 20 }, network: { as: 3 } };
  writeFileSync(config, JSON.stringify(swarm));
  for (const [name, ...args] of [
    ['first', '--log', join(recorded, 'first.log')],
    ['second', '--seed', '2', '--set', 'file.pieces=10'],
  ]) {
    const options = ['--out', join(recorded, name!), '--record', '--quiet', ...args];
    expect(await cli(['run', config, ...options], testEnvironment({ simulate }))).toBe(0);
  }
});
afterAll(() => rmSync(recorded, { recursive: true, force: true }));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

const recordingOf = (name: string) => join(recorded, name, 'recording.ctr');

/** Executes `view` to its end. */
async function view(...args: readonly string[]) {
  const environment = testEnvironment({ simulate });
  const code = await cli(['view', ...args], environment);
  return { code, ...environment.output };
}

/** Executes `view`, and stops it when `use` has looked at the page. */
async function whileServed(
  args: readonly string[],
  use: (address: string, environment: TestEnvironment) => Promise<void>,
  changes: Partial<CliEnvironment> = {},
): Promise<void> {
  const stop = new AbortController();
  const environment = testEnvironment({ simulate, signal: stop.signal, ...changes });
  const ended = cli(['view', ...args], environment);
  try {
    const isServed = () => environment.output.out.endsWith('/\n');
    await Promise.race([waitUntil(isServed), ended]);
    expect(environment.output.err).not.toContain('fix: this is a bug');
    expect(environment.output.out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/\n$/);
    await use(environment.output.out.trim(), environment);
  } finally {
    stop.abort();
  }
  expect(await ended).toBe(EXIT_CODE.success);
}

function dataOf(page: string | Buffer): ViewData {
  const text = /id="view-data">(.*?)<\/script>/.exec(page.toString())![1]!;
  return JSON.parse(text) as ViewData;
}

/** The bytes of an element of a saved page. */
function embedded(page: string, id: string): Buffer {
  const [, text] = new RegExp(`<script type="text/plain" id="${id}">(.*?)</script>`).exec(page)!;
  return Buffer.from(text!, 'base64');
}

describe('served, a run', () => {
  test.each([
    { rule: 'in a folder', path: () => join(recorded, 'first') },
    { rule: 'in a file', path: () => recordingOf('first') },
  ])('$rule is called as the folder, and is what was recorded', ({ path }) =>
    whileServed([path()], async (address) => {
      expect(dataOf((await ask(address)).body)).toMatchObject({
        runs: [{ name: 'first', isLive: false }],
      });
      const { body } = await ask(`${address}runs/0/recording`);
      expect(body.equals(readFileSync(recordingOf('first')))).toBe(true);
      expect((await ask(`${address}runs/0/messages`)).status).toBe(404);
    }),
  );

  test('has the messages of its log', () =>
    whileServed(
      [join(recorded, 'first'), '--log', join(recorded, 'first.log')],
      async (address) => {
        const { body } = await ask(`${address}runs/0/messages?kind=have&limit=3&fromMs=2000`);
        const page = JSON.parse(body.toString()) as { messages: object[]; next: number };
        expect(page.messages).toHaveLength(3);
        expect(page.messages[0]).toMatchObject({ kind: 'have', ms: expect.any(Number) as number });
        expect(page.next).toBeGreaterThan(1_000);
      },
    ));

  test('is beside another one; only the log that is named is there', () =>
    whileServed(
      [join(recorded, 'second'), join(recorded, 'first')].concat([
        '--log',
        join(recorded, 'first.log'),
      ]),
      async (address) => {
        const { runs } = dataOf((await ask(address)).body);
        expect(runs.map(({ name }) => name)).toEqual(['second', 'first']);
        expect(runs.map(({ messages }) => messages !== undefined)).toEqual([true, false]);
      },
    ));

  test('has another name than the other', async () => {
    const other = join(folder, 'first');
    mkdirSync(other);
    copyFileSync(recordingOf('second'), join(other, 'recording.ctr'));
    const paths = [join(recorded, 'first'), other];
    await whileServed(paths, async (address) => {
      expect(dataOf((await ask(address)).body).runs.map(({ name }) => name)).toEqual(paths);
    });
    await whileServed([other, other], async (address) => {
      const names = dataOf((await ask(address)).body).runs.map(({ name }) => name);
      expect(names).toEqual(['first', 'first (2)']);
    });
  });

  test('that was cut short is shown until there, and a note says so', async () => {
    const cut = join(folder, 'cut.ctr');
    const bytes = readFileSync(recordingOf('first'));
    writeFileSync(cut, bytes.subarray(0, Math.floor(bytes.length / 2)));
    await whileServed([cut], async (address, { output }) => {
      expect(output.err).toMatch(/^note: .*cut\.ctr: the recording ends at [\d.]+ s of simulated/);
      expect(output.err).toContain('\n  fix: ');
      expect(dataOf((await ask(address)).body).runs[0]!.name).toBe('cut');
    });
  });

  test('listens at the port that is named', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const refused = await view(join(recorded, 'first'), '--port', String(port));
    expect(refused).toMatchObject({ code: EXIT_CODE.userError, out: '' });
    expect(refused.err).toContain(`--port ${port}: is in use by another program\n  fix: name an`);
    other.close();
    await once(other, 'close');
    await whileServed([join(recorded, 'first'), '--port', String(port)], (address) => {
      expect(address).toContain(`:${port}/`);
      return Promise.resolve();
    });
  });

  test('warns if others can reach it', async () => {
    const stop = new AbortController();
    const environment = testEnvironment({ signal: stop.signal });
    const ended = cli(['view', join(recorded, 'first'), '--host', '0.0.0.0'], environment);
    await waitUntil(() => environment.output.out !== '');
    stop.abort();
    expect(await ended).toBe(EXIT_CODE.success);
    expect(environment.output.err).toContain('warning: --host 0.0.0.0: anyone who can reach it');
    expect(environment.output.out).not.toContain('0.0.0.0');
  });
});

describe('--open', () => {
  test.skipIf(process.platform !== 'linux')('opens the browser of the system', async () => {
    const opener = join(folder, 'xdg-open');
    writeFileSync(opener, `#!/bin/sh\necho "$1" > '${folder}/opened'\n`);
    chmodSync(opener, 0o755);
    const env = { PATH: folder };
    const opened = () =>
      existsSync(join(folder, 'opened')) && readFileSync(join(folder, 'opened'), 'utf8');
    await whileServed(
      [join(recorded, 'first'), '--open'],
      async (address) => await waitUntil(() => opened() === `${address}\n`),
      { env },
    );
  });

  test.each([
    { rule: 'there is none', script: undefined, says: 'ENOENT' },
    { rule: 'it fails', script: '#!/bin/sh\nexit 3\n', says: 'it ended with code 3' },
  ])('says what to do if $rule, and the page goes on', async ({ script, says }) => {
    if (script !== undefined) writeFileSync(join(folder, 'xdg-open'), script, { mode: 0o755 });
    await whileServed(
      [join(recorded, 'first'), '--open'],
      async (address, { output }) => {
        await waitUntil(() => output.err.includes('note: --open: '));
        expect(output.err).toContain(says);
        expect(output.err).toContain(`\n  fix: open this address by hand: ${address}\n`);
        expect((await ask(address)).status).toBe(200);
      },
      { env: { PATH: folder } },
    );
  });
});

describe('saved, a page', () => {
  test('has the recording, byte for byte, and the log', async () => {
    const out = join(folder, 'replay.html');
    const log = join(recorded, 'first.log');
    const { code, out: printed } = await view(join(recorded, 'first'), '--log', log, '--out', out);
    expect({ code, printed }).toEqual({ code: 0, printed: `${out}\n` });
    const page = readFileSync(out, 'utf8');
    const [run] = dataOf(page).runs;
    expect(dataOf(page).presence).toBeUndefined();
    expect(run).toEqual({
      name: 'first',
      isLive: false,
      recording: { kind: 'embedded', id: 'recording-0' },
      messages: { kind: 'embedded', id: 'messages-0' },
    });
    expect(embedded(page, 'recording-0').equals(readFileSync(recordingOf('first')))).toBe(true);
    expect(gunzipSync(embedded(page, 'messages-0')).equals(readFileSync(log))).toBe(true);
  });

  test('has two runs', async () => {
    const out = join(folder, 'replay.html');
    await view(join(recorded, 'first'), join(recorded, 'second'), '--out', out);
    const page = readFileSync(out, 'utf8');
    expect(dataOf(page).runs.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(embedded(page, 'recording-1').equals(readFileSync(recordingOf('second')))).toBe(true);
  });

  test('replaces another file only with --force', async () => {
    const out = join(folder, 'replay.html');
    writeFileSync(out, 'mine');
    const refused = await view(join(recorded, 'first'), '--out', out);
    expect(refused.code).toBe(EXIT_CODE.userError);
    expect(refused.err).toContain('exists already\n  fix: name another path, or overwrite it');
    expect(readFileSync(out, 'utf8')).toBe('mine');
    expect((await view(join(recorded, 'first'), '--out', out, '--force')).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toContain('view-data');
    expect(readdirSync(folder)).toEqual(['replay.html']);
  });

  test('never replaces what it shows', async () => {
    const copy = join(folder, 'copy.ctr');
    copyFileSync(recordingOf('first'), copy);
    const { code, err } = await view(copy, '--out', copy, '--force');
    expect({ code, err }).toMatchObject({ code: EXIT_CODE.userError });
    expect(err).toContain('is what is to be shown, and would be lost');
  });

  test('has no log of more than 8 MB, compressed', async () => {
    const log = join(folder, 'large.log');
    const [message] = readFileSync(join(recorded, 'first.log'), 'utf8').split('\n', 1);
    writeFileSync(log, `${message}\n${randomBytes(9_000_000).toString('base64')}`);
    const out = join(folder, 'replay.html');
    const { code, err } = await view(join(recorded, 'first'), '--log', log, '--out', out);
    expect(code).toBe(EXIT_CODE.userError);
    expect(err).toContain('takes more than 8 MB compressed');
    expect(err).toContain('fix: log fewer kinds of messages (cachetorrent run --log-kinds)');
    expect(existsSync(out)).toBe(false);
  });
});

describe('refused, before anything is shown:', () => {
  /** Another version, and bytes that have changed: both of a header, and of a frame. */
  function altered(at: number): string {
    const path = join(folder, 'altered.ctr');
    const bytes = readFileSync(recordingOf('first'));
    bytes[at]! ^= 1;
    writeFileSync(path, bytes);
    return path;
  }

  test.each([
    {
      of: 'no recording',
      args: () => [join(recorded, 'swarm.json')],
      says: 'swarm.json, byte 0: is no recording\n  fix: ',
    },
    {
      of: 'another version',
      args: () => [altered(8)],
      says: 'byte 0: is in version 0 of the format, and this is a reader of version 1\n  fix: read it with',
    },
    {
      of: 'a damaged header',
      args: () => [altered(100)],
      says: 'is damaged: its checksum is wrong\n  fix: record the run again',
    },
    {
      of: 'a damaged frame',
      args: () => [altered((readFileSync(recordingOf('first')).length / 2) | 0)],
      says: 'is damaged: ',
    },
    {
      of: 'nothing',
      args: () => [join(folder, 'none')],
      says: 'none: does not exist\n  fix: name a folder that',
    },
    {
      of: 'a folder without a recording',
      args: () => [folder],
      says: ': has no recording.ctr\n  fix: record the run: ',
    },
    { of: 'a device', args: () => ['/dev/null'], says: '/dev/null: is no file' },
    { of: 'no run', args: () => [], says: "missing required argument 'run'" },
    {
      of: 'a log that is none',
      args: () => [join(recorded, 'first'), '--log', join(recorded, 'first', 'peers.csv')],
      says: 'is no message of a log',
    },
    {
      of: 'a log that is not there',
      args: () => [join(recorded, 'first'), '--log', join(folder, 'none')],
      says: 'needs a file or folder that does not exist',
    },
    {
      of: 'more logs than runs',
      args: () => [join(recorded, 'first'), '--log', 'a', '--log', 'b'],
      says: '--log: is there 2 times, for 1 run\n',
    },
    {
      of: 'a port that is none',
      args: () => [join(recorded, 'first'), '--port', '65536'],
      says: 'Expected an integer from 0 to 65535',
    },
    {
      of: 'an address of another machine',
      args: () => [join(recorded, 'first'), '--host', '203.0.113.7'],
      says: '--host 203.0.113.7: cannot be listened at',
    },
    {
      of: 'a port of a file',
      args: () => [join(recorded, 'first'), '--out', join(folder, 'a'), '--port', '1'],
      says: '--port: has no effect with --out',
    },
    {
      of: 'no store',
      args: () => ['a', '--store', folder],
      says: 'does not exist\n  fix: name the folder that was given to sweep',
    },
  ])('$of', async ({ args, says }) => {
    const { code, out, err } = await view(...args());
    expect({ code, out }).toEqual({ code: EXIT_CODE.userError, out: '' });
    expect(err).toContain(says);
  });
});

describe('a run of a store', () => {
  test('is simulated again, and is the same', async () => {
    const store = join(folder, 'store');
    const plan = await smallCampaign({ repeat: 2 });
    await sweepLocally(plan, store);
    const { key } = plan.runs[0]!;
    const before = readdirSync(tmpdir());
    await whileServed([key.slice(0, 9), '--store', store], async (address, { output }) => {
      expect(output.err).toContain(`simulating run ${key.slice(0, 8)} again, to record it\n`);
      const { runs } = dataOf((await ask(address)).body);
      expect(runs).toMatchObject([{ name: key.slice(0, 8), isLive: false }]);
      const { body } = await ask(`${address}runs/0/recording`);
      const { result } = (await Store.openReadOnly(store)).read(key);
      expect(body.toString('latin1')).toContain(`"resultHash":"${result.resultHash}"`);
    });
    const isOurs = (name: string) =>
      name.startsWith('cachetorrent-view-') && !before.includes(name);
    expect(readdirSync(tmpdir()).filter(isOurs)).toEqual([]);

    const refused = await view(join(folder, 'store'));
    expect(refused.err).toContain(`fix: it is a store: name one of its runs, and --store`);
    const unknown = await view('nothing', '--store', store);
    expect(unknown.err).toContain('has no run "nothing"\n  fix: name the key of a run');
    const inStore = await view(key, '--store', store, '--out', join(store, 'runs', 'a.html'));
    expect(inStore.err).toContain('is a part of the store');
  });

  test.each([
    { of: 'another result', alter: {}, says: 'has another result now: its hash is' },
    { of: 'another version', alter: { seed: 77 }, says: 'was simulated by version 0.0.0, and' },
  ])('that has $of is not shown', async ({ alter, says }) => {
    const { runs } = await smallCampaign();
    const store = await Store.open(join(folder, 'store'));
    await store.put({ ...fakeRecord(runs[0]!), ...alter });
    store.close();
    const { code, out, err } = await view(runs[0]!.key, '--store', join(folder, 'store'));
    expect({ code, out }).toEqual({ code: EXIT_CODE.userError, out: '' });
    expect(err).toContain(says);
    expect(err).toContain('\n  fix: ');
  });

  test('that several keys may mean is not guessed', async () => {
    const { runs } = await smallCampaign({ repeat: 17 });
    const store = await Store.open(join(folder, 'store'));
    for (const run of runs) await store.put(fakeRecord(run));
    store.close();
    const digits = runs.map(({ key }) => key[0]!);
    const twice = digits.find((digit, i) => digits.indexOf(digit) < i)!;
    const { code, err } = await view(twice, '--store', join(folder, 'store'));
    expect(code).toBe(EXIT_CODE.userError);
    expect(err).toMatch(/has \d+ runs that begin with "."/);
  });
});
