/** Kills workers, the submitter and Redis while a campaign is executed by a queue. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import {
  REPLAY_HINT,
  exitOf,
  expectSame,
  kill,
  KILLS,
  MAX_KILL_DELAY_MS,
  TEST_TIMEOUT_MS,
  spawnSweep,
  withExperiment,
} from './kills.ts';
import { stopWorkers, startQueueWorker } from './queue.ts';
import { HAS_REDIS, RedisServer } from './redis-server.ts';

/** Longer than all delays together, except in one of thousands of cases. */
const LONG_MS = 0.9 * KILLS * MAX_KILL_DELAY_MS;

test.skipIf(!HAS_REDIS)(
  'a campaign whose workers, submitter and Redis are killed ends with the same store as an undisturbed one',
  () =>
    withExperiment(LONG_MS, async (file, undisturbed, killed, random) => {
      const folder = join(killed, '..', 'redis');
      mkdirSync(folder);
      const server = await RedisServer.start(folder);
      const submit = () => spawnSweep(file, killed, '--engine', 'bullmq', '--redis', server.url);
      let submitter = submit();
      const workers = [startQueueWorker(server.url), startQueueWorker(server.url)];
      const victims = [
        async () => {
          await kill(submitter);
          submitter = submit();
        },
        async () => {
          const victim = random.below(workers.length);
          await kill(workers[victim]!);
          workers[victim] = startQueueWorker(server.url);
        },
        async () => {
          await server.stop('SIGKILL');
          await server.start();
        },
      ];
      try {
        for (let kills = 0; kills < KILLS; kills++) {
          await sleep(random.below(MAX_KILL_DELAY_MS));
          // Otherwise the campaign was too short to be killed so often.
          expect(submitter.exitCode, REPLAY_HINT).toBeNull();
          // Each victim once, and then workers more often than the others.
          await victims[kills < 3 ? kills : [0, 1, 1, 1, 2][random.below(5)]!]!();
        }
        expect(submitter.exitCode ?? (await exitOf(submitter)), REPLAY_HINT).toBe(0);
        await stopWorkers(...workers);
      } finally {
        for (const process of [submitter, ...workers]) process.kill('SIGKILL');
        await server.stop();
      }
      expectSame(killed, undisturbed);
    }),
  TEST_TIMEOUT_MS,
);
