import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { describe, expect, test } from 'vitest';

import { inFolder, smallCampaign } from '../../../test/campaigns.ts';
import { stopWorkers, sweepThroughQueue, startQueueWorker } from '../../../test/queue.ts';
import { HAS_REDIS, RedisServer } from '../../../test/redis-server.ts';
import { writeReport } from '../../report/report.ts';
import { findStoredCampaign } from '../stored-campaign.ts';
import { Store } from '../store/store.ts';
import { BullmqEngine } from './bullmq.ts';
import { BullmqWorker } from './bullmq-worker.ts';

describe.skipIf(!HAS_REDIS)('a password', { timeout: 60_000 }, () => {
  test('is required, taken from the URL, and never written', () =>
    inFolder(async (folder) => {
      mkdirSync(join(folder, 'redis'));
      const server = await RedisServer.start(join(folder, 'redis'), 'hush-hush');
      const without = server.url.replace(/\/\/.*@/, '//');
      await expect(BullmqEngine.connect({ url: without })).rejects.toThrow('denies access');

      const [store, report] = [join(folder, 'store'), join(folder, 'report')];
      const worker = startQueueWorker(server.url, '--store', store);
      const output = Promise.all([text(worker.stdout!), text(worker.stderr!)]);
      const warnings: string[] = [];
      const onWarning = (message: string) => warnings.push(message);
      const plan = await smallCampaign({
        vary: { leaders: [20, 30] },
        plots: [{ x: 'leaders', y: 'redundancy' }],
      });
      await sweepThroughQueue(plan, store, server.url, { onWarning });
      await stopWorkers(worker);
      expect([...(await output), ...warnings].join()).not.toContain('hush-hush');
      const toRead = await Store.openReadOnly(store);
      mkdirSync(report);
      await writeReport(toRead, findStoredCampaign(toRead), join(report, 'report.html'));
      const files = [store, report].flatMap((path) =>
        readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) =>
          entry.isFile(),
        ),
      );
      expect(files.length).toBeGreaterThan(10);
      for (const { parentPath, name } of files) {
        expect([name, readFileSync(join(parentPath, name)).includes('hush-hush')]).toEqual([
          name,
          false,
        ]);
      }
      await server.stop();
    }));
});

test.each([
  {
    wrong: 'without a server',
    url: 'redis://user:secret@127.0.0.1:1',
    says: '--redis redis://127.0.0.1:1: cannot be reached: ECONNREFUSED',
  },
  { wrong: 'that is invalid', url: 'user:secret@nonsense', says: '--redis …: is not a Redis URL' },
  {
    wrong: 'of another protocol',
    url: 'http://user:secret@127.0.0.1',
    says: '--redis …: is not a Redis URL',
  },
])('a URL $wrong is rejected', async ({ url, says }) => {
  await expect(BullmqEngine.connect({ url })).rejects.toThrow(says);
  await expect(BullmqWorker.connect({ url })).rejects.not.toThrow('secret');
});
