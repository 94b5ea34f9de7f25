import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ActorFailed, SwarmError, type SimulateOptions, type Swarm } from '@cachetorrent/simulator';
import { beforeEach, describe, expect, test } from 'vitest';

import { SIMULATION, TIMELINE, testEnvironment } from '../test/test-environment.ts';
import { cli } from './cli.ts';
import type { RunDocument } from './results/document.ts';
import { VERSION } from './version.ts';

const CONFIG = `{
  "outPeers": 2, "minNodes": 3, "seeds": 1, "pieceSize": 196, "pieces": 10,
  "uploads": 4, "optimistics": 1, "interval": 10000, "backlog": 10,
  "transitDomains": 1, "transitDomainSize": 4, "stubDomains": 2, "stubDomainSize": 4,
  "transferInterval": 10, "capacityNodes": [{ "number": 4, "upload": 10, "download": 20 }]
}`;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
  file = join(folder, 'small.json');
  writeFileSync(file, CONFIG);
});

describe('run', () => {
  test('prints a table of what it came to', async () => {
    const at = testEnvironment();
    expect(await cli(['run', file, '--leaders', '50', '--seed', '7'], at)).toBe(0);
    const rows = at.output.out.split('\n').map((row) => row.split(/ {2,}/));
    expect(rows[0]).toEqual([`CacheTorrent with 50 % leaders on ${file}, client rules, seed 7`]);
    expect(rows).toContainEqual(['peers', '3, of them 1 seed']);
    expect(rows).toContainEqual(['autonomous systems', '2']);
    expect(rows).toContainEqual(['', 'all leechers', '2.5 s', '2.5 s', '2.0 s', '2']);
    expect(rows).toContainEqual(['', 'leaders', '1.5 s', '1.5 s', '1.5 s', '1']);
    expect(rows).toContainEqual(['redundancy', '1.00 times that an AS imported a piece']);
    expect(rows).toContainEqual(['crossed a border', '50.0 % of the bytes']);
    expect(rows).toContainEqual(['control messages', '48']);
    expect(rows).toContainEqual(['peak memory', '123 MB']);
    expect(at.output.err).toBe('');
  });

  test('with --json prints one document, and nothing else', async () => {
    let nowMs = 1_000;
    const at = testEnvironment({ nowMs: () => (nowMs += 250) });
    expect(await cli(['run', file, '--json', '--quiet'], at)).toBe(0);
    const document = JSON.parse(at.output.out) as RunDocument;
    expect(Object.keys(document)).toEqual(['config', 'seed', 'version', 'result', 'timing']);
    expect(document).toMatchObject({ seed: 1, version: VERSION, config: { pieces: 10, rules: 'client' } });
    expect(document.result).toEqual({
      redundancy: 1, traffic: 2, interAsShare: 0.5, durationMs: 2_500,
      completion: { p50Ms: 2_500, p90Ms: 2_500, meanMs: 2_000, count: 2 },
      leaders: { p50Ms: 1_500, p90Ms: 1_500, meanMs: 1_500, count: 1 },
      followers: { p50Ms: null, p90Ms: null, meanMs: null, count: 0 },
      messages: { have: 40, request: 8, piece: 2 }, resultHash: 'abc123',
    });
    expect(document.timing).toEqual({
      wallMs: 250, workers: 2, windows: 17, peakRssBytes: 123_000_000, messagesPerSecond: 200,
    });
    expect(at.output.err).toBe('');
  });

  test('hands over what the options say', async () => {
    const asked: { swarm: Swarm; options: SimulateOptions }[] = [];
    const at = testEnvironment({ simulate: (swarm, options) => (asked.push({ swarm, options }), Promise.resolve(SIMULATION)) });
    const options = '--leaders 30 --pieces 20 --piece-size 400 --choker random --rules original --seed 5 --workers as ' +
      '--bias 10 --multi 2 --seed-choker fastest-upload --preference absolute';
    expect(await cli(['run', file, ...options.split(' ')], at)).toBe(0);
    expect(await cli(['run', file, '--workers', '3'], at)).toBe(0);
    expect(await cli(['run', file], at)).toBe(0);
    expect(asked[0]!.swarm).toMatchObject({
      leaderPercent: 30, pieces: 20, pieceBits: 400, choker: 'random', latency: { fixedMs: 50 },
      externalPercent: 10, subTorrents: 2, seedChoker: 'fastest-upload', requestPriority: 'absolute',
    });
    expect(asked.map(({ options: { seed, workers } }) => [seed, workers])).toEqual([[5, 'as'], [1, 3], [1, undefined]]);
  });

  test('with --out writes all of its files', async () => {
    const at = testEnvironment({ simulate: () => Promise.resolve({ ...SIMULATION, timeline: TIMELINE }) });
    const out = join(folder, 'results');
    expect(await cli(['run', file, '--out', out, '--json'], at)).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['cdf.csv', 'peers.csv', 'run.json', 'timeline.csv', 'traffic.csv']);
    expect(readFileSync(join(out, 'run.json'), 'utf8')).toBe(at.output.out);
  });

  test('keeps a timeline where there is a folder for it', async () => {
    const asked: SimulateOptions[] = [];
    const at = testEnvironment({ simulate: (_, options) => (asked.push(options), Promise.resolve(SIMULATION)) });
    const out = join(folder, 'results');
    for (const options of [[], ['--out', out], ['--out', out, '--timeline', '250']]) await cli(['run', file, ...options], at);
    expect(asked.map(({ timelineMs }) => timelineMs)).toEqual([undefined, 10_000, 250]);
  });

  test('with --cdf prints the distribution of times below the table', async () => {
    const at = testEnvironment();
    expect(await cli(['run', file, '--cdf'], at)).toBe(0);
    const rows = at.output.out.split('\n').map((row) => row.split(/ {2,}/));
    expect(rows).toContainEqual(['redundancy', '1.00 times that an AS imported a piece']);
    expect(rows).toContainEqual(['completed', 'all', 'leaders', 'followers']);
    expect(rows).toContainEqual(['100 %', '2.5 s', '1.5 s', '2.5 s']);
  });

  test('with --log writes what was said, as it is said', async () => {
    const log = join(folder, 'log.jsonl');
    const said = [[2.5, 3, 0, 8, -1], [17.25, 1, 2, 4, 7]] as const;
    const messages = {
      count: 2, atMs: (i: number) => said[i]![0], from: (i: number) => said[i]![1], to: (i: number) => said[i]![2],
      kind: (i: number) => said[i]![3], piece: (i: number) => said[i]![4],
    };
    const asked: SimulateOptions[] = [];
    const simulate = async (_: Swarm, options: SimulateOptions) => {
      asked.push(options);
      await options.messageLog?.onMessages(messages);
      expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(2 * asked.length);
      await options.messageLog?.onMessages(messages);
      return SIMULATION;
    };
    expect(await cli(['run', file, '--log', log, '--log-kinds', 'have, trackerReq'], testEnvironment({ simulate }))).toBe(0);
    const lines = '{"ms":2.5,"from":3,"to":0,"kind":"trackerReq"}\n{"ms":17.25,"from":1,"to":2,"kind":"have","piece":7}\n';
    expect(readFileSync(log, 'utf8')).toBe(lines + lines);
    expect(asked[0]!.messageLog!.kinds).toEqual(['have', 'trackerReq']);
  });

  test('of a run in which nothing was said, the log is empty; of one that never began, there is none', async () => {
    const log = join(folder, 'log.jsonl');
    const mistake = new SwarmError({ at: 'stubDomainSize', problem: 'is too small', fix: 'set it to 9' });
    expect(await cli(['run', file, '--log', log], testEnvironment({ simulate: () => Promise.reject(mistake) }))).toBe(2);
    expect(readdirSync(folder)).toEqual(['small.json']);
    expect(await cli(['run', file, '--log', log], testEnvironment())).toBe(0);
    expect(readFileSync(log, 'utf8')).toBe('');
  });

  test('shows progress on standard error, unless it is to be quiet', async () => {
    let nowMs = 0;
    const simulate = (_: Swarm, { onProgress }: SimulateOptions) => {
      nowMs = 6_000;
      onProgress?.({ simulatedMs: 1_000, messages: 5, peersComplete: 1, peers: 3 });
      return Promise.resolve(SIMULATION);
    };
    const loud = testEnvironment({ simulate, nowMs: () => nowMs });
    await cli(['run', file], loud);
    expect(loud.output.err).toContain('1 of 3 peers, 1 s simulated');
    const quiet = testEnvironment({ simulate, nowMs: () => nowMs });
    await cli(['run', file, '--quiet'], quiet);
    expect(quiet.output.err).toBe('');
  });

  test('warns on standard error, also when it is to be quiet', async () => {
    const simulate = (_: Swarm, { onWarning }: SimulateOptions) => {
      onWarning?.('it may never end');
      return Promise.resolve(SIMULATION);
    };
    const at = testEnvironment({ simulate });
    expect(await cli(['run', file, '--quiet', '--json'], at)).toBe(0);
    expect(at.output.err).toBe('warning: it may never end\n');
    expect(JSON.parse(at.output.out)).toMatchObject({ seed: 1 });
  });

  test('stopped by the user, says how far it was', async () => {
    const stop = new AbortController();
    const simulate = (_: Swarm, { onProgress, signal }: SimulateOptions) => {
      onProgress?.({ simulatedMs: 12_345, messages: 5, peersComplete: 1, peers: 3 });
      stop.abort();
      return Promise.reject(signal!.reason as Error);
    };
    const out = join(folder, 'results');
    const at = testEnvironment({ simulate, signal: stop.signal });
    expect(await cli(['run', file, '--out', out], at)).toBe(130);
    expect(at.output).toEqual({ out: '', err: 'stopped at 12.3 s of simulated time, with 1 of 3 peers complete\n' });
    expect(readdirSync(folder)).toEqual(['small.json']);
  });

  test('broken down, says why, and how to see it again', async () => {
    const cause = new Error('bug: no piece twice');
    const error = new ActorFailed({ actors: [3], atMs: 1234, what: 'threw', cause });
    const at = testEnvironment({ simulate: () => Promise.reject(error) });
    expect(await cli(['run', file, '--leaders', '30', '--seed', '4'], at)).toBe(1);
    expect(at.output.err).toContain('the run failed: AS 3 threw, at 1234 ms of simulated time (seed 4)\nError: bug: no piece twice');
    expect(at.output.err).toContain(`to see it again: cachetorrent run ${file} --leaders 30 --seed 4\n`);
    expect(at.output.out).toBe('');
  });
});

