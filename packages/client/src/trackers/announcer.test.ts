/** When the client announces itself, and to which tracker. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeAnnounceResponse } from '@cachetorrent/protocol/wire';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { ManualClock } from '../../test/manual-clock.ts';
import { Announcer } from './announcer.ts';

const GOOD = encodeAnnounceResponse({ intervalS: 60, peers: [] });
const ELECTION_PENDING = encodeAnnounceResponse({
  intervalS: 60,
  peers: [],
  cacheTorrent: { leaders: [], isPending: true },
});
const INVALID = Buffer.from('not an answer');

let clock: ManualClock;
let server: Server;
let url: string;
/** The events of the announces that the tracker has received; '-' for one without an event. */
let events: string[];
/** What the tracker answers next. */
let answer: Uint8Array;
let warnings: string[];
let running: Announcer[];

beforeEach(async () => {
  [clock, events, answer, warnings, running] = [new ManualClock(), [], GOOD, [], []];
  server = createServer((request, response) => {
    events.push(new URL(request.url!, url).searchParams.get('event') ?? '-');
    response.end(answer);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/announce`;
});
afterEach(async () => {
  for (const announcer of running) await announcer.stop();
  server.closeAllConnections();
  server.close();
});

function startAnnouncer(
  trackers: readonly string[] = [url],
  open: () => number = () => 20,
): {
  announcer: Announcer;
  log: string[];
} {
  const log: string[] = [];
  const announcer = new Announcer({
    clock,
    trackers,
    localHost: undefined,
    request: () => ({
      infoHash: new Uint8Array(20),
      peerId: new Uint8Array(20),
      port: 1,
      uploaded: 0,
      downloaded: 0,
      left: 1,
      cacheTorrent: {},
    }),
    connections: () => ({ open: open(), everIncoming: false }),
    onResponse: () => log.push('response'),
    onNoResponse: () => log.push('no response'),
    onWarning: (warning) => warnings.push(warning),
  });
  running.push(announcer);
  announcer.start();
  return { announcer, log };
}

/** Waits until the announcer waits for a timer again, and returns the seconds of that. */
async function nextAnnounceS(log: readonly string[], count: number): Promise<number> {
  await vi.waitFor(() => expect([log.length, clock.delaysMs.length > 0]).toEqual([count, true]));
  return clock.delaysMs[0]! / 1_000;
}

describe('an announce', () => {
  test('is repeated at the interval of the tracker', async () => {
    const { log } = startAnnouncer();
    expect(await nextAnnounceS(log, 1)).toBe(60);
    clock.advance(59_999);
    expect(events).toEqual(['started']);
    clock.advance(1);
    await nextAnnounceS(log, 2);
    expect(events).toEqual(['started', '-']);
  });

  test('that fails is repeated after 5 s, then after twice the time, up to 5 min', async () => {
    answer = INVALID;
    const { log } = startAnnouncer();
    const delays: number[] = [];
    for (let count = 1; count <= 8; count++) {
      delays.push(await nextAnnounceS(log, count));
      clock.advance(1_000 * delays.at(-1)!);
    }
    expect(delays).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
    expect(log.every((line) => line === 'no response')).toBe(true);
    await vi.waitFor(() => expect(events).toHaveLength(9));
    expect(new Set(events), 'the event is repeated, too').toEqual(new Set(['started']));
  });

  test('that succeeds resets the delay', async () => {
    answer = INVALID;
    const { log } = startAnnouncer();
    for (let count = 1; count <= 3; count++)
      clock.advance(1_000 * (await nextAnnounceS(log, count)));
    await vi.waitFor(() => expect(log).toHaveLength(4));
    answer = GOOD;
    clock.advance(1_000 * (await nextAnnounceS(log, 4)));
    expect(await nextAnnounceS(log, 5)).toBe(60);
    answer = INVALID;
    clock.advance(60_000);
    expect(await nextAnnounceS(log, 6)).toBe(5);
  });

  test('is repeated every second before the first election', async () => {
    answer = ELECTION_PENDING;
    const { log } = startAnnouncer();
    expect(await nextAnnounceS(log, 1)).toBe(1);
  });

  test('of the completion is sent at once', async () => {
    const { announcer, log } = startAnnouncer();
    await nextAnnounceS(log, 1);
    announcer.announceCompleted();
    await nextAnnounceS(log, 2);
    expect(events).toEqual(['started', 'completed']);
  });

  test('for want of a leader is sent at once, and again after a second', async () => {
    const { announcer, log } = startAnnouncer();
    await nextAnnounceS(log, 1);
    announcer.needsLeaders();
    await nextAnnounceS(log, 2);
    expect(events).toEqual(['started', '-']);
    announcer.needsLeaders();
    await vi.waitFor(() => expect(clock.delaysMs[0]).toBe(1_000));
    clock.advance(1_000);
    await nextAnnounceS(log, 3);
    announcer.hasLeaders();
    announcer.needsLeaders();
    await nextAnnounceS(log, 4);
  });

  test('for want of peers is sent when the minimum is over', async () => {
    answer = encodeAnnounceResponse({ intervalS: 1_800, minIntervalS: 400, peers: [] });
    let open = 20;
    const { announcer, log } = startAnnouncer([url], () => open);
    expect(await nextAnnounceS(log, 1)).toBe(1_800);
    open = 19;
    announcer.tick();
    expect(await nextAnnounceS(log, 1)).toBe(400);
    open = 20;
    clock.advance(400_000);
    expect(await nextAnnounceS(log, 1), 'there are enough meanwhile').toBe(1_400);
  });

  test('of the end is sent only to a tracker that has answered', async () => {
    const { announcer, log } = startAnnouncer();
    await nextAnnounceS(log, 1);
    await announcer.stop();
    expect(events).toEqual(['started', 'stopped']);

    events = [];
    answer = INVALID;
    const other = startAnnouncer();
    await vi.waitFor(() => expect(other.log).toEqual(['no response']));
    await other.announcer.stop();
    expect(events).toEqual(['started']);
  });
});

describe('of several trackers', () => {
  test('the next one is tried when one fails, and the one that answers is kept', async () => {
    const { log } = startAnnouncer(['http://127.0.0.1:1/announce', url]);
    clock.advance(1_000 * (await nextAnnounceS(log, 1)));
    await nextAnnounceS(log, 2);
    expect(events).toEqual(['started', '-']);
    expect(warnings).toEqual([
      expect.stringContaining('http://127.0.0.1:1/announce: connect ECONNREFUSED'),
    ]);
  });

  test('the next one is asked, too, when one is silent for 3 s', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    const silentUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/announce`;
    const asked = once(silent, 'request');
    const { log } = startAnnouncer([silentUrl, url]);
    await asked;
    clock.advance(2_999);
    await sleep(20);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(await nextAnnounceS(log, 1)).toBe(60);
    expect([events, warnings]).toEqual([['started'], []]);
    silent.closeAllConnections();
    silent.close();
  });

  test('those that use neither HTTP nor UDP are skipped', () => {
    const { log } = startAnnouncer(['wss://127.0.0.1:1', 'http://[']);
    expect(log).toEqual(['no response']);
    expect(warnings).toEqual([
      'wss://127.0.0.1:1: only HTTP and UDP trackers are supported',
      'http://[: only HTTP and UDP trackers are supported',
    ]);
  });
});
