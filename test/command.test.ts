/** The command as a process: its output and exit codes, and how it reacts to signals. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunDocument } from '@cachetorrent/runner';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMMAND = join(ROOT, 'packages/runner/bin/cachetorrent.js');
const SMALL = join(ROOT, 'examples/configs/small.json');
/** A run of several minutes. */
const LONG = [join(ROOT, 'examples/configs/medium.json'), '--pieces', '10000'];

interface CommandOutput {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe('the command', () => {
  test('ends with 0, and prints only the document with --json', async () => {
    const { code, out, err } = await runToEnd(
      start('run', SMALL, '--json', '--quiet', '--leaders', '50'),
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { config, result, timing } = JSON.parse(out) as RunDocument;
    expect(config.cache.leaders).toBe(50);
    expect(result.completion.count).toBe(19);
    expect(result.resultHash).toMatch(/^[0-9a-f]{64}$/);
    expect(timing.peakRssBytes).toBeGreaterThan(20e6);
  });

  test('writes the document that it prints, and repeats its result', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'cachetorrent-')), 'a');
    const first = await runToEnd(start('run', SMALL, '--json', '--out', folder, '--seed', '5'));
    expect(first.code).toBe(0);
    const written = readFileSync(join(folder, 'run.json'), 'utf8');
    expect(written).toBe(first.out);
    expect(readFileSync(join(folder, 'peers.csv'), 'utf8').trim().split('\n')).toHaveLength(21);
    expect(readFileSync(join(folder, 'traffic.csv'), 'utf8').trim().split('\n')).toHaveLength(5);

    const again = await runToEnd(start('run', SMALL, '--json', '--seed', '5', '--workers', '1'));
    // Traffic between AS is metered for `borders.csv`, which changes nothing else.
    const { borders, ...result } = (JSON.parse(written) as RunDocument).result;
    expect(borders!.links.length).toBeGreaterThan(0);
    expect((JSON.parse(again.out) as RunDocument).result).toEqual(result);
  });

  test.each([
    { what: 'a missing file', args: ['run', 'none.json'], says: 'there is no such file' },
    { what: 'an invalid option', args: ['run', SMALL, '--workers', '0'], says: 'or more' },
    { what: 'an invalid swarm', args: ['run', SMALL, '--pieces', '0'], says: '--pieces: is 0' },
  ])('ends with 2 on $what, and prints nothing', async ({ args, says }) => {
    const { code, out, err } = await runToEnd(start(...args));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(says);
  });
});

describe('a long run', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    'stops within a second of %s, reports its progress, and ends with %d',
    async (signal, expected) => {
      const parent = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
      const run = start('run', ...LONG, '--out', join(parent, 'results'));
      const end = runToEnd(run);
      // It reports progress while it simulates.
      await written(run, 'simulated');
      const before = performance.now();
      run.kill(signal);
      const { code, out, err } = await end;
      expect(performance.now() - before).toBeLessThan(1_500);
      expect({ code, out }).toEqual({ code: expected, out: '' });
      expect(err).toMatch(/stopped at [\d.]+ s of simulated time, with \d+ of 700 peers complete/);
      expect(readdirSync(parent)).toEqual([]);
    },
  );

  test('that is killed leaves no files', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
    const run = start('run', ...LONG, '--out', join(parent, 'results'));
    const end = runToEnd(run);
    await written(run, 'simulated');
    run.kill('SIGKILL');
    await end;
    expect(readdirSync(parent)).toEqual([]);
  });
});

describe('a command that computes without looking up', () => {
  const lines = (count: number, line: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => line(i)).join('');
  // Each takes far longer than the limit.
  test.each([
    {
      doing: 'checks a large configuration',
      args: ['run', 'FILE', '--plan'],
      text: () =>
        `file: { pieces: 9 }\nclasses:\n${lines(500_000, (i) => `  - { name: c${i}, count: 1 }\n`)}`,
    },
    {
      doing: 'plans a large campaign',
      args: ['sweep', 'FILE', '--dry-run', '--store', 'none'],
      text: () =>
        `name: e\nbase: ${SMALL}\nvary: { leaders: { from: 1, to: 90, step: 0.0002 } }\nrepeat: 2\n`,
    },
  ])('stops within a second while it $doing', { timeout: 60_000 }, async ({ args, text }) => {
    const file = join(mkdtempSync(join(tmpdir(), 'cachetorrent-')), 'file.yaml');
    execFileSync('mkfifo', [file]);
    const run = start(...args.map((arg) => (arg === 'FILE' ? file : arg)));
    const end = runToEnd(run);
    // Ends when the command has read everything.
    await writeFile(file, text());
    await sleep(300);
    const before = performance.now();
    run.kill('SIGTERM');
    expect(await end).toEqual({
      code: 143,
      out: '',
      err: 'stopped before the command had finished\n',
    });
    // The rest is for a busy machine.
    expect(performance.now() - before).toBeLessThan(3_000);
  });
});

