/** Kills a sweep at random times, and expects that no finished run is lost. */

import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { runCountIn } from './campaigns.ts';
import {
  REPLAY_HINT,
  expectSame,
  kill,
  KILLS,
  MAX_KILL_DELAY_MS,
  TEST_TIMEOUT_MS,
  spawnSweep,
  withExperiment,
} from './kills.ts';
import { waitUntil } from './queue.ts';

test(
  'a sweep that is killed repeatedly ends with the same store as an undisturbed one',
  () =>
    withExperiment(0, async (file, undisturbed, killed, random) => {
      let grew = 0;
      for (let kills = 0; kills < KILLS; kills++) {
        const before = runCountIn(killed);
        const child = spawnSweep(file, killed, '--jobs', '2');
        // Every second process finishes its first run, even on a slow machine.
        const hasProgress = () => child.exitCode !== null || runCountIn(killed) > before;
        if (kills % 2 === 1) await waitUntil(hasProgress);
        const maxDelayMs = kills % 2 === 1 ? MAX_KILL_DELAY_MS / 4 : MAX_KILL_DELAY_MS;
        await Promise.race([sleep(random.below(maxDelayMs)), child.exited]);
        await kill(child);
        expect(runCountIn(killed), REPLAY_HINT).toBeGreaterThanOrEqual(before);
        if (runCountIn(killed) > before) grew++;
      }
      expect(await spawnSweep(file, killed, '--jobs', '2').exited, REPLAY_HINT).toBe(0);
      expectSame(killed, undisturbed);
      // Otherwise no process was killed while it was executing runs.
      expect(grew, REPLAY_HINT).toBeGreaterThan(4);
    }),
  TEST_TIMEOUT_MS,
);
