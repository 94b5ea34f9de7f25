/** Kills workers, the submitter and Redis while a campaign is executed by a queue. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { EXIT_CODE } from '../src/exit-code.ts';
import type { TestProcess } from './child-process.ts';
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
import { stopWorkers, startQueueWorker } from './queue.ts';
import { HAS_REDIS, RedisServer } from './redis-server.ts';

/** Longer than all delays together, except in one of thousands of cases. */
const LONG_MS = 0.9 * KILLS * MAX_KILL_DELAY_MS;

/**
 * A process that is started again when it was killed, and when it ended because there was no Redis at
 * the moment it started, until `isNeeded` says no.
 */
class Supervised {
  current: TestProcess;
  /** Resolves with the exit code of the process that ended otherwise. */
  readonly ended: Promise<number | null>;

  constructor(start: () => TestProcess, isNeeded: () => boolean) {
    this.current = start();
    this.ended = this.#watch(start, isNeeded);
  }

  async #watch(start: () => TestProcess, isNeeded: () => boolean): Promise<number | null> {
    for (;;) {
      const code = await this.current.exited;
      const isToRestart = code === null || code === EXIT_CODE.userError;
      if (!isToRestart || !isNeeded()) return code;
      this.current = start();
    }
  }
}

test.skipIf(!HAS_REDIS)(
  'a campaign whose workers, submitter and Redis are killed ends with the same store as an undisturbed one',
  () =>
    withExperiment(LONG_MS, async (file, undisturbed, killed, random) => {
      const folder = join(killed, '..', 'redis');
      mkdirSync(folder);
      const server = await RedisServer.start(folder);
      let isOver = false;
      const [submitter, ...workers] = [
        () => spawnSweep(file, killed, '--engine', 'bullmq', '--redis', server.url),
        () => startQueueWorker(server.url),
        () => startQueueWorker(server.url),
      ].map((start) => new Supervised(start, () => !isOver));
      const victims = [
        () => kill(submitter!.current),
        () => kill(workers[random.below(workers.length)]!.current),
        async () => {
          await server.stop('SIGKILL');
          await server.start();
        },
      ];
      try {
        for (let kills = 0; kills < KILLS; kills++) {
          await sleep(random.below(MAX_KILL_DELAY_MS));
          // Otherwise the campaign was too short to be killed so often.
          expect(submitter!.current.exitCode, REPLAY_HINT).not.toBe(EXIT_CODE.success);
          // Each victim once, and then workers more often than the others.
          await victims[kills < 3 ? kills : [0, 1, 1, 1, 2][random.below(5)]!]!();
        }
        expect(await submitter!.ended, REPLAY_HINT).toBe(EXIT_CODE.success);
        isOver = true;
        await stopWorkers(...workers.map(({ current }) => current));
      } finally {
        isOver = true;
        for (const { current } of [submitter!, ...workers]) current.kill('SIGKILL');
        await server.stop();
      }
      expectSame(killed, undisturbed);
    }),
  TEST_TIMEOUT_MS,
);
