/** Kills the command at random moments, and expects nothing to be lost but what it was at. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { inFolder, resultsIn, SMALL_EXPERIMENT } from './campaigns.ts';

const COMMAND = new URL('../bin/cachetorrent.js', import.meta.url).pathname;
const KILLS = 20;
/** From before it has read anything to in the middle of its runs. */
const LATEST_KILL_MS = 1_800;

test('a sweep that is killed again and again ends with the store of one that is not', () =>
  inFolder(async (folder) => {
    const seed = 11;
    const random = seededRandom(seed);
    const file = join(folder, 'experiment.json');
    writeFileSync(file, JSON.stringify({ ...SMALL_EXPERIMENT, vary: { leaders: [null, 30] }, repeat: 20 }));
    const [plain, killed] = [join(folder, 'plain'), join(folder, 'killed')];
    expect(await exitOf(sweeping(file, plain))).toBe(0);

    let grew = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const before = runsIn(killed);
      const child = sweeping(file, killed);
      const exit = exitOf(child);
      await Promise.race([sleep(random.below(LATEST_KILL_MS)), exit]);
      child.kill('SIGKILL');
      await exit;
      expect(runsIn(killed), `seed ${seed}, kill ${kill}`).toBeGreaterThanOrEqual(before);
      if (runsIn(killed) > before) grew++;
    }
    expect(await exitOf(sweeping(file, killed))).toBe(0);

    expect([...resultsIn(killed)], `seed ${seed}`).toEqual([...resultsIn(plain)]);
    expect(readdirSync(join(killed, 'scratch'))).toEqual([]);
    // Otherwise nothing was ever killed at work.
    expect(grew).toBeGreaterThan(4);
  }), 240_000);

function sweeping(file: string, store: string): ChildProcess {
  const args = [COMMAND, 'sweep', file, '--store', store, '--quiet', '--jobs', '2'];
  return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

function runsIn(store: string): number {
  return existsSync(join(store, 'runs')) ? resultsIn(store).size : 0;
}
