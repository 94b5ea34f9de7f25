import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ActorFailed, SwarmError, type SimulateOptions, type Swarm } from '@cachetorrent/simulator';
import { beforeEach, describe, expect, test } from 'vitest';

import {
  BORDERS,
  PROGRESS,
  RESULT,
  SIMULATION,
  TIMELINE,
  testEnvironment,
} from '../test/test-environment.ts';
import { cli } from './cli.ts';
import type { RunDocument } from './results/document.ts';
import { VERSION } from './version.ts';

const CONFIG = `{
  "peers": 3, "file": { "pieces": 10, "pieceSize": "1 KiB" },
  "upload": "10 kbit/s", "download": "20 kbit/s",
  "network": { "as": 2 }, "tracker": { "neighbours": 2 }
}`;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
  file = join(folder, 'small.json');
  writeFileSync(file, CONFIG);
});

describe('run', () => {
  test('prints a table of the results', async () => {
    const environment = testEnvironment();
    expect(await cli(['run', file, '--leaders', '50', '--seed', '7'], environment)).toBe(0);
    const rows = environment.output.out.split('\n').map((row) => row.split(/ {2,}/));
    expect(rows[0]).toEqual([`CacheTorrent with 50 % leaders on ${file}, client rules, seed 7`]);
    expect(rows).toContainEqual(['peers', '3, including 1 seed']);
    expect(rows).toContainEqual(['autonomous systems', '2']);
    expect(rows).toContainEqual(['', 'all leechers', '2.5 s', '2.5 s', '2.0 s', '2']);
    expect(rows).toContainEqual(['', 'leaders', '1.5 s', '1.5 s', '1.5 s', '1']);
    expect(rows).toContainEqual([
      'redundancy',
      '1.00 downloads of a piece into an AS from outside (mean)',
    ]);
    expect(rows).toContainEqual(['inter-AS traffic', '50.0 % of all bytes']);
    expect(rows).toContainEqual(['control messages', '48']);
    expect(rows).toContainEqual(['peak memory', '123 MB']);
    expect(environment.output.err).toBe('');
  });

  test('with --json prints one document and nothing else', async () => {
    let nowMs = 1_000;
    const environment = testEnvironment({ nowMs: () => (nowMs += 250) });
    expect(await cli(['run', file, '--json', '--quiet'], environment)).toBe(0);
    const document = JSON.parse(environment.output.out) as RunDocument;
    expect(Object.keys(document)).toEqual(['config', 'seed', 'version', 'result', 'timing']);
    expect(document).toMatchObject({
      seed: 1,
      version: VERSION,
      config: { peers: 3, file: { pieces: 10 }, client: { seedChoker: 'round-robin' } },
    });
    expect(document.result).toEqual({
      redundancy: 1,
      importsPerPiece: 1,
      measuredFromMs: 0,
      traffic: 2,
      interAsShare: 0.5,
      durationMs: 2_500,
      completion: { p50Ms: 2_500, p90Ms: 2_500, meanMs: 2_000, count: 2 },
      uploadUtilisation: 0.5,
      lastPiecesPace: null,
      leaders: { p50Ms: 1_500, p90Ms: 1_500, meanMs: 1_500, count: 1 },
      followers: { p50Ms: null, p90Ms: null, meanMs: null, count: 0 },
      classes: [
        {
          name: 'peer',
          p50Ms: 2_500,
          p90Ms: 2_500,
          meanMs: 2_000,
          count: 2,
          uploadUtilisation: 0.5,
        },
      ],
      classTraffic: [
        { from: 'seed', to: 'seed', bytes: 0, leecherBytes: 0 },
        { from: 'seed', to: 'peer', bytes: 49, leecherBytes: 0 },
        { from: 'peer', to: 'seed', bytes: 0, leecherBytes: 0 },
        { from: 'peer', to: 'peer', bytes: 24.5, leecherBytes: 12.25 },
      ],
      messages: { have: 40, request: 8, piece: 2 },
      resultHash: 'abc123',
    });
    expect(document.timing).toEqual({
      wallMs: 250,
      workers: 2,
      windows: 17,
      peakRssBytes: 123_000_000,
      messagesPerSecond: 200,
    });
    expect(environment.output.err).toBe('');
  });

  test('passes the options to the simulator', async () => {
    const calls: { swarm: Swarm; options: SimulateOptions }[] = [];
    const environment = testEnvironment({
      simulate: (swarm, options) => (calls.push({ swarm, options }), Promise.resolve(SIMULATION)),
    });
    const options =
      '--leaders 30 --pieces 20 --piece-size 50 --choker random --rules original --seed 5 --workers as ' +
      '--external-neighbours 10 --sub-torrents 2 --seed-choker fastest-upload ' +
      '--request-priority absolute --peers 4 --set upload=500kbit/s';
    expect(await cli(['run', file, ...options.split(' ')], environment)).toBe(0);
    expect(await cli(['run', file, '--workers', '3'], environment)).toBe(0);
    expect(await cli(['run', file], environment)).toBe(0);
    expect(calls[0]!.swarm).toMatchObject({
      leaderPercent: 30,
      pieces: 20,
      pieceBits: 400,
      choker: 'random',
      latency: { fixedMs: 50 },
      externalPercent: 10,
      subTorrents: 2,
      seedChoker: 'fastest-upload',
      requestPriority: 'absolute',
      classes: [
        { count: 1, uploadKbps: 500 },
        { count: 3, uploadKbps: 500 },
      ],
    });
    expect(calls.map(({ options: { seed, workers } }) => [seed, workers])).toEqual([
      [5, 2],
      [1, 2],
      [1, 1],
    ]);
  });

  test.each([
    ['--external-neighbours', '--bias 10'],
    ['--sub-torrents', '--multi 2'],
    ['--request-priority', '--preference absolute'],
  ])('takes %s by its former name, with a note', async (flag, former) => {
    const swarms: Swarm[] = [];
    const environment = testEnvironment({
      simulate: (swarm) => (swarms.push(swarm), Promise.resolve(SIMULATION)),
    });
    const [name, value] = former.split(' ');
    const run = ['run', file, '--leaders', '30', '--quiet'];
    expect(await cli([...run, name!, value!], environment)).toBe(0);
    expect(environment.output.err).toBe(`note: ${name} is now called ${flag}\n`);
    expect(await cli([...run, flag, value!], environment)).toBe(0);
    expect(await cli(run, environment)).toBe(0);
    expect(swarms[1]).toEqual(swarms[0]);
    expect(swarms[2]).not.toEqual(swarms[0]);
  });

  test('with --out writes all result files', async () => {
    const environment = testEnvironment({
      simulate: () => {
        const result = { ...RESULT, borders: BORDERS };
        return Promise.resolve({ ...SIMULATION, result, timeline: TIMELINE });
      },
    });
    const out = join(folder, 'results');
    expect(await cli(['run', file, '--out', out, '--json'], environment)).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      'borders.csv',
      'cdf.csv',
      'peers.csv',
      'run.json',
      'timeline.csv',
      'traffic.csv',
    ]);
    expect(readFileSync(join(out, 'run.json'), 'utf8')).toBe(environment.output.out);
  });

  test('records a timeline if there is a folder for it', async () => {
    const calls: SimulateOptions[] = [];
    const environment = testEnvironment({
      simulate: (_, options) => (calls.push(options), Promise.resolve(SIMULATION)),
    });
    const out = join(folder, 'results');
    for (const options of [[], ['--out', out], ['--out', out, '--timeline', '250', '--force']])
      await cli(['run', file, ...options], environment);
    expect(calls.map(({ timelineMs }) => timelineMs)).toEqual([undefined, 10_000, 250]);
    expect(calls.map(({ bordersMs }) => bordersMs)).toEqual([undefined, 300_000, 300_000]);
  });

  test('with --cdf prints the distribution of completion times below the table', async () => {
    const environment = testEnvironment();
    expect(await cli(['run', file, '--cdf'], environment)).toBe(0);
    const rows = environment.output.out.split('\n').map((row) => row.split(/ {2,}/));
    expect(rows).toContainEqual([
      'redundancy',
      '1.00 downloads of a piece into an AS from outside (mean)',
    ]);
    expect(rows).toContainEqual(['completed', 'all', 'leaders', 'followers']);
    expect(rows).toContainEqual(['100 %', '2.5 s', '1.5 s', '2.5 s']);
  });

  test('with --log writes messages during the run', async () => {
    const log = join(folder, 'log.jsonl');
    const logged = [
      [2.5, 3, 0, 'trackerReq', -1, -1, 0],
      [17.25, 1, 2, 'have', 7, -1, 0],
      [18, 2, 1, 'request', 7, 4, 2],
    ] as const;
    const messages = {
      count: 3,
      atMs: (i: number) => logged[i]![0],
      from: (i: number) => logged[i]![1],
      to: (i: number) => logged[i]![2],
      kind: (i: number) => logged[i]![3],
      piece: (i: number) => logged[i]![4],
      block: (i: number) => logged[i]![5],
      blocks: (i: number) => logged[i]![6],
    };
    const calls: SimulateOptions[] = [];
    const simulate = async (_: Swarm, options: SimulateOptions) => {
      calls.push(options);
      await options.messageLog?.onMessages(messages);
      expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(3 * calls.length);
      await options.messageLog?.onMessages(messages);
      return SIMULATION;
    };
    expect(
      await cli(
        ['run', file, '--log', log, '--log-kinds', 'have, trackerReq'],
        testEnvironment({ simulate }),
      ),
    ).toBe(0);
    const lines = `{"ms":2.5,"from":3,"to":0,"kind":"trackerReq"}
{"ms":17.25,"from":1,"to":2,"kind":"have","piece":7}
{"ms":18,"from":2,"to":1,"kind":"request","piece":7,"block":4,"blocks":2}
`;
    expect(readFileSync(log, 'utf8')).toBe(lines + lines);
    expect(calls[0]!.messageLog!.kinds).toEqual(['have', 'trackerReq']);
  });

  test('the log is empty after a run without messages, and is not created if the run does not start', async () => {
    const log = join(folder, 'log.jsonl');
    const error = new SwarmError({
      at: 'topology.stubDomainSize',
      problem: 'is too small',
      fix: 'set it to 9',
    });
    expect(
      await cli(
        ['run', file, '--log', log],
        testEnvironment({ simulate: () => Promise.reject(error) }),
      ),
    ).toBe(2);
    expect(readdirSync(folder)).toEqual(['small.json']);
    expect(await cli(['run', file, '--log', log], testEnvironment())).toBe(0);
    expect(readFileSync(log, 'utf8')).toBe('');
  });

  test('overwrites earlier results and logs only with --force', async () => {
    const log = join(folder, 'log.jsonl');
    const out = join(folder, 'results');
    const run = (...args: string[]) => cli(['run', file, '--quiet', ...args], environment);
    const environment = testEnvironment();
    writeFileSync(log, 'mine');
    expect(await run('--log', log)).toBe(2);
    expect(environment.output.err).toContain(`--log ${log}: exists already`);
    expect(readFileSync(log, 'utf8')).toBe('mine');
    expect(await run('--log', log, '--force')).toBe(0);
    expect(readFileSync(log, 'utf8')).toBe('');

    expect(await run('--out', out)).toBe(0);
    const written = readFileSync(join(out, 'run.json'), 'utf8');
    expect(await run('--out', out, '--seed', '2')).toBe(2);
    expect(environment.output.err).toContain(`--out ${out}: holds earlier results`);
    expect(readFileSync(join(out, 'run.json'), 'utf8')).toBe(written);
    expect(await run('--out', out, '--seed', '2', '--force')).toBe(0);
    expect(readFileSync(join(out, 'run.json'), 'utf8')).not.toBe(written);
  });

  test('a log onto a device overwrites nothing', async () => {
    expect(await cli(['run', file, '--quiet', '--log', '/dev/null'], testEnvironment())).toBe(0);
  });

  test('names no stack where a bug is met, except on request', async () => {
    const simulate = () => Promise.reject(new Error('a bug', { cause: new Error('deep') }));
    const short = testEnvironment({ simulate });
    expect(await cli(['run', file, '--quiet'], short)).toBe(1);
    expect(short.output.err).toContain('the run failed: a bug\nError: deep\n');
    expect(short.output.err).not.toMatch(/^\s+at /m);
    const long = testEnvironment({ simulate, env: { CACHETORRENT_DEBUG: '1' } });
    await cli(['run', file, '--quiet'], long);
    expect(long.output.err).toMatch(/^\s+at /m);
  });

  test('shows progress on standard error, except with --quiet', async () => {
    let nowMs = 0;
    const simulate = (_: Swarm, { onProgress }: SimulateOptions) => {
      nowMs = 6_000;
      onProgress?.({ ...PROGRESS, simulatedMs: 1_000 });
      return Promise.resolve(SIMULATION);
    };
    const verbose = testEnvironment({ simulate, nowMs: () => nowMs });
    await cli(['run', file], verbose);
    expect(verbose.output.err).toContain('1 of 3 peers complete, 1 s simulated');
    const quiet = testEnvironment({ simulate, nowMs: () => nowMs });
    await cli(['run', file, '--quiet'], quiet);
    expect(quiet.output.err).toBe('');
  });

  test.each([
    { phase: 'laying out', err: 'stopped while it was laying out the network of 3 peers\n' },
    {
      phase: 'connecting',
      err: 'stopped at 0.5 s of simulated time, while 3 peers were connecting\n',
    },
  ] as const)('names the phase in which the user stops it: $phase', async ({ phase, err }) => {
    const stop = new AbortController();
    const simulate = (_: Swarm, { onProgress, signal }: SimulateOptions) => {
      onProgress?.({ ...PROGRESS, phase, simulatedMs: 500 });
      stop.abort();
      return Promise.reject(signal!.reason as Error);
    };
    const environment = testEnvironment({ simulate, signal: stop.signal });
    await cli(['run', file], environment);
    expect(environment.output.err).toBe(err);
  });

  test('prints warnings on standard error, even with --quiet', async () => {
    const simulate = (_: Swarm, { onWarning }: SimulateOptions) => {
      onWarning?.('it may never end');
      return Promise.resolve(SIMULATION);
    };
    const environment = testEnvironment({ simulate });
    expect(await cli(['run', file, '--quiet', '--json'], environment)).toBe(0);
    expect(environment.output.err).toBe('warning: it may never end\n');
    expect(JSON.parse(environment.output.out)).toMatchObject({ seed: 1 });
  });

  test('says on standard error which AS had fewer leaders than asked for', async () => {
    const shortage = { as: 0, asked: 3, missing: 2, shortMs: 9, presentMs: 9 };
    const result = {
      ...SIMULATION.result,
      leaderShortages: [shortage],
      missingLeaderShare: 0.5,
    };
    const simulate = () => Promise.resolve({ ...SIMULATION, result });
    const environment = testEnvironment({ simulate });
    expect(await cli(['run', file, '--quiet'], environment)).toBe(0);
    expect(environment.output.err).toMatch(
      /^warning: 1 of 2 AS had fewer leaders than asked for: AS 0 lacked 2 of 3 \(.*\)\n$/,
    );
    expect(environment.output.out).toMatch(/^leaders missing +50\.0 % of those asked for$/m);
  });

  test('reports its progress when the user stops it', async () => {
    const stop = new AbortController();
    const simulate = (_: Swarm, { onProgress, signal }: SimulateOptions) => {
      onProgress?.({ ...PROGRESS, simulatedMs: 12_345 });
      stop.abort();
      return Promise.reject(signal!.reason as Error);
    };
    const out = join(folder, 'results');
    const environment = testEnvironment({ simulate, signal: stop.signal });
    expect(await cli(['run', file, '--out', out], environment)).toBe(130);
    expect(environment.output).toEqual({
      out: '',
      err: 'stopped at 12.3 s of simulated time, with 1 of 3 peers complete\n',
    });
    expect(readdirSync(folder)).toEqual(['small.json']);
  });

  test('reports the cause of a failure and a command that reproduces it', async () => {
    const cause = new Error('bug: no piece twice');
    const error = new ActorFailed({ actors: [3], atMs: 1234, what: 'threw', cause });
    const environment = testEnvironment({ simulate: () => Promise.reject(error) });
    expect(await cli(['run', file, '--leaders', '30', '--seed', '4'], environment)).toBe(1);
    expect(environment.output.err).toContain(
      'the run failed: AS 3 threw at 1234 ms of simulated time (seed 4)\nError: bug: no piece twice',
    );
    expect(environment.output.err).toContain(
      `reproduce with: cachetorrent run ${file} --leaders 30 --seed 4\n`,
    );
    expect(environment.output.out).toBe('');
  });
});

