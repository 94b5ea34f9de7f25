/** Kills a sweep at random moments, and expects nothing to be lost but what was being made. */

import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { runCountIn } from './campaigns.ts';
import { AGAIN, exitOf, expectSame, KILLS, LATEST_KILL_MS, PATIENCE_MS, sweeping, withExperiment } from './kills.ts';
import { until } from './queue.ts';

test('a sweep that is killed again and again ends with the store of one that is not', () =>
  withExperiment(0, async (file, plain, killed, random) => {
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
