/** The benchmarks run, and their counts are right. No assertion here is about time. */

import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { configFile, inRepository } from '../files.ts';
import { bench } from './command-line.ts';
import { checkPage } from './page.ts';

const SMALL = configFile('small');
const TIMEOUT_MS = 120_000;

interface MedianOf {
  readonly median: number;
}

describe('bench', () => {
  test('phold handles the same events with any number of workers', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const flags = ['--pending', '400', '--actors', '4', '--events', '20000', '--runs', '1'];
    const { code, out } = await runBench(
      'phold',
      ...flags,
      '--workers',
      '1,2',
      '--remote',
      '0,50',
      '--json',
    );
    expect(code).toBe(0);
    const { points } = JSON.parse(out) as {
      points: { remote: number; events: number; windows: number }[];
    };
    expect(points).toHaveLength(4);
    for (const remote of [0, 50]) {
      const [one, two] = points.filter((point) => point.remote === remote);
      expect([two!.events, two!.windows]).toEqual([one!.events, one!.windows]);
      expect(one!.events).toBeGreaterThan(10_000);
    }
  });

  test('micro names every component with its size', { timeout: TIMEOUT_MS }, async () => {
    const { code, out } = await runBench('micro', '--time', '1', '--json');
    expect(code).toBe(0);
    const { costs } = JSON.parse(out) as { costs: { name: string; ns: number }[] };
    for (const part of ['queue', 'picker', 'codec', 'mailbox', 'rates', 'barrier']) {
      expect(costs.filter(({ name }) => name.startsWith(`${part}: `)).length).toBeGreaterThan(1);
    }
    for (const { name, ns } of costs) expect([name, Number.isFinite(ns)]).toEqual([name, true]);
    for (const { name } of costs) expect(name).toMatch(/\d/);
  });

  test('recording counts the bytes for each piece that is stored', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const flags = ['--pieces', '30', '--runs', '2', '--json'];
    const { code, out } = await runBench('recording', SMALL, ...flags);
    expect(code).toBe(0);
    const [cost] = (
      JSON.parse(out) as { costs: { piecesStored: number; bytes: number; cpuRatio: MedianOf }[] }
    ).costs;
    const { peers } = JSON.parse(readFileSync(SMALL, 'utf8').replaceAll(/\/\/.*/g, '')) as {
      readonly peers: number;
    };
    expect(cost!.piecesStored).toBe((peers - 1) * 30);
    expect(cost!.bytes / cost!.piecesStored).toBeLessThan(200);
    expect(cost!.cpuRatio.median).toBeGreaterThan(0);
  });

  test('windows has as many of them as the latency between AS allows', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const swarm = ['--peers', '30', '--as', '3', '--seconds', '20', '--workers', '1'];
    const { code, out } = await runBench(
      'windows',
      ...swarm,
      '--latencies',
      '100,10',
      '--runs',
      '1',
      '--json',
    );
    expect(code).toBe(0);
    const { costs } = JSON.parse(out) as { costs: { latencyMs: number; windows: number }[] };
    expect(costs.map(({ latencyMs }) => latencyMs)).toEqual([100, 10]);
    for (const { latencyMs, windows } of costs) {
      // A window is as long as the latency, but begins with the next event, or ends with an instant.
      expect(windows).toBeGreaterThan(0.4 * (1_000 / latencyMs));
      expect(windows).toBeLessThanOrEqual(1_000 / latencyMs + 1);
    }
  });

  test('wire transfers the whole file, and measures its components', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { code, out } = await runBench(
      'wire',
      '--mib',
      '2',
      '--runs',
      '1',
      '--time',
      '1',
      '--json',
    );
    expect(code).toBe(0);
    const { costs, parts, transfers } = JSON.parse(out) as {
      costs: { name: string; ns: number }[];
      parts: Record<string, number>;
      transfers: Record<string, number>[];
    };
    expect(costs.map(({ name }) => name.split(':')[0])).toEqual(['wire', 'wire', 'wire']);
    expect(transfers).toMatchObject([{ bytes: 2 * 2 ** 20 }]);
    for (const number of [
      ...costs.map(({ ns }) => ns),
      ...Object.values(parts),
      ...Object.values(transfers[0]!),
    ]) {
      expect(number).toBeGreaterThan(0);
    }
  });

  test('predict has a row for each number of workers', { timeout: TIMEOUT_MS }, async () => {
    const flags = ['--pieces', '3', '--workers', '2,16,64', '--no-check', '--json'];
    const { code, out } = await runBench('predict', SMALL, ...flags);
    expect(code).toBe(0);
    const { predictions, bounds } = JSON.parse(out) as {
      predictions: { workers: number; speedUpForeseen: number; barriersMs: number }[];
      bounds: { byLargestActor: number; byCriticalPath: number };
    };
    expect(predictions.map(({ workers }) => workers)).toEqual([2, 16, 64]);
    // Two AS: the speed-up cannot be greater, with any number of workers.
    expect(bounds.byLargestActor).toBeLessThanOrEqual(2);
    expect(bounds.byCriticalPath).toBeLessThanOrEqual(bounds.byLargestActor);
    for (const { barriersMs } of predictions) expect(barriersMs).toBeGreaterThanOrEqual(0);
  });

  test('marginal counts the messages of twice the pieces', { timeout: TIMEOUT_MS }, async () => {
    const messages = new Set<number>();
    for (const swarm of [[], ['--leaders', '50'], ['--rules', 'original']]) {
      const flags = ['--pieces', '4', '--runs', '1', '--json', ...swarm];
      const { code, out } = await runBench('marginal', SMALL, ...flags);
      expect(code).toBe(0);
      const { swarms } = JSON.parse(out) as {
        swarms: { pieces: number; messages: number; messageNs: { median: number } }[];
      };
      expect(swarms).toMatchObject([{ pieces: 4 }]);
      expect(swarms[0]!.messages).toBeGreaterThan(1_000);
      expect(Number.isFinite(swarms[0]!.messageNs.median)).toBe(true);
      messages.add(swarms[0]!.messages);
    }
    // The three swarms differ.
    expect(messages.size).toBe(3);
  });

  test('cores compares one run with as many independent ones', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { code, out } = await runBench(
      'cores',
      SMALL,
      '--cores',
      '2',
      '--pieces',
      '3',
      '--runs',
      '1',
      '--json',
    );
    expect(code).toBe(0);
    const { swarms } = JSON.parse(out) as {
      swarms: { cores: number; independent: MedianOf; speedUp: MedianOf; share: MedianOf }[];
    };
    expect(swarms).toMatchObject([{ cores: 2 }]);
    const { independent, speedUp, share } = swarms[0]!;
    expect(share.median).toBeCloseTo(speedUp.median / independent.median);
  });

  test('scaling writes a document and a plot', { timeout: TIMEOUT_MS }, async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'cachetorrent-')), 'scaling');
    const flags = ['--share', '0.001', '--runs', '1', '--only', 'workers', '--out', folder];
    const { code, out } = await runBench('scaling', ...flags);
    expect(code).toBe(0);
    expect(out).toContain('| workers |');
    expect(readdirSync(folder)).toEqual(['workers.json', 'workers.svg']);
    const { points, machine } = JSON.parse(readFileSync(join(folder, 'workers.json'), 'utf8')) as {
      points: { messages: number; windows: number; resultHash: string }[];
      machine: { cores: number };
    };
    expect(machine.cores).toBeGreaterThan(0);
    for (const each of ['messages', 'windows', 'resultHash'] as const) {
      expect(new Set(points.map((point) => point[each])).size).toBe(1);
    }
    const plot = readFileSync(join(folder, 'workers.svg'), 'utf8');
    expect(plot).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(plot.match(/<title>\d+: [\d.]+ s<\/title>/g)).toHaveLength(points.length);
    writeFileSync(join(folder, 'workers.svg'), 'of an earlier version');
    expect(await runBench('scaling', '--draw', folder, '--only', 'workers')).toMatchObject({
      code: 0,
      out: expect.stringContaining('workers.svg'),
    });
    expect(readFileSync(join(folder, 'workers.svg'), 'utf8')).toBe(plot);
  });

  test('pairs runs two checkouts in turn', { timeout: TIMEOUT_MS }, async () => {
    const here = inRepository('.');
    const flags = ['--before', here, '--only', 'version', '--runs', '2', '--json'];
    const { code, out } = await runBench('pairs', ...flags);
    expect(code).toBe(0);
    const { before, cases } = JSON.parse(out) as {
      before: string;
      cases: { name: string; pairs: Record<'before' | 'after', { wallMs: number }>[] }[];
    };
    expect(`${before}/`).toBe(here);
    expect(cases).toMatchObject([{ name: 'version' }]);
    const { pairs } = cases[0]!;
    expect(pairs).toHaveLength(2);
    for (const pair of pairs) {
      // Node itself takes longer than that to start.
      expect(pair.before.wallMs).toBeGreaterThan(5);
      expect(pair.after.wallMs).toBeGreaterThan(5);
    }
  });

  test('campaign measures runs, cores and a store', { timeout: TIMEOUT_MS }, async () => {
    const flags = [
      '--rounds',
      '1',
      '--runs',
      '3',
      '--long-runs',
      '1',
      '--stored-runs',
      '300',
      '--json',
    ];
    const { code, out } = await runBench('campaign', ...flags);
    expect(code).toBe(0);
    const { costs } = JSON.parse(out) as { costs: { what: string; rounds: { median: number } }[] };
    expect(costs).toHaveLength(4);
    for (const { what, rounds } of costs) expect([what, rounds.median > 0]).toEqual([what, true]);
  });

  test('run counts the same in every round', { timeout: TIMEOUT_MS }, async () => {
    const out = join(mkdtempSync(join(tmpdir(), 'cachetorrent-')), 'run.json');
    const flags = ['--only', '3', '--runs', '2', '--pieces', '3', '--out', out];
    const ended = await runBench('run', ...flags);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.out).toContain('CPU time of a message');
    const { rounds } = JSON.parse(readFileSync(out, 'utf8')) as {
      rounds: Record<string, Record<string, number>>[];
    };
    const [first, second] = rounds.map((round) => round['medium, 1 worker']!);
    expect(second).toMatchObject({ messages: first!['messages'], windows: first!['windows'] });
    // Each of 699 leechers sends a `have` of each of 3 pieces to each of its 40 or so neighbours.
    expect(first!['haves']! / (700 * 3)).toBeCloseTo(40, -1);
    expect(first!['peakRssBytes']).toBeGreaterThan(20e6);
  });
});

