/** `cachetorrent run --record`: the recording is in the folder of the results, whatever happens. */

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { SwarmState } from '@cachetorrent/recording';
import { simulate } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { cli } from '../src/cli.ts';
import { EXIT_CODE } from '../src/exit-code.ts';
import { readRecording } from '../src/results/recording-file.ts';
import { VERSION } from '../src/version.ts';
import { inFolder } from './campaigns.ts';
import { startProcess } from './child-process.ts';
import { COMMAND, waitUntil } from './queue.ts';
import { HAS_SMALL_DISKS, SmallDisk } from './small-disk.ts';
import { testEnvironment } from './test-environment.ts';

const TIMEOUT_MS = 60_000;
const RESULTS = ['borders.csv', 'cdf.csv', 'peers.csv', 'run.json', 'timeline.csv', 'traffic.csv'];

async function run(...args: readonly string[]) {
  const environment = testEnvironment({ simulate });
  const code = await cli(['run', ...args, '--quiet'], environment);
  return { code, ...environment.output };
}

/** A swarm of 30 peers; the time of its run grows with the pieces. */
function configIn(folder: string, pieces = 20): string {
  const file = join(folder, 'swarm.json');
  const network = { as: 4 };
  writeFileSync(file, JSON.stringify({ peers: 30, file: { pieces }, network }));
  return file;
}

/** The frames of a recording, and whether it has an end. */
async function readAll(path: string) {
  const recording = await readRecording(path);
  const state = new SwarmState(recording.header);
  let toMs = 0;
  for await (const frame of recording.frames()) {
    frame.cursor().advance(state);
    ({ toMs } = frame);
  }
  return { recording, state, toMs };
}

test('the recording is beside the other results, and agrees with them', () =>
  inFolder(async (folder) => {
    const out = join(folder, 'deep', 'out');
    expect((await run(configIn(folder), '--out', out, '--record')).code).toBe(0);
    expect(readdirSync(out).sort()).toEqual([...RESULTS, 'recording.ctr'].sort());
    const { recording, state } = await readAll(join(out, 'recording.ctr'));
    const document = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as {
      readonly result: { readonly resultHash: string; readonly redundancy: number };
      readonly config: unknown;
    };
    expect(recording.isComplete).toBe(true);
    expect(recording.end?.resultHash).toBe(document.result.resultHash);
    expect(recording.header).toMatchObject({
      program: `CacheTorrent ${VERSION}`,
      configuration: document.config,
      frameMs: 2_000,
    });
    expect(state.redundancy).toBe(document.result.redundancy);
    expect(statSync(join(out, 'recording.ctr')).nlink).toBe(1);
  }));

test.each([
  {
    rule: 'needs a folder',
    args: () => ['--record'],
    err: '--record: has no effect without --out\n  fix: add --out <folder>',
  },
  {
    rule: 'does not replace earlier results',
    args: (folder: string) => {
      mkdirSync(join(folder, 'out'));
      writeFileSync(join(folder, 'out', 'recording.ctr'), 'earlier');
      return ['--record', '--out', join(folder, 'out')];
    },
    err: 'holds earlier results\n  fix: name another folder, or replace them with --force',
  },
])('a recording $rule', ({ args, err }) =>
  inFolder(async (folder) => {
    const ended = await run(configIn(folder), ...args(folder));
    expect(ended.code).toBe(EXIT_CODE.userError);
    expect(ended.err).toContain(err);
  }),
);

test('with --force, a recording takes the place of all earlier results', () =>
  inFolder(async (folder) => {
    const [config, out] = [configIn(folder), join(folder, 'out')];
    await run(config, '--out', out, '--record');
    const first = readFileSync(join(out, 'recording.ctr'));
    await run(config, '--out', out, '--record', '--force', '--seed', '2');
    expect(readdirSync(out).sort()).toEqual([...RESULTS, 'recording.ctr'].sort());
    expect((await readAll(join(out, 'recording.ctr'))).recording.header.seed).toBe(2);
    await run(config, '--out', out, '--record', '--force');
    expect(readFileSync(join(out, 'recording.ctr')).equals(first)).toBe(true);
    await run(config, '--out', out, '--force');
    expect(readdirSync(out).sort()).toEqual(RESULTS);
  }));

describe.each(['SIGKILL', 'SIGINT'] as const)('a run that %s ends', (signal) => {
  test(
    'leaves a recording that opens',
    () =>
      inFolder(async (folder) => {
        const out = join(folder, 'out');
        const args = ['run', configIn(folder, 4_000), '--out', out, '--record', '--quiet'];
        const child = startProcess(process.execPath, [COMMAND, ...args], { stderr: 'pipe' });
        const path = join(out, 'recording.ctr');
        await waitUntil(() => existsSync(path) && statSync(path).size > 50_000);
        child.kill(signal);
        await child.exited;
        expect(readdirSync(out)).toEqual(['recording.ctr']);
        const { recording, state, toMs } = await readAll(path);
        expect(recording.isComplete).toBe(false);
        expect(recording.wholeBytes).toBeGreaterThan(40_000);
        expect(toMs).toBeGreaterThan(10_000);
        expect(state.totals.piecesHeld).toBeGreaterThan(4_000);
      }),
    TIMEOUT_MS,
  );
});

test.skipIf(!HAS_SMALL_DISKS)(
  'a full disk ends the run, and leaves what there is',
  () =>
    inFolder((folder) =>
      SmallDisk.with(40_000, async (disk) => {
        const out = join(disk.folder, 'out');
        const { code, err } = await run(configIn(folder, 200), '--out', out, '--record');
        expect(code).toBe(EXIT_CODE.failure);
        expect(err).toContain(`--record in ${out}: is on a full disk`);
        const { recording, toMs } = await readAll(join(out, 'recording.ctr'));
        expect(recording.isComplete).toBe(false);
        expect(toMs).toBeGreaterThan(0);
      }),
    ),
  TIMEOUT_MS,
);

test.each([
  { what: 'a file that is none', path: 'swarm.json', error: 'is no recording' },
  { what: 'no file', path: 'missing.ctr', error: 'needs a file or folder that does not exist' },
  { what: 'a folder', path: '.', error: 'has a folder where a file is needed' },
])('$what cannot be read', ({ path, error }) =>
  inFolder(async (folder) => {
    configIn(folder);
    await expect(readRecording(join(folder, path))).rejects.toThrow(error);
  }),
);