/** Each is rejected with exit code 2, one message on standard error, and nothing else. */
describe('a user error', () => {
  test.each([
    {
      of: 'a missing file',
      args: 'run none.json',
      prints: 'none.json: there is no such file\n  fix: check the path',
    },
    { of: 'a missing argument', args: 'run', prints: "missing required argument 'config'" },
    { of: 'a second file', args: 'run CONFIG other.json', prints: 'too many arguments' },
    {
      of: 'an unknown option',
      args: 'run CONFIG --leader 5',
      prints: "unknown option '--leader'\n(Did you mean --leaders?)",
    },
    {
      of: 'an unknown command',
      args: 'rum CONFIG',
      prints: "unknown command 'rum'\n(Did you mean run?)",
    },
    {
      of: 'no workers',
      args: 'run CONFIG --workers 0',
      prints: '\'0\' is invalid. Expected an integer, 1 or more, or "as".',
    },
    {
      of: 'half a worker',
      args: 'run CONFIG --workers 1.5',
      prints: '\'1.5\' is invalid. Expected an integer, 1 or more, or "as".',
    },
    {
      of: 'leaders not a number',
      args: 'run CONFIG --leaders many',
      prints: '--leaders: is "many", which is not a percentage\n  fix: write 30 %',
    },
    {
      of: 'too many leaders',
      args: 'run CONFIG --leaders 101',
      prints: '--leaders: is 101, which is too large\n  fix: set it to a number from 0 to 100',
    },
    {
      of: 'negative leaders',
      args: 'run CONFIG --leaders -5',
      prints: '--leaders: is -5, but a percentage is 0 or more',
    },
    {
      of: 'no pieces',
      args: 'run CONFIG --pieces 0',
      prints: '--pieces: is 0, but there would be nothing to download',
    },
    {
      of: 'less than half a bit per piece',
      args: 'run CONFIG --piece-size 0.05',
      prints: '--piece-size: comes to 0.4 bits',
    },
    {
      of: 'an unknown choker',
      args: 'run CONFIG --choker fair',
      prints:
        "'fair' is invalid. Allowed choices are tit-for-tat, rate-based, mainline, transmission, random.",
    },
    {
      of: 'too many external neighbours',
      args: 'run CONFIG --external-neighbours 101',
      prints:
        '--external-neighbours: is 101, which is too large\n  fix: set it to a number from 0 to 100',
    },
    {
      of: 'negative external neighbours',
      args: 'run CONFIG --external-neighbours -1',
      prints: '--external-neighbours: is -1, but a percentage is 0 or more',
    },
    {
      of: 'sub-torrents without leaders',
      args: 'run CONFIG --sub-torrents 2',
      prints: '--sub-torrents: is 2, but there are no leaders\n  fix: set --leaders too',
    },
    {
      of: 'more sub-torrents than pieces',
      args: 'run CONFIG --leaders 9 --sub-torrents 11',
      prints: '--sub-torrents: is 11, but there are only 10 pieces',
    },
    {
      of: 'half a sub-torrent',
      args: 'run CONFIG --leaders 9 --sub-torrents 1.5',
      prints: '--sub-torrents: is 1.5, which is not whole',
    },
    {
      of: 'an unknown seed choker',
      args: 'run CONFIG --seed-choker fair',
      prints:
        "'fair' is invalid. Allowed choices are tit-for-tat, round-robin, fastest-upload, anti-leech, mainline, transmission, random.",
    },
    {
      of: 'an unknown priority of requests',
      args: 'run CONFIG --request-priority mine',
      prints: "'mine' is invalid. Allowed choices are within-rarity, absolute.",
    },
    {
      of: 'a priority of requests without leaders',
      args: 'run CONFIG --request-priority absolute',
      prints: '--request-priority: is absolute, but there are no leaders',
    },
    {
      of: 'unknown rules',
      args: 'run CONFIG --rules real',
      prints: "'real' is invalid. Allowed choices are client, original.",
    },
    {
      of: 'a starting file that would be read as JSON',
      args: 'init first.json',
      prints: 'would be read as JSON, but it is YAML\n  fix: name it first.yaml',
    },
    {
      of: 'a negative seed',
      args: 'run CONFIG --seed -1',
      prints: "'-1' is invalid. Expected an integer from 0 to 9007199254740991.",
    },
    {
      of: 'an unsafe integer as seed',
      args: 'run CONFIG --seed 9007199254740993',
      prints: 'Expected an integer from 0 to 9007199254740991.',
    },
    {
      of: 'a folder with other files',
      args: 'run CONFIG --out FOLDER',
      prints: 'holds "small.json", which is not a result',
    },
    {
      of: 'a timeline without a folder',
      args: 'run CONFIG --timeline 100',
      prints: '--timeline: has no effect without --out\n  fix: add --out <folder>',
    },
    {
      of: 'an empty interval of time',
      args: 'run CONFIG --out new --timeline 0',
      prints: '--timeline: is 0, but must be at least 1 ms',
    },
    {
      of: 'a table in JSON output',
      args: 'run CONFIG --cdf --json',
      prints: '--cdf: cannot be combined with --json',
    },
    {
      of: 'a log in a missing folder',
      args: 'run CONFIG --log none/x.jsonl',
      prints: 'cannot be created: there is no folder',
    },
    {
      of: 'a log that is a folder',
      args: 'run CONFIG --log FOLDER',
      prints: 'is a folder\n  fix: choose a file in it',
    },
    {
      of: 'a log in the result folder',
      args: 'run CONFIG --out new --log new/log.jsonl',
      prints: 'is in the folder of --out, which is replaced as a whole',
    },
    {
      of: 'a log in place of the configuration',
      args: 'run CONFIG --log CONFIG --force',
      prints: 'is the configuration file, which would be lost',
    },
    {
      of: 'kinds without a log',
      args: 'run CONFIG --log-kinds have',
      prints: '--log-kinds: has no effect without --log',
    },
    {
      of: 'an unknown kind',
      args: 'run CONFIG --log x --log-kinds have,hello',
      prints: 'Unknown kind "hello". The kinds are choke,unchoke,',
    },
    {
      of: 'a field that objects have',
      args: 'run CONFIG --set __proto__=1 --set pieces=3',
      prints: '--set __proto__: there is no field "__proto__" in a configuration',
    },
    { of: 'no command', args: '', prints: 'Usage: cachetorrent' },
  ])('$of', async ({ args, prints }) => {
    const environment = testEnvironment({
      simulate: () => Promise.reject(new Error('must not simulate')),
    });
    const given = args
      .split(' ')
      .filter(Boolean)
      .map((arg) => ({ CONFIG: file, FOLDER: folder })[arg] ?? arg);
    expect(await cli(given, environment)).toBe(2);
    expect(environment.output.err).toContain(prints);
    expect(environment.output.out).toBe('');
    expect(readdirSync(folder)).toEqual(['small.json']);
  });

  test.each([
    { args: [], at: (name: string) => `${name}:5:19: network.routersPerAs` },
    { args: ['--set', 'routersPerAs=4'], at: () => '--set routersPerAs' },
  ])('that only the simulator finds, at its place or option: $args', async ({ args, at }) => {
    writeFileSync(file, CONFIG.replace('"as": 2', '"as": 2,\n  "routersPerAs": 5'));
    const field = 'topology.stubDomainSize';
    const error = new SwarmError({ at: field, problem: 'is too small', fix: 'set it to 9' });
    const environment = testEnvironment({ simulate: () => Promise.reject(error) });
    expect(await cli(['run', file, ...args], environment)).toBe(2);
    expect(environment.output.err).toBe(`${at(file)}: is too small\n  fix: set it to 9\n`);
  });
});

