/** A small swarm of real clients beside its simulation: the fast part of `npm run validate`. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';

import { compareRuns } from './comparison.ts';
import { leechersOf, type ObservedRun } from './observed-run.ts';
import {
  commandOf,
  descriptionOf,
  FOLDER_PREFIX,
  libtorrentVersion,
  type RealSwarm,
  runRealSwarm,
} from './real-swarm.ts';
import { type RunOptions, runSettings } from './run-settings.ts';
import type { Scenario, Setting } from './scenarios.ts';
import { peersOf } from './simulated-swarm.ts';

const isInstalled = libtorrentVersion() !== undefined;
if (!isInstalled) {
  console.warn(
    '\n!!! python3-libtorrent is not installed: real swarms are NOT tested (docs/validation.md).\n',
  );
}

const KIB = 1024;
const PIECES = 16;
const LEECHERS = 7;
/** Every peer is connected to all others. */
const CONNECTIONS = (LEECHERS * (LEECHERS + 1)) / 2;
const SMALL: Scenario = {
  name: 'small',
  title: 'Small',
  seed: { upload: 600, download: 600 },
  classes: [
    { name: 'giving', count: LEECHERS - 1, upload: 200, download: 600 },
    { name: 'free-riding', count: 1, upload: 0, download: 600 },
  ],
  fileKiB: 64 * PIECES,
  piecesKiB: [64],
};
const SETTING: Setting = { scenario: SMALL, pieceKiB: 64 };
/** No swarm can be faster: all capacity is used, and nothing is sent twice. */
const T_MIN_S = (LEECHERS * 64 * PIECES * KIB) / (600_000 + (LEECHERS - 1) * 200_000);

/** Nobody is connected, so nobody completes. */
const UNCONNECTED: RealSwarm = {
  client: 'libtorrent',
  peers: peersOf(SETTING, 1).map((peer) => ({ ...peer, neighbours: [] })),
  fileBytes: KIB,
  pieceBytes: KIB,
  seed: 1,
  limitS: 600,
  nice: 0,
};

const options = (change: Partial<RunOptions> = {}): RunOptions => ({
  settings: [SETTING],
  seeds: [1],
  jobs: 1,
  nice: 0,
  limitMs: 100_000,
  log: () => {},
  signal: new AbortController().signal,
  ...change,
});

const lastS = (run: ObservedRun): number =>
  Math.max(...leechersOf(run).map(({ completedS }) => completedS!));

/** Leaders are the fast peers. */
const IN_AS: Scenario = {
  name: 'small-in-as',
  title: 'Small, in two AS',
  seed: { upload: 1_000, download: 10_000 },
  classes: [
    { name: 'slow', count: 8, upload: 300, download: 10_000 },
    { name: 'fast', count: 3, upload: 600, download: 10_000 },
  ],
  network: { as: 2, leaderPercent: 20 },
  fileKiB: 64 * PIECES,
  piecesKiB: [64],
};

describe('a small swarm of our own clients', () => {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

  test('has the leaders of the simulation, and as few copies', { timeout: 120_000 }, async () => {
    const setting = { scenario: IN_AS, pieceKiB: 64 };
    const [runs] = await runSettings(options({ settings: [setting] }));
    expect(runs!.problems).toEqual([]);
    const { real, simulated } = runs!.pairs[0]!;
    const about = (run: ObservedRun) =>
      run.peers.map((peer) => [peer.class, peer.as, peer.uploadBytesPerS]);
    expect(about(real)).toEqual(about(simulated));
    expect(new Set(real.peers.map((peer) => peer.class))).toEqual(
      new Set(['seed', 'leader', 'follower']),
    );

    for (const run of [real, simulated]) {
      const { trafficBytes, redundancy } = run.borders!;
      const neededBytes = leechersOf(run).length * run.fileBytes;
      expect(sum(trafficBytes.flat())).toBeGreaterThanOrEqual(neededBytes);
      expect(sum(trafficBytes.flat())).toBeLessThan(1.2 * neededBytes + run.wastedBytes);
      expect(redundancy).toBeGreaterThanOrEqual(1);
      // Followers import nothing.
      for (const as of [0, 1]) {
        const own = run.peers.filter((peer) => peer.as === as && peer.class === 'leader');
        const imported = sum(trafficBytes.map((row, from) => (from === as ? 0 : row[as]!)));
        expect(imported).toBeLessThanOrEqual(1.3 * own.length * run.fileBytes);
      }
      expect(run.messages.leaderStart).toBeGreaterThan(0);
    }
    expect(lastS(real)).toBeLessThan(4 * lastS(simulated));
  });

  test('without leaders is one of plain peers', { timeout: 120_000 }, async () => {
    const setting = { scenario: { ...IN_AS, network: { as: 2 } }, pieceKiB: 64 };
    const [runs] = await runSettings(options({ settings: [setting] }));
    expect(runs!.problems).toEqual([]);
    const { real, simulated } = runs!.pairs[0]!;
    expect(real.messages.leaderStart).toBe(0);
    expect(real.borders!.redundancy).toBeGreaterThan(1);
    expect(new Set(real.peers.map((peer) => peer.class))).toEqual(
      new Set(['seed', 'slow', 'fast']),
    );
    // Every connection is made once, and nobody connects again to one who is complete, too.
    expect(real.messages.bitfield).toBeLessThan(2 * CONNECTIONS);
    expect(lastS(real)).toBeLessThan(4 * lastS(simulated));
  });

  test.each(['aborted', 'closed'])(
    'leaves nothing behind when it is %s',
    async (how) => {
      const peers = peersOf({ scenario: IN_AS, pieceKiB: 64 }, 1);
      const swarm: RealSwarm = {
        ...UNCONNECTED,
        client: 'CacheTorrent',
        peers: peers.map((peer) => ({ ...peer, neighbours: [] })),
        pieceBytes: 64 * KIB,
      };
      if (how === 'aborted') {
        const stop = new AbortController();
        const runs = expect(runRealSwarm(swarm, stop.signal)).rejects.toThrow('enough');
        while (folders().length === 0) await setTimeout(50);
        await setTimeout(500);
        stop.abort(new Error('enough'));
        await runs;
        expect(folders()).toEqual([]);
      } else {
        await expectEndWithParent(swarm);
      }
    },
    60_000,
  );
});

