/** `cachetorrent run --view`: the page of a run that goes on. */

import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Recording } from '@cachetorrent/recording';
import { simulate } from '@cachetorrent/simulator';
import type { MessagePage, ViewData } from '@cachetorrent/view';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { cli } from '../src/cli.ts';
import type { CliEnvironment } from '../src/cli-environment.ts';
import { EXIT_CODE } from '../src/exit-code.ts';
import { waitUntil } from './queue.ts';
import { ask, open } from './requests.ts';
import { HAS_SMALL_DISKS, SmallDisk } from './small-disk.ts';
import { type TestEnvironment, testEnvironment } from './test-environment.ts';

// The page itself is not what is tested here, and a clone may not have built it.
vi.mock(import('../src/view/template.ts'), () => ({
  readTemplate: () => Promise.resolve('<!doctype html><title>page</title><!-- view data -->'),
}));

let folder: string;
let config: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
  config = configOf(40);
  return () => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  };
});

/** A swarm of 20 peers; the time of its run grows with the pieces. */
function configOf(pieces: number): string {
  const path = join(folder, `${pieces}.json`);
  writeFileSync(path, JSON.stringify({ peers: 20, file: { pieces }, network: { as: 3 } }));
  return path;
}

interface Running {
  readonly address: string;
  readonly environment: TestEnvironment;
  readonly ended: Promise<number>;
  readonly stop: AbortController;
}

/** Starts `run --view`, and waits for the address of its page. */
async function start(
  args: readonly string[],
  changes: Partial<CliEnvironment> = {},
): Promise<Running> {
  const stop = new AbortController();
  const environment = testEnvironment({ simulate, signal: stop.signal, ...changes });
  const ended = cli(['run', ...args, '--view', '--quiet'], environment);
  const addressIn = (text: string) => /^view {2}(\S+)\n/m.exec(text)?.[1];
  await Promise.race([waitUntil(() => addressIn(environment.output.err) !== undefined), ended]);
  const address = addressIn(environment.output.err);
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
  return { address: address!, environment, ended, stop };
}

/** A `simulate` that begins when it is told to. */
function held(): { simulate: typeof simulate; begin: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const held: typeof simulate = async (...args) => {
    await promise;
    return await simulate(...args);
  };
  return { simulate: held, begin: resolve };
}

function dataOf({ body }: { readonly body: Buffer }): ViewData {
  return JSON.parse(/id="view-data">(.*?)<\/script>/.exec(body.toString())![1]!) as ViewData;
}

/** Whether a recording has its end, and its last frame. */
async function readAll(bytes: Buffer) {
  const recording = await Recording.open(async function* source() {
    yield await Promise.resolve(bytes);
  }, 'live');
  let toMs = 0;
  for await (const frame of recording.frames()) ({ toMs } = frame);
  return { recording, toMs };
}

function resultHashIn(out: string): string {
  return /^result hash +(\w+)$/m.exec(out)![1]!;
}

const temporary = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('cachetorrent-view-'));

