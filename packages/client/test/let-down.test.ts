/**
 * Whole clients on loopback, one of which is elected a leader and uploads nothing. Time passes
 * faster than on a clock: half a second in about ten milliseconds.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { Fixture } from './fixture.ts';
import { ManualClock } from './manual-clock.ts';

const FILE_BYTES = 2 ** 20;

let fixture: Fixture;
beforeEach(async () => {
  fixture = await Fixture.create();
});
afterEach(() => fixture.cleanUp());

test('a follower whose leader gives it nothing leads itself, and completes', async () => {
  const clock = new ManualClock();
  const tracker = await fixture.tracker({
    clock,
    intervalS: 1_800,
    election: { leaderPercent: 1 },
    asnOf: (host) => Number(host.split('.')[1]),
  });
  const torrent = await fixture.torrent(FILE_BYTES, { trackers: [tracker] });
  await fixture.seed(torrent, { clock, host: '127.1.0.1' });
  const client = (n: number, options: object) =>
    fixture.client(torrent, `${n}`, {
      clock,
      host: `127.2.0.${n}`,
      candidacy: { uploadBytesPerS: 10_000 / n, downloadBytesPerS: 10_000 },
      ...options,
    });
  const until = async (isTrue: () => boolean): Promise<void> => {
    while (!isTrue()) {
      clock.advance(500);
      await sleep(8);
    }
  };
  const rider = await client(1, { uploadSlots: 0, optimisticSlots: 0 });
  await until(() => rider.status.role === 'leader');
  const follower = await client(2, {});
  await until(() => follower.status.role === 'follower');

  await until(() => follower.status.role === 'leader');
  await until(() => follower.status.leftBytes === 0);
  expect(follower.status.importedBytes).toBeGreaterThanOrEqual(FILE_BYTES);
  expect(rider.status.sentBytes).toBe(0);
}, 90_000);
