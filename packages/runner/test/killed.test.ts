/** Kills a sweep at random moments, and expects nothing to be lost but what was being made. */

import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { runCountIn } from './campaigns.ts';
import { REPLAY_HINT, exitOf, expectSame, KILLS, MAX_KILL_DELAY_MS, TEST_TIMEOUT_MS, spawnSweep, withExperiment } from './kills.ts';
import { waitUntil } from './queue.ts';

test('a sweep that is killed again and again ends with the store of one that is not', () =>
  withExperiment(0, async (file, plain, killed, random) => {
    let grew = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const before = runCountIn(killed);
      const child = spawnSweep(file, killed, '--jobs', '2');
      const exit = exitOf(child);
      // Every other one gets as far as its first run, however slow the machine is.
      const isAtWork = () => child.exitCode !== null || runCountIn(killed) > before;
      if (kill % 2 === 1) await waitUntil(isAtWork);
      const latestMs = kill % 2 === 1 ? MAX_KILL_DELAY_MS / 4 : MAX_KILL_DELAY_MS;
      await Promise.race([sleep(random.below(latestMs)), exit]);
      child.kill('SIGKILL');
      await exit;
      expect(runCountIn(killed), REPLAY_HINT).toBeGreaterThanOrEqual(before);
      if (runCountIn(killed) > before) grew++;
    }
    expect(await exitOf(spawnSweep(file, killed, '--jobs', '2')), REPLAY_HINT).toBe(0);
    expectSame(killed, plain);
    // Otherwise nothing was ever killed at work.
    expect(grew, REPLAY_HINT).toBeGreaterThan(4);
  }), TEST_TIMEOUT_MS);
