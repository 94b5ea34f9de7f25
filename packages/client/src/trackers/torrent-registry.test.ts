/** What a tracker keeps of all torrents: it forgets what is unused, and is not filled by one host. */

import type { AnnounceRequest } from '@cachetorrent/protocol/wire';
import { seededRandom } from '@cachetorrent/std';
import { biasedSelection } from '@cachetorrent/tracker';
import { describe, expect, test } from 'vitest';

import type { RegistrationLimits } from './registrations.ts';
import { TorrentRegistry } from './torrent-registry.ts';

const INTERVAL_S = 60;

function registryWith(limits: Partial<RegistrationLimits> = {}): TorrentRegistry {
  return new TorrentRegistry({
    intervalS: INTERVAL_S,
    minPeers: 1,
    election: { leaderPercent: 10 },
    selection: () => biasedSelection(50, 50),
    asnOf: () => undefined,
    limits,
    random: seededRandom('torrents'),
  });
}

function hashOf(torrent: number): Uint8Array {
  const hash = new Uint8Array(20).fill(0xff);
  new DataView(hash.buffer).setUint32(0, torrent);
  return hash;
}

const request = (torrent: number, fields: Partial<AnnounceRequest> = {}): AnnounceRequest => ({
  infoHash: hashOf(torrent),
  peerId: new Uint8Array(20),
  port: 6881,
  uploaded: 0,
  downloaded: 0,
  left: 1,
  ...fields,
});

describe('a torrent', () => {
  test('is known until its last peer has left', () => {
    const registry = registryWith();
    registry.announce('10.0.0.1', request(1), 0);
    registry.announce('10.0.0.2', request(1), 0);
    registry.announce('10.0.0.1', request(1, { event: 'stopped' }), 0);
    expect(registry.size).toBe(1);
    expect(registry.scrape(hashOf(1), 0)).toMatchObject({ leechers: 1 });
    registry.announce('10.0.0.2', request(1, { event: 'stopped' }), 0);
    expect(registry.size).toBe(0);
  });

  test('is known until its peers have been silent for 2.5 intervals', () => {
    const registry = registryWith();
    for (let torrent = 0; torrent < 100; torrent++)
      registry.announce('10.0.0.1', request(torrent), 0);
    const endMs = 2.5 * INTERVAL_S * 1_000;
    registry.announce('10.0.0.2', request(7), endMs);
    expect(registry.size).toBe(100);
    expect(registry.scrape(hashOf(7), endMs + 1)).toMatchObject({ leechers: 1 });
    expect(registry.size).toBe(1);
  });

  test('is not made known by a peer that stops', () => {
    const registry = registryWith();
    registry.announce('10.0.0.1', request(1, { event: 'stopped' }), 0);
    expect(registry.size).toBe(0);
  });
});

test('a scrape does not make a torrent known', () => {
  const registry = registryWith();
  const none = { seeds: 0, leechers: 0, downloaders: 0, completed: 0 };
  expect(registry.scrape(hashOf(1), 0)).toEqual(none);
  expect(registry.size).toBe(0);
});

test('one address with many torrents displaces its own, and locks nobody out', () => {
  const registry = registryWith();
  registry.announce('10.0.0.2', request(0), 0);
  for (let torrent = 1; torrent <= 12_000; torrent++)
    registry.announce('10.0.0.1', request(torrent), torrent);
  expect(registry.size).toBe(1 + 1_000);
  expect(registry.scrape(hashOf(12_000), 12_000)).toMatchObject({ leechers: 1 });

  registry.announce('10.0.0.3', request(50_000), 12_000);
  expect(registry.scrape(hashOf(50_000), 12_000)).toMatchObject({ leechers: 1 });
  expect(registry.scrape(hashOf(0), 12_000)).toMatchObject({ leechers: 1 });
});

test('many addresses displace the peers that have been silent for longest', () => {
  const registry = registryWith({ all: 50 });
  registry.announce('10.9.0.1', request(1), 0);
  for (let i = 0; i < 100; i++) {
    registry.announce(`10.0.0.${i}`, request(2 + (i % 3)), i);
    registry.announce('10.9.0.1', request(1), i);
  }
  const torrents = [1, 2, 3, 4].map((torrent) => registry.scrape(hashOf(torrent), 100).leechers);
  expect(torrents[0]).toBe(1);
  expect(torrents.reduce((sum, count) => sum + count)).toBe(50);
});

test('an announce costs the same in a swarm of any size', () => {
  const registry = registryWith({ perTorrentAndAddress: 1e6, perAddress: 1e6 });
  const announce = (torrent: number, i: number): void => {
    const cacheTorrent = { asn: 1 + (i % 50), uploadBytesPerS: i % 977, downloadBytesPerS: 1 };
    registry.announce('10.0.0.1', request(torrent, { port: 1 + i, numWant: 5, cacheTorrent }), 0);
  };
  /** Returns the least time of several rounds: what else the machine does only adds to it. */
  const msIn = (torrent: number, members: number): number => {
    for (let i = 0; i < members; i++) announce(torrent, i);
    const rounds = Array.from({ length: 10 }, (_, round) => {
      const startMs = performance.now();
      for (let i = 0; i < 100; i++) announce(torrent, (97 * i + round) % members);
      return performance.now() - startMs;
    });
    return Math.min(...rounds);
  };
  msIn(1, 500); // The compiler warms up.
  const few = msIn(2, 500);
  // A walk over all members would make this factor 40.
  expect(msIn(3, 20_000) / few).toBeLessThan(10);
});