test('import prints no configuration that run would refuse', async () => {
  writeFileSync(file, CONFIG.replace('"pieces": 10', '"pieces": -1'));
  const environment = testEnvironment();
  expect(await cli(['import', file], environment)).toBe(2);
  expect(environment.output.out).toBe('');
  expect(environment.output.err).toContain(`${file}:2:35: file.pieces: is -1`);
});

test.each([
  ['--help', 'Usage: cachetorrent'],
  ['--version', VERSION],
])('%s is no error', async (flag, text) => {
  const environment = testEnvironment();
  expect(await cli([flag], environment)).toBe(0);
  expect(environment.output.out).toContain(text);
});

test.each([
  '',
  'run',
  'view',
  'sweep',
  'work',
  'submit',
  'report',
  'query',
  'export',
  'init',
  'import',
  'seed',
  'get',
  'track',
])('the help of "%s" fits into 80 columns', async (command) => {
  const environment = testEnvironment();
  expect(await cli([...command.split(' ').filter(Boolean), '--help'], environment)).toBe(0);
  const lines = environment.output.out.split('\n');
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test('the help lists every command with its description', async () => {
  const environment = testEnvironment();
  expect(await cli(['help'], environment)).toBe(0);
  for (const command of [
    'run',
    'view',
    'sweep',
    'work',
    'submit',
    'report',
    'query',
    'export',
    'init',
    'import',
    'seed',
    'get',
    'track',
    'help',
  ]) {
    expect(environment.output.out).toMatch(new RegExp(`^  ${command} +[A-Z]`, 'm'));
  }
});