describe.skipIf(process.platform !== 'linux')('trouble is reported without a stack', () => {
  test('a full disk under standard output', async () => {
    const full = openSync('/dev/full', 'w');
    const run = spawn(process.execPath, [COMMAND, 'run', SMALL, '--quiet'], {
      stdio: ['ignore', full, 'pipe'],
    });
    const { code, err } = await runToEnd(run);
    expect({ code, err }).toEqual({
      code: 1,
      err: 'standard output: is on a full disk\n  fix: free some space and run the same command again\n',
    });
  });

  test('a current folder that has been deleted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
    const script = 'cd "$1"; rmdir "$1"; exec "$2" "$3" run x.json';
    const args = ['-c', script, 'sh', folder, process.execPath, COMMAND];
    const { code, err } = await runToEnd(spawn('sh', args, { stdio: ['ignore', 'pipe', 'pipe'] }));
    expect({ code, err }).toEqual({
      code: 1,
      err: 'the current folder: does not exist any more\n  fix: change to a folder that exists\n',
    });
  });

  test('a log on a full disk', async () => {
    const { code, err } = await runToEnd(start('run', SMALL, '--quiet', '--log', '/dev/full'));
    expect(code).toBe(1);
    expect(err).toBe(
      '--log /dev/full: is on a full disk\n  fix: free some space and run the same command again\n',
    );
  });
});

test('results are written though the reader of standard output has left', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'cachetorrent-')), 'results');
  const run = start('run', SMALL, '--quiet', '--out', folder);
  run.stdout!.destroy();
  await new Promise((resolve) => run.on('close', resolve));
  expect(readdirSync(folder)).toContain('run.json');
});

describe('the starter', () => {
  // As a Node without `process.execve`, which starts a child process.
  const withoutExecve = ['--import', 'data:text/javascript,process.execve=undefined'];

  test.each(['SIGHUP', 'SIGTERM'] as const)('passes %s on to a child process', async (signal) => {
    const run = spawn(process.execPath, [...withoutExecve, COMMAND, 'run', ...LONG], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const end = runToEnd(run);
    await written(run, 'simulated');
    run.kill(signal);
    const { code, err } = await end;
    expect(code).toBe(128 + constants.signals[signal]);
    expect(err).toContain('stopped at');
  });

  test.each([
    { with: 'execve', options: [] },
    { with: 'a child process', options: withoutExecve },
  ])('takes another Node if that of the workspace cannot run ($with)', async ({ options }) => {
    const root = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
    const runner = join(root, 'packages/runner');
    mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
    mkdirSync(runner, { recursive: true });
    writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(runner, 'tsconfig.json'), '{}');
    symlinkSync(join(ROOT, 'packages/runner/src'), join(runner, 'src'));
    cpSync(dirname(COMMAND), join(runner, 'bin'), { recursive: true });
    // What a shell makes of a program whose loader is missing.
    writeFileSync(join(root, 'node_modules/.bin/node'), '#!/no/such/loader\n', { mode: 0o755 });
    const args = [...options, join(runner, 'bin/cachetorrent.js'), '--version'];
    const { code, out, err } = await runToEnd(
      spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    expect({ code, out, err }).toEqual({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      err: '',
    });
  });
});

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

function runToEnd(run: ChildProcess): Promise<CommandOutput> {
  let out = '';
  let err = '';
  run.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  run.stderr!.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve, reject) => {
    run.on('error', reject).on('close', (code) => resolve({ code, out, err }));
  });
}

/** Resolves when the command has written `word` to `stderr`. */
function written(run: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve) => {
    run.stderr!.on('data', (text: string) => text.includes(word) && resolve());
  });
}