describe('a run that is shown', () => {
  test('is followed to its end, by viewers that come early and late, and has the same result', async () => {
    const before = temporary();
    const { simulate: later, begin } = held();
    const { address, environment, ended } = await start([config], { simulate: later });
    const viewer = await open(`${address}presence`);
    expect(dataOf(await ask(address)).runs).toEqual([
      { name: '40', isLive: true, recording: { kind: 'address', address: 'runs/0/recording' } },
    ]);
    const early = ask(`${address}runs/0/recording`);
    begin();
    await waitUntil(() => environment.output.out !== '');
    const late = await ask(`${address}runs/0/recording`);
    expect((await early).body.equals(late.body)).toBe(true);
    expect(dataOf(await ask(address)).runs[0]!.isLive).toBe(false);
    const { recording } = await readAll(late.body);
    const { output } = environment;
    expect(recording.end!.resultHash).toBe(resultHashIn(output.out));
    expect(output.err).toContain('the run has ended; the page goes on until it is closed');
    viewer.destroy();
    expect(await ended).toBe(EXIT_CODE.success);

    const plain = testEnvironment({ simulate });
    expect(await cli(['run', config, '--quiet'], plain)).toBe(EXIT_CODE.success);
    expect(resultHashIn(plain.output.out)).toBe(resultHashIn(output.out));
    expect(temporary()).toEqual(before);
  });

  test('shows the messages of its log, and keeps its recording if that is to be kept', async () => {
    const [out, log] = [join(folder, 'out'), join(folder, 'log')];
    const { address, environment, ended, stop } = await start([
      config,
      '--out',
      out,
      '--record',
      '--log',
      log,
    ]);
    await waitUntil(() => environment.output.out !== '');
    const { body } = await ask(`${address}runs/0/messages?kind=request&limit=2`);
    const page = JSON.parse(body.toString()) as MessagePage;
    expect(page.messages.map(({ kind }) => kind)).toEqual(['request', 'request']);
    const served = await ask(`${address}runs/0/recording`);
    expect(served.body.equals(readFileSync(join(out, 'recording.ctr')))).toBe(true);
    expect(readdirSync(out)).toContain('run.json');
    stop.abort();
    expect(await ended).toBe(EXIT_CODE.success);
  });

  test('waits for somebody when it has ended, until the user stops it', async () => {
    const { address, environment, ended, stop } = await start([config]);
    await waitUntil(() => environment.output.err.includes('the page can be opened until Ctrl-C\n'));
    expect(environment.output.out).toContain('result hash');
    const isOver = () => Promise.race([ended.then(() => true), sleep(300, false)]);
    expect(await isOver()).toBe(false);
    expect((await ask(address)).status).toBe(200);
    stop.abort();
    expect(await ended).toBe(EXIT_CODE.success);
  });

  test('has no messages if its log is a pipe or a device', async () => {
    const { address, stop, ended } = await start([config, '--log', '/dev/null']);
    expect(dataOf(await ask(address)).runs[0]!.messages).toBeUndefined();
    stop.abort();
    await ended;
  });

  test('goes on when its viewers go, and does not wait for one that does not read', async () => {
    const { address, environment, ended, stop } = await start([configOf(400)]);
    const gone = await open(`${address}runs/0/recording`);
    gone.destroy();
    const stuck = await open(`${address}runs/0/recording`);
    stuck.pause();
    await waitUntil(() => environment.output.out.includes('result hash'));
    stop.abort();
    expect(await ended).toBe(EXIT_CODE.success);
  }, 60_000);

  test('ends as always when the user stops it; its page keeps what there is', async () => {
    const before = temporary();
    const { address, environment, ended, stop } = await start([configOf(4_000)]);
    const response = await open(`${address}runs/0/recording`);
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    const hasAll = closed(response);
    await waitUntil(() => parts.length > 20);
    stop.abort();
    expect(await ended).toBe(EXIT_CODE.interrupted);
    expect(environment.output.err).toContain('stopped at ');
    expect(environment.output.out).toBe('');
    await hasAll;
    const { recording, toMs } = await readAll(Buffer.concat(parts));
    expect(recording.isComplete).toBe(false);
    expect(toMs).toBeGreaterThan(0);
    expect(temporary()).toEqual(before);
  }, 60_000);

  test.skipIf(!HAS_SMALL_DISKS)('goes on if there is no space to show it, and says so', () =>
    SmallDisk.with(40_000, async (disk) => {
      vi.stubEnv('TMPDIR', disk.folder);
      const { address, environment, ended, stop } = await start([configOf(200)]);
      await waitUntil(() => environment.output.out !== '');
      const { body } = await ask(`${address}runs/0/recording`);
      expect((await readAll(body)).recording.isComplete).toBe(false);
      stop.abort();
      expect(await ended).toBe(EXIT_CODE.success);
      const { out, err } = environment.output;
      expect(err).toContain('note: the page shows the run until now only, and the run goes on\n');
      expect(err).toMatch(/^temporary recording in .*: is on a full disk\n {2}fix: free some/m);
      const plain = testEnvironment({ simulate });
      await cli(['run', configOf(200), '--quiet'], plain);
      expect(resultHashIn(out)).toBe(resultHashIn(plain.output.out));
    }),
  );

  test('that fails ends as always, and leaves nothing', async () => {
    const before = temporary();
    const { ended, environment } = await start([config], {
      simulate: () => Promise.reject(new Error('out of luck')),
    });
    expect(await ended).toBe(EXIT_CODE.failure);
    expect(environment.output.err).toContain('the run failed: out of luck');
    expect(temporary()).toEqual(before);
  });
});

describe('refused, before anything is simulated:', () => {
  const mustNot = () => Promise.reject(new Error('must not simulate'));

  test.each([
    { args: ['--view', '--plan'], says: '--view: cannot be combined with --plan' },
    { args: ['--open'], says: '--open: has no effect without --view\n  fix: add --view' },
    { args: ['--view-port', '99'], says: '--view-port: has no effect without --view' },
    { args: ['--view', '--view-port', 'x'], says: 'Expected an integer from 0 to 65535' },
  ])('$args', async ({ args, says }) => {
    const environment = testEnvironment({ simulate: mustNot });
    expect(await cli(['run', config, ...args], environment)).toBe(EXIT_CODE.userError);
    expect(environment.output.err).toContain(says);
    expect(environment.output.out).toBe('');
  });

  test('no folder for temporary files', async () => {
    vi.stubEnv('TMPDIR', join(folder, 'none'));
    const environment = testEnvironment({ simulate: mustNot });
    expect(await cli(['run', config, '--view'], environment)).toBe(EXIT_CODE.userError);
    expect(environment.output.err).toMatch(/^temporary folder in .*none: .*\n {2}fix: /);
  });

  test('a port in use', async () => {
    const before = temporary();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const environment = testEnvironment({ simulate: mustNot });
    const code = await cli(['run', config, '--view', '--view-port', String(port)], environment);
    expect(code).toBe(EXIT_CODE.userError);
    expect(environment.output.err).toContain(`--view-port ${port}: is in use by another program`);
    expect(temporary()).toEqual(before);
    other.close();
  });
});

function closed(response: IncomingMessage): Promise<void> {
  return new Promise((resolve) => void response.once('close', () => resolve()));
}
