/**
 * Kills at random moments whatever carries out a campaign, and expects nothing to be lost but what
 * was being made. A failure names the seed of its chance; CACHETORRENT_SEED=N has the same again,
 * as far as a machine that is busy otherwise does the same again.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Random, seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { inFolder, resultsIn, runCountIn, SMALL_EXPERIMENT } from './campaigns.ts';
import { COMMAND, ended, until, working } from './queue.ts';
import { HAS_REDIS, RedisServer } from './redis-server.ts';

const KILLS = 20;
/** From before a process has read anything to in the middle of its runs. */
const LATEST_KILL_MS = 1_600;
/** On a machine that has other things to do. */
const PATIENCE_MS = 300_000;

const SEED = Number(process.env['CACHETORRENT_SEED'] ?? randomInt(2 ** 31));
const AGAIN = `with CACHETORRENT_SEED=${SEED}`;
console.info(`kills at random moments ${AGAIN}`);

test('a sweep that is killed again and again ends with the store of one that is not', () =>
  withExperiment({ repeat: 25 }, async (file, plain, killed, random) => {
    let grew = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const before = runCountIn(killed);
      const child = sweeping(file, killed, '--jobs', '2');
      const exit = exitOf(child);
      // Every other one gets as far as its first run, however slow the machine is.
      const isAtWork = () => child.exitCode !== null || runCountIn(killed) > before;
      if (kill % 2 === 1) await until(isAtWork);
      const latestMs = kill % 2 === 1 ? LATEST_KILL_MS / 4 : LATEST_KILL_MS;
      await Promise.race([sleep(random.below(latestMs)), exit]);
      child.kill('SIGKILL');
      await exit;
      expect(runCountIn(killed), AGAIN).toBeGreaterThanOrEqual(before);
      if (runCountIn(killed) > before) grew++;
    }
    expect(await exitOf(sweeping(file, killed, '--jobs', '2')), AGAIN).toBe(0);
    expectSame(killed, plain);
    // Otherwise nothing was ever killed at work.
    expect(grew, AGAIN).toBeGreaterThan(4);
  }), PATIENCE_MS);

test.skipIf(!HAS_REDIS)('so does one whose workers, submitter and Redis are killed', () =>
  withExperiment({ repeat: 40 }, async (file, plain, killed, random) => {
    const folder = join(killed, '..', 'redis');
    mkdirSync(folder);
    const server = await RedisServer.start(folder);
    const submit = () => sweeping(file, killed, '--engine', 'bullmq', '--redis', server.url);
    let submitter = submit();
    const workers = [working(server.url), working(server.url)];
    const victims = [
      async () => {
        await kill(submitter);
        submitter = submit();
      },
      async () => {
        const victim = random.below(workers.length);
        await kill(workers[victim]!);
        workers[victim] = working(server.url);
      },
      async () => {
        await server.stop('SIGKILL');
        await server.start();
      },
    ];
    for (let kills = 0; kills < KILLS; kills++) {
      await sleep(random.below(LATEST_KILL_MS));
      // Otherwise there is nothing left to kill: the campaign was too short.
      expect(submitter.exitCode, AGAIN).toBeNull();
      // One of each to begin with, and then workers more often than the others.
      await victims[kills < 3 ? kills : [0, 1, 1, 1, 2][random.below(5)]!]!();
    }
    expect(submitter.exitCode ?? (await exitOf(submitter)), AGAIN).toBe(0);
    await ended(...workers);
    await server.stop();
    expectSame(killed, plain);
  }), PATIENCE_MS);

/** Gives an experiment, the store of one who was left alone, and a folder for another. */
async function withExperiment(
  changes: object,
  use: (file: string, plain: string, killed: string, random: Random) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const file = join(folder, 'experiment.json');
    const experiment = { ...SMALL_EXPERIMENT, vary: { leaders: [null, 30] }, ...changes };
    writeFileSync(file, JSON.stringify(experiment));
    const [plain, killed] = [join(folder, 'plain'), join(folder, 'killed')];
    expect(await exitOf(sweeping(file, plain))).toBe(0);
    await use(file, plain, killed, seededRandom(SEED));
  });
}

function expectSame(killed: string, plain: string): void {
  expect([...resultsIn(killed)], AGAIN).toEqual([...resultsIn(plain)]);
  expect(readdirSync(join(killed, 'scratch')), AGAIN).toEqual([]);
  expect(readdirSync(join(killed, 'failures')), AGAIN).toEqual([]);
}

function sweeping(file: string, store: string, ...how: readonly string[]): ChildProcess {
  const args = [COMMAND, 'sweep', file, '--store', store, '--quiet', ...how];
  return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = exitOf(child);
  child.kill('SIGKILL');
  await exit;
}
