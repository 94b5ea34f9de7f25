/** The command as a process: its output and exit codes, and how it reacts to signals. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    const { result } = JSON.parse(written) as RunDocument;
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

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

function runToEnd(run: ChildProcess): Promise<CommandOutput> {
  let out = '';
  let err = '';
  run.stdout!.setEncoding('utf8').on('data', (text: string) => (out += text));
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
