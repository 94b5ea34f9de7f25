/** Runs that end by an event, or in which the swarm dies, as a user sees them. */

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulateHere } from '@cachetorrent/simulator';
import { beforeEach, describe, expect, test } from 'vitest';

import { testEnvironment } from '../../test/test-environment.ts';
import { cli } from '../cli.ts';
import type { RunDocument } from '../results/document.ts';

/** The seed crashes before it has sent the file once. */
const DYING = `
seeds: { upload: 1 Mbit/s, crashes: { after: 2 min } }
upload: 2 Mbit/s
classes:
  - name: home
    arrivals: { at: 10 s, count: 8 }
    patience: 20 min
file: { size: 32 MiB }
network: { as: 2 }
`;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
  file = join(folder, 'dying.yaml');
  writeFileSync(file, DYING);
});

async function run(...args: readonly string[]) {
  const environment = testEnvironment({
    simulate: (swarm, { seed, timelineMs }) =>
      Promise.resolve(
        simulateHere(swarm, { seed, ...(timelineMs === undefined ? {} : { timelineMs }) }),
      ),
  });
  const exitCode = await cli(['run', file, '--quiet', ...args], environment);
  return { exitCode, ...environment.output };
}

describe('the death of a swarm is a result', () => {
  test('of a run until all are complete', async () => {
    const { exitCode, out } = await run();
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^end +the last copy of a piece had gone, at 1\d\d\.\d s$/m);
    expect(out).toMatch(
      /^the swarm died +at 1\d\d\.\d s: nobody held \d+ pieces \(.+\); 8 peers left$/m,
    );
  });

  test('of a run with a time, which goes on', async () => {
    const { exitCode, out } = await run('--set', 'until=1 h', '--json');
    expect(exitCode).toBe(0);
    const { result } = JSON.parse(out) as RunDocument;
    expect(result.end).toEqual({ reason: 'time', atMs: 3_600_000 });
    expect(result.death!.pieces.length).toBeGreaterThan(10);
    expect(result.death!.peers).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(result.churn).toMatchObject({ arrivals: 9, aborted: 8, crashed: 1, leechersAtEnd: 0 });
  });

  test('which may be the event that ends it', async () => {
    const results = join(folder, 'results');
    const fields = ['--set', 'until.time=1 h', '--set', 'until.event=died'];
    const { exitCode, out } = await run(...fields, '--out', results);
    expect(exitCode).toBe(0);
    expect(out).toContain('the last copy of a piece had gone');
    const { config, result } = JSON.parse(
      readFileSync(join(results, 'run.json'), 'utf8'),
    ) as RunDocument;
    expect(config.until).toEqual({ time: 3_600_000, event: 'died' });
    expect(result.end!.reason).toBe('died');
    expect(readFileSync(join(results, 'peers.csv'), 'utf8').trim().split('\n')).toHaveLength(10);
  });
});

test('the end of a run may be set field by field, in any order', async () => {
  const fields = ['--set', 'until.event=empty', '--set', 'until=1 h', '--set', 'warmUp=5 min'];
  const { exitCode, out } = await run(...fields, '--json');
  expect(exitCode).toBe(0);
  const { config, result } = JSON.parse(out) as RunDocument;
  expect(config).toMatchObject({ until: { time: 3_600_000, event: 'empty' }, warmUp: 300_000 });
  expect(result.measuredFromMs).toBe(300_000);
  expect(result.churn!.leechersAtStart).toBe(8);
  expect(result.end!.reason).toBe('empty');
});

test.each([
  {
    text: `until: 1 h\nwarmUp: 2 h\n${DYING}`,
    problem: ':2:9: warmUp: is 7200 s, when the run has ended (3600 s)',
    fix: 'set it to an earlier time, or "until" to a later one',
  },
  {
    text: `until: { time: 1 h, event: empty }\n${DYING.replace('    patience: 20 min\n', '')}`,
    problem: ':1:28: until.event: is "empty", but peers of class "home" never leave',
    fix: 'say when they leave or crash, or choose another event',
  },
  {
    text: `until: { time: 1 h, event: completions, count: 9 }\n${DYING}`,
    problem: ':1:48: until.count: is 9, but only 8 leechers ever come',
    fix: 'set it to 8 or less',
  },
])('refused: $problem', async ({ text, problem, fix }) => {
  writeFileSync(file, text);
  const { exitCode, out, err } = await run();
  expect(exitCode).toBe(2);
  expect(out).toBe('');
  expect(err).toBe(`${file}${problem}\n  fix: ${fix}\n`);
});
