/**
 * What tests need that kill whatever carries out a campaign, at random moments. A failure names the
 * seed of its chance; CACHETORRENT_SEED=N has the same again, as far as a machine that is busy
 * otherwise does the same again.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type Random, seededRandom } from '@cachetorrent/std';
import { expect } from 'vitest';

import { inFolder, resultsIn, SMALL_EXPERIMENT } from './campaigns.ts';
import { COMMAND } from './queue.ts';

export const KILLS = 20;
/** From before a process has read anything to in the middle of its runs. */
export const MAX_KILL_DELAY_MS = 1_200;
/** On a machine that has other things to do. */
export const TEST_TIMEOUT_MS = 300_000;

const SEED = Number(process.env['CACHETORRENT_SEED'] ?? randomInt(2 ** 31));
export const REPLAY_HINT: string = `with CACHETORRENT_SEED=${SEED}`;
console.info(`kills at random moments ${REPLAY_HINT}`);

/**
 * Gives an experiment, the store of one who was left alone, and a folder for another. Left alone,
 * it takes `lastingMs` at least, by as many repetitions as this machine needs for that.
 */
export async function withExperiment(
  lastingMs: number,
  use: (file: string, plain: string, killed: string, random: Random) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const file = join(folder, 'experiment.json');
    const [plain, killed] = [join(folder, 'plain'), join(folder, 'killed')];
    // Long enough to be killed at, and short enough to be made again.
    const set = { ...SMALL_EXPERIMENT.set, pieces: 1_000 };
    let tookMs = 0;
    for (let repeat = 18; repeat === 18 || tookMs < lastingMs; repeat += 18) {
      const experiment = { ...SMALL_EXPERIMENT, set, vary: { leaders: [null, 30] }, repeat };
      writeFileSync(file, JSON.stringify(experiment));
      const start = performance.now();
      expect(await exitOf(spawnSweep(file, plain))).toBe(0);
      tookMs += performance.now() - start;
    }
    await use(file, plain, killed, seededRandom(SEED));
  });
}

/** Nothing is lost, nothing is made up, and nothing is left over. */
export function expectSame(killed: string, plain: string): void {
  expect([...resultsIn(killed)], REPLAY_HINT).toEqual([...resultsIn(plain)]);
  expect(readdirSync(join(killed, 'scratch')), REPLAY_HINT).toEqual([]);
  expect(readdirSync(join(killed, 'failures')), REPLAY_HINT).toEqual([]);
}

export function spawnSweep(file: string, store: string, ...how: readonly string[]): ChildProcess {
  const args = [COMMAND, 'sweep', file, '--store', store, '--quiet', ...how];
  return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

export async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

export async function kill(child: ChildProcess): Promise<void> {
  const exit = exitOf(child);
  child.kill('SIGKILL');
  await exit;
}
