/**
 * Helpers of tests that kill the processes of a campaign at random times. A failure names the random
 * seed; CACHETORRENT_SEED=N repeats the same sequence, as far as the timing of processes can be
 * repeated.
 */

import { randomInt } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type Random, seededRandom } from '@cachetorrent/std';
import { expect } from 'vitest';

import { inFolder, resultsIn, SMALL_EXPERIMENT } from './campaigns.ts';
import { startProcess, type TestProcess } from './child-process.ts';
import { COMMAND } from './queue.ts';

export const KILLS = 20;
/** Covers the time from the start of a process to the middle of its runs. */
export const MAX_KILL_DELAY_MS = 1_200;
/** Allows for a busy machine. */
export const TEST_TIMEOUT_MS = 300_000;

const SEED = Number(process.env['CACHETORRENT_SEED'] ?? randomInt(2 ** 31));
export const REPLAY_HINT: string = `with CACHETORRENT_SEED=${SEED}`;
console.info(`kills processes at random times ${REPLAY_HINT}`);

/**
 * Calls `use` with an experiment file, a store with its results, and a folder for another store. An
 * undisturbed sweep takes at least `lastingMs`: the number of repetitions depends on the machine.
 */
export async function withExperiment(
  lastingMs: number,
  use: (file: string, undisturbed: string, killed: string, random: Random) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const file = join(folder, 'experiment.json');
    const undisturbed = join(folder, 'undisturbed');
    const killed = join(folder, 'killed');
    // Long enough to be killed while running, and short enough to be repeated.
    const set = { ...SMALL_EXPERIMENT.set, pieces: 1_000 };
    let tookMs = 0;
    for (let repeat = 18; repeat === 18 || tookMs < lastingMs; repeat += 18) {
      const experiment = { ...SMALL_EXPERIMENT, set, vary: { leaders: [null, 30] }, repeat };
      writeFileSync(file, JSON.stringify(experiment));
      const start = performance.now();
      expect(await spawnSweep(file, undisturbed).exited).toBe(0);
      tookMs += performance.now() - start;
    }
    await use(file, undisturbed, killed, seededRandom(SEED));
  });
}

/** Expects equal results, and no scratch files or failures. */
export function expectSame(killed: string, undisturbed: string): void {
  expect([...resultsIn(killed)], REPLAY_HINT).toEqual([...resultsIn(undisturbed)]);
  expect(readdirSync(join(killed, 'scratch')), REPLAY_HINT).toEqual([]);
  expect(readdirSync(join(killed, 'failures')), REPLAY_HINT).toEqual([]);
}

export function spawnSweep(
  file: string,
  store: string,
  ...options: readonly string[]
): TestProcess {
  const args = [COMMAND, 'sweep', file, '--store', store, '--quiet', ...options];
  return startProcess(process.execPath, args);
}

export async function kill(child: TestProcess): Promise<void> {
  child.kill('SIGKILL');
  await child.exited;
}
