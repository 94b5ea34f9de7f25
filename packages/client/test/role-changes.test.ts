/**
 * Whole clients on loopback whose roles change in the middle of a download: the tracker elects a
 * better leader. Time passes faster than on a clock: half a second in about ten milliseconds.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';

import type { Client } from '../src/index.ts';
import { Fixture } from './fixture.ts';
import { ManualClock } from './manual-clock.ts';

const FILE_BYTES = 3 * 2 ** 20;
/** The seed takes 12 minutes to upload the file once. */
const SEED_BYTES_PER_S = FILE_BYTES / 720;

let fixture: Fixture;
beforeEach(async () => {
  fixture = await Fixture.create();
});
afterEach(() => fixture.cleanUp());

test('a leader that is replaced follows, a follower leads, and no byte is lost', async () => {
  const clock = new ManualClock();
  const tracker = await fixture.tracker({
    clock,
    intervalS: 60,
    election: { leaderPercent: 1 },
    asnOf: (host) => Number(host.split('.')[1]),
  });
  const torrent = await fixture.torrent(FILE_BYTES, { trackers: [tracker] });
  await fixture.seed(torrent, { clock, host: '127.1.0.1', uploadBytesPerS: SEED_BYTES_PER_S });
  const peer = (n: number, bytesPerS: number): Promise<Client> =>
    fixture.client(torrent, `${n}`, {
      clock,
      host: `127.2.0.${n}`,
      candidacy: { uploadBytesPerS: bytesPerS, downloadBytesPerS: bytesPerS },
    });
  const peers: Client[] = [];
  const roles = (): string[] => peers.map(({ status }) => status.role);
  const until = async (isTrue: () => boolean): Promise<void> => {
    while (!isTrue()) {
      clock.advance(500);
      await sleep(8);
    }
  };
  peers.push(await peer(1, 1_000));
  await until(() => roles()[0] === 'leader');
  peers.push(await peer(2, 9_000), await peer(3, 1_000));
  await until(() => roles().join() === 'leader,follower,follower');
  await until(() => peers.every(({ status }) => status.pieces > 5));

  // The second has more to give, and has been there for five minutes.
  await until(() => roles().join() === 'follower,leader,follower');
  expect(peers.every(({ status }) => status.leftBytes > FILE_BYTES / 4)).toBe(true);
  const importedBefore = peers.map(({ status }) => status.importedBytes);
  expect(importedBefore.slice(1)).toEqual([0, 0]);

  await until(() => peers.every(({ status }) => status.leftBytes === 0));
  for (const [i, { status }] of peers.entries()) {
    expect(status.receivedBytes - status.wastedBytes).toBe(FILE_BYTES);
    expect(status.wastedBytes).toBeLessThan(FILE_BYTES / 10);
    const content = await fixture.read('seed', 'content');
    expect((await fixture.read(`${i + 1}`, 'content')).equals(content)).toBe(true);
  }
  // From then on only the new leader downloads from outside, but for what was under way.
  const imported = peers.map(({ status }) => status.importedBytes);
  expect(imported[0]! - importedBefore[0]!).toBeLessThan(FILE_BYTES / 20);
  expect(imported[1]).toBeGreaterThan(FILE_BYTES / 4);
  expect(imported[2]).toBe(0);
}, 90_000);