describe.skipIf(!isInstalled)('a small swarm', () => {
  test('of real clients is that of the simulation', { timeout: 120_000 }, async () => {
    const [runs] = await runSettings(options());
    expect(runs!.problems).toEqual([]);
    const { real, simulated } = runs!.pairs[0]!;
    const capacities = (run: ObservedRun) =>
      run.peers.map((peer) => [peer.class, peer.uploadBytesPerS]);
    expect(capacities(real)).toEqual(capacities(simulated));

    for (const run of [real, simulated]) {
      const sent = Object.values(run.exchangedBytes).flatMap((row) => Object.values(row));
      const sentBytes = sent.reduce((sum, bytes) => sum + bytes, 0);
      const neededBytes = LEECHERS * run.fileBytes;
      // At most two blocks of each connection are on their way at the end.
      expect(sentBytes).toBeGreaterThanOrEqual(neededBytes);
      expect(sentBytes - neededBytes - run.wastedBytes).toBeLessThan(2 * CONNECTIONS * 16 * KIB);
      expect(Object.values(run.exchangedBytes['free-riding'] ?? {}).every((b) => b === 0)).toBe(
        true,
      );
      expect(lastS(run)).toBeGreaterThan(0.95 * T_MIN_S);
      // The last ones may be on their way, too.
      const haves = LEECHERS * PIECES * LEECHERS;
      expect(run.messages.have).toBeGreaterThan(haves - CONNECTIONS);
      expect(run.messages.have).toBeLessThanOrEqual(haves);
      expect(run.messages.piece).toBeGreaterThanOrEqual(neededBytes / 16 / KIB);
      expect(run.messages.request).toBeGreaterThanOrEqual(run.messages.piece);
    }
    expect(real.disconnections).toEqual({});
    // So short a run on a busy machine is no measure; this tells a swarm that stalls.
    expect(lastS(real)).toBeLessThan(4 * lastS(simulated));
    expect(compareRuns(runs!).length).toBeGreaterThan(20);
  });

  test('is stopped at once, and leaves nothing behind', { timeout: 60_000 }, async () => {
    const stop = new AbortController();
    const runs = expect(runRealSwarm(UNCONNECTED, stop.signal)).rejects.toThrow('enough');
    while (folders().length === 0) await setTimeout(50);
    await setTimeout(1_000);
    stop.abort(new Error('enough'));
    await runs;
    expect(folders()).toEqual([]);
  });

  test('that is not done when the time is up is missing', { timeout: 60_000 }, async () => {
    const [runs] = await runSettings(options({ limitMs: 1 }));
    expect(runs).toMatchObject({ pairs: [], problems: ['seed 1: the time was up'] });
  });

  test('that fails says why', { timeout: 60_000 }, async () => {
    const swarm = { ...UNCONNECTED, pieceBytes: 0 };
    const { signal } = new AbortController();
    await expect(runRealSwarm(swarm, signal)).rejects.toThrow('must not be zero');
  });

  test('ends with the process that has started it', { timeout: 60_000 }, async () => {
    await expectEndWithParent(UNCONNECTED);
  });
});

async function expectEndWithParent(swarm: RealSwarm): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'swarm-'));
  try {
    const [command, parameters] = commandOf(swarm.client);
    const child = spawn(command, parameters, { stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.write(`${JSON.stringify(descriptionOf(swarm, folder))}\n`);
    const closed = once(child, 'close');
    while (!existsSync(join(folder, 'file'))) await setTimeout(50);
    expect(child.exitCode).toBeNull();
    child.stdin.end();
    expect(await closed).toEqual([1, null]);
    expect(existsSync(folder)).toBe(false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The folders of our real swarms. */
function folders(): readonly string[] {
  return readdirSync('/dev/shm').filter((name) => name.startsWith(FOLDER_PREFIX));
}