/** Each ends with exit code 2, one message on standard error, and nothing else. */
describe('a mistake', () => {
  test.each([
    { of: 'a file that is not there',  args: 'run none.json',                     says: 'none.json: there is no such file\n  to mend it: check the path' },
    { of: 'no file',                   args: 'run',                               says: "missing required argument 'config'" },
    { of: 'a second file',             args: 'run CONFIG other.json',             says: 'too many arguments' },
    { of: 'no such option',            args: 'run CONFIG --leader 5',             says: "unknown option '--leader'\n(Did you mean --leaders?)" },
    { of: 'no such command',           args: 'rum CONFIG',                        says: "unknown command 'rum'\n(Did you mean run?)" },
    { of: 'no workers',                args: 'run CONFIG --workers 0',            says: "'0' is invalid. Write a whole number, 1 or more, or 'as'." },
    { of: 'half a worker',             args: 'run CONFIG --workers 1.5',          says: "'1.5' is invalid. Write a whole number, 1 or more, or 'as'." },
    { of: 'leaders that are no number', args: 'run CONFIG --leaders many',        says: "'many' is invalid. Write a number." },
    { of: 'too many leaders',          args: 'run CONFIG --leaders 101',          says: '--leaders: is 101, more than can be\n  to mend it: set it to a number from 0 to 100' },
    { of: 'negative leaders',          args: 'run CONFIG --leaders -5',           says: '--leaders: is -5, but it is a share in percent' },
    { of: 'no pieces',                 args: 'run CONFIG --pieces 0',             says: '--pieces: is 0, but there would be nothing to download' },
    { of: 'half a bit',                args: 'run CONFIG --piece-size 0.5',       says: '--piece-size: is 0.5' },
    { of: 'no such choker',            args: 'run CONFIG --choker fair',          says: "'fair' is invalid. Allowed choices are tit-for-tat, random." },
    { of: 'too much bias',             args: 'run CONFIG --bias 101',              says: '--bias: is 101, more than can be\n  to mend it: set it to a number from 0 to 100' },
    { of: 'negative bias',             args: 'run CONFIG --bias -1',               says: '--bias: is -1, but it is a share in percent' },
    { of: 'parts without leaders',     args: 'run CONFIG --multi 2',               says: '--multi: is 2, but only CacheTorrent splits a file\n  to mend it: set leaders too' },
    { of: 'more parts than pieces',    args: 'run CONFIG --leaders 9 --multi 11',  says: '--multi: is 11, but there are only 10 pieces' },
    { of: 'half a part',               args: 'run CONFIG --leaders 9 --multi 1.5', says: '--multi: is 1.5, which is not whole' },
    { of: 'no such choker of seeds',   args: 'run CONFIG --seed-choker fair',      says: "'fair' is invalid. Allowed choices are tit-for-tat, random, fastest-upload, round-robin." },
    { of: 'no such preference',        args: 'run CONFIG --preference mine',       says: "'mine' is invalid. Allowed choices are within-rarity, absolute." },
    { of: 'a preference of no leader', args: 'run CONFIG --preference absolute',   says: '--preference: is absolute, but only the leaders of CacheTorrent have one' },
    { of: 'no such rules',             args: 'run CONFIG --rules real',           says: "'real' is invalid. Allowed choices are client, original." },
    { of: 'a negative seed',           args: 'run CONFIG --seed -1',              says: "'-1' is invalid. Write a whole number, 0 or more." },
    { of: 'a seed beyond counting',    args: 'run CONFIG --seed 9007199254740993', says: 'Write a whole number, 0 or more.' },
    { of: 'a folder that holds more',  args: 'run CONFIG --out FOLDER',           says: 'holds "small.json", which is no result' },
    { of: 'a timeline for nobody',     args: 'run CONFIG --timeline 100',          says: '--timeline: is written to a folder of results\n  to mend it: name a folder for it with --out' },
    { of: 'a timeline of no time',     args: 'run CONFIG --out new --timeline 0',  says: '--timeline: is 0, but time has to pass' },
    { of: 'a table in a document',     args: 'run CONFIG --cdf --json',            says: '--cdf: prints a table, but --json wants one document alone' },
    { of: 'a log in a folder of none', args: 'run CONFIG --log none/x.jsonl',      says: 'cannot be made, as there is no folder' },
    { of: 'a log that is a folder',    args: 'run CONFIG --log FOLDER',            says: 'is a folder\n  to mend it: name a file in it' },
    { of: 'a log that would be replaced', args: 'run CONFIG --out new --log new/log.jsonl', says: 'is in the folder of results, which is written as a whole' },
    { of: 'kinds that are not logged', args: 'run CONFIG --log-kinds have',        says: '--log-kinds: chooses what is logged, but nothing is' },
    { of: 'kinds that there are not',  args: 'run CONFIG --log x --log-kinds have,bitfield', says: 'There is no kind "bitfield". Write some of choke,unchoke,' },
    { of: 'nothing at all',            args: '',                                  says: 'Usage: cachetorrent' },
  ])('$of', async ({ args, says }) => {
    const at = testEnvironment({ simulate: () => Promise.reject(new Error('nothing is to be simulated')) });
    const given = args.split(' ').filter(Boolean).map((arg) => ({ CONFIG: file, FOLDER: folder })[arg] ?? arg);
    expect(await cli(given, at)).toBe(2);
    expect(at.output.err).toContain(says);
    expect(at.output.out).toBe('');
    expect(readdirSync(folder)).toEqual(['small.json']);
  });

  test('that only the simulator can find', async () => {
    const mistake = { at: 'stubDomainSize', problem: 'is too small', fix: 'set it to 9' };
    const at = testEnvironment({ simulate: () => Promise.reject(new SwarmError(mistake)) });
    expect(await cli(['run', file], at)).toBe(2);
    expect(at.output.err).toBe(`${file}: stubDomainSize: is too small\n  to mend it: set it to 9\n`);
  });
});

test.each([['--help', 'Usage: cachetorrent'], ['--version', VERSION]])('%s is no mistake', async (flag, says) => {
  const at = testEnvironment();
  expect(await cli([flag], at)).toBe(0);
  expect(at.output.out).toContain(says);
});