describe('a page of docs', () => {
  test.each([
    { page: 'docs/performance.md', kinds: ['memory', 'micro', 'pairs', 'predict', 'run'] },
    { page: 'docs/performance-notes.md', kinds: ['marginal', 'profile'] },
    { page: 'docs/start.md', kinds: ['start'] },
  ])('$page has the sections that its commands write', async ({ page, kinds }) => {
    const text = readFileSync(inRepository(page), 'utf8');
    const found = (pattern: RegExp) =>
      Array.from(text.matchAll(pattern), ([, kind]) => kind).sort();
    expect(found(/^<!-- bench (\w+) -->$/gm)).toEqual(kinds);
    const commands = `npm run bench -- (\\w+) .*--page ${page.replace('.', '\\.')}$`;
    expect(found(new RegExp(`^ {4}${commands}`, 'gm'))).toEqual(kinds);
    for (const kind of kinds) await checkPage(inRepository(page), kind);
  });
});

describe('a mistake is refused, with a fix', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
  const old = join(folder, 'old.json');
  const other = join(folder, 'other.json');
  const page = join(folder, 'page.md');
  writeFileSync(old, '{"format": 0, "kind": "run"}');
  writeFileSync(other, '{"format": 1, "kind": "micro"}');
  writeFileSync(page, '# A page\n');
  const oneAs = join(folder, 'one-as.json');
  const small = readFileSync(SMALL, 'utf8');
  writeFileSync(oneAs, small.replace('"as": 2', '"as": 1'));

  test.each([
    { args: ['run', '--runs', '0'], says: '1 or more' },
    { args: ['run', '--only', '12'], says: 'has no target "12"' },
    { args: ['run', '--compare', 'none.json'], says: 'cannot be read' },
    { args: ['run', '--compare', old], says: 'has format 0' },
    { args: ['run', '--compare', other], says: 'was written by `bench micro`' },
    { args: ['phold', '--workers', '4096', '--actors', '4096'], says: 'cores' },
    {
      args: ['phold', '--workers', '2', '--actors', '1', '--remote', '0'],
      says: 'more than the 1 actors',
    },
    { args: ['phold', '--actors', '1'], says: 'there is only one actor' },
    { args: ['phold', '--pending', '2', '--actors', '4'], says: 'less than one for each' },
    { args: ['phold', '--remote', '101'], says: 'from 0 to 100' },
    { args: ['micro', '--only', 'nothing'], says: 'finds no "nothing"' },
    { args: ['micro', '--only', 'codec', '--time', '1', '--page', page], says: 'has no lines' },
    { args: ['profile', 'none.json'], says: 'there is no such file' },
    { args: ['profile', SMALL, '--leaders', '200'], says: 'from 0 to 100' },
    { args: ['marginal', 'none.json', '--pieces', '4'], says: 'there is no such file' },
    { args: ['marginal', SMALL, '--rules', 'none'], says: 'Allowed choices' },
    { args: ['marginal', SMALL, '--leaders', '200'], says: 'from 0 to 100' },
    { args: ['marginal', SMALL, '--pieces', '1'], says: 'cannot be halved' },
    { args: ['cores', SMALL, '--cores', '1'], says: 'but this machine has' },
    { args: ['cores', SMALL, '--cores', '4096'], says: 'cores' },
    { args: ['cores', oneAs], says: 'has 1 AS, too few' },
    { args: ['cores', 'none.json'], says: 'there is no such file' },
    { args: ['scaling', '--only', 'time'], says: 'has no sweep "time"' },
    { args: ['scaling', '--share', '0'], says: 'above 0' },
    { args: ['scaling', '--draw', 'none'], says: 'no such file' },
    { args: ['predict', 'none.json'], says: 'there is no such file' },
    { args: ['predict', '--workers', '2,x'], says: 'whole number' },
    { args: ['pairs'], says: "required option '--before <folder>' not specified" },
    { args: ['pairs', '--before', 'none'], says: 'none has no packages/runner/src/main.ts' },
    { args: ['pairs', '--before', '.', '--only', 'luck'], says: 'has no case "luck"' },
    { args: ['campaign', '--only', 'luck'], says: 'has no part "luck"' },
    { args: ['walk'], says: 'unknown command' },
  ])('$args', async ({ args, says }) => {
    // It is refused before anything is measured.
    expect(await runBench(...args)).toEqual({
      code: 2,
      out: '',
      err: expect.stringContaining(says),
    });
  });
});

async function runBench(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await bench(args, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}
