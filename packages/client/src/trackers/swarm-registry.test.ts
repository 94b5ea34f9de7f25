/** Which neighbours the tracker returns, and which peers it elects as leaders. */

import type { AnnounceRequest, AnnounceResponse } from '@cachetorrent/protocol/wire';
import { seededRandom } from '@cachetorrent/std';
import { uniformSelection } from '@cachetorrent/tracker';
import { describe, expect, test } from 'vitest';

import { SwarmRegistry } from './swarm-registry.ts';

const INTERVAL_S = 60;

function registry(
  leaderPercent: number | undefined,
  minPeers = 1,
  membersMax = 1_000,
): SwarmRegistry {
  return new SwarmRegistry({
    intervalS: INTERVAL_S,
    minPeers,
    membersMax,
    leaderPercent,
    selection: uniformSelection(50),
    asnOf: (host) => (host.startsWith('10.') ? Number(host.split('.')[1]) : undefined),
    random: seededRandom('registry'),
  });
}

const request = (fields: Partial<AnnounceRequest> = {}): AnnounceRequest => ({
  infoHash: new Uint8Array(20),
  peerId: new Uint8Array(20),
  port: 6881,
  uploaded: 0,
  downloaded: 0,
  left: 1,
  cacheTorrent: { uploadBytesPerS: 1_000, downloadBytesPerS: 1_000 },
  ...fields,
});
const candidate = (uploadBytesPerS: number): Partial<AnnounceRequest> => ({
  cacheTorrent: { uploadBytesPerS, downloadBytesPerS: 1 },
});
const hosts = ({ peers }: AnnounceResponse): string[] => peers.map(({ host }) => host).toSorted();
const leaders = ({ cacheTorrent }: AnnounceResponse): string[] =>
  cacheTorrent!.leaders.map(({ host }) => host);

describe('peers', () => {
  test('get each other as neighbours, and never themselves', () => {
    const swarm = registry(undefined);
    expect(hosts(swarm.announce('10.1.0.1', request(), 0))).toEqual([]);
    expect(hosts(swarm.announce('10.1.0.2', request(), 0))).toEqual(['10.1.0.1']);
    expect(hosts(swarm.announce('10.1.0.1', request(), 0))).toEqual(['10.1.0.2']);
  });

  test('that come to a full swarm get neighbours, but are not registered', () => {
    const swarm = registry(undefined, 1, 100);
    for (let port = 1; port <= 200; port++) swarm.announce('10.1.0.1', request({ port }), 0);
    expect(swarm.size).toBe(100);
    expect(swarm.announce('10.1.0.2', request(), 0).peers).toHaveLength(50);
    expect(hosts(swarm.announce('10.1.0.1', request({ port: 1, numWant: 200 }), 0))).not.toContain(
      '10.1.0.2',
    );
  });

  test('get as many neighbours as they request', () => {
    const swarm = registry(undefined);
    for (let i = 1; i < 20; i++) swarm.announce(`10.1.0.${i}`, request(), 0);
    expect(swarm.announce('10.1.0.99', request({ numWant: 5 }), 0).peers).toHaveLength(5);
    expect(swarm.announce('10.1.0.99', request({ numWant: 0 }), 0).peers).toHaveLength(0);
  });

  test('that are seeds get no seeds as neighbours', () => {
    const swarm = registry(undefined);
    swarm.announce('10.1.0.1', request({ left: 0 }), 0);
    swarm.announce('10.1.0.2', request(), 0);
    const answer = swarm.announce('10.1.0.3', request({ left: 0 }), 0);
    expect(hosts(answer)).toEqual(['10.1.0.2']);
    expect(answer).toMatchObject({ seeds: 2, leechers: 1 });
  });

  test('that stop, or miss two intervals, are removed', () => {
    const swarm = registry(undefined);
    swarm.announce('10.1.0.1', request(), 0);
    swarm.announce('10.1.0.2', request(), 0);
    swarm.announce('10.1.0.1', request({ event: 'stopped' }), 1);
    expect(hosts(swarm.announce('10.1.0.3', request(), 2))).toEqual(['10.1.0.2']);
    expect(hosts(swarm.announce('10.1.0.3', request(), 2.5 * INTERVAL_S * 1_000 + 1))).toEqual([]);
    expect(swarm.size).toBe(1);
  });

  test('that do not support CacheTorrent get no answer for it', () => {
    const swarm = registry(50);
    expect(
      swarm.announce('10.1.0.1', request({ cacheTorrent: undefined }), 0).cacheTorrent,
    ).toBeUndefined();
  });

  test('get the AS of all neighbours, and their own', () => {
    const swarm = registry(50);
    swarm.announce('10.1.0.1', request(), 0);
    const answer = swarm.announce('10.2.0.1', request(), 0);
    expect(answer).toMatchObject({
      cacheTorrent: { asn: 2 },
      externalIp: '10.2.0.1',
      peers: [{ host: '10.1.0.1', asn: 1 }],
    });
  });

  test('may state their AS only if the tracker does not know it', () => {
    const swarm = registry(50);
    const claim = request({ cacheTorrent: { asn: 77, uploadBytesPerS: 1, downloadBytesPerS: 1 } });
    expect(swarm.announce('192.0.2.1', claim, 0).cacheTorrent).toMatchObject({ asn: 77 });
    expect(swarm.announce('10.1.0.1', claim, 0).cacheTorrent).toMatchObject({ asn: 1 });
  });
});

describe('an election', () => {
  test('gives no leaders to a peer whose AS is not known, so it leads itself', () => {
    const swarm = registry(50);
    swarm.announce('192.0.2.1', request(candidate(9_000)), 0);
    expect(leaders(swarm.announce('192.0.2.2', request(candidate(1_000)), 0))).toEqual([]);
  });

  test('waits for enough candidates, and until then no peers are returned', () => {
    const swarm = registry(50, 3);
    expect(swarm.announce('10.1.0.1', request(), 0)).toMatchObject({
      peers: [],
      cacheTorrent: { isPending: true, leaders: [] },
    });
    expect(swarm.announce('10.1.0.2', request(), 0)).toMatchObject({
      cacheTorrent: { isPending: true },
    });
    expect(swarm.announce('10.1.0.2', request(), 0), 'a candidate counts once').toMatchObject({
      cacheTorrent: { isPending: true },
    });
    expect(swarm.announce('10.1.0.3', request(), 0)).toMatchObject({
      cacheTorrent: { isPending: false },
    });
    expect(swarm.announce('10.1.0.1', request(), 0)).toMatchObject({
      cacheTorrent: { isPending: false },
    });
  });

  test('is won in each AS by the candidates with the highest upload capacity', () => {
    const swarm = registry(50, 6);
    const capacities = {
      '10.1.0.1': 1,
      '10.1.0.2': 3,
      '10.1.0.3': 2,
      '10.1.0.4': 4,
      '10.2.0.1': 9,
    };
    for (const [host, up] of Object.entries(capacities))
      swarm.announce(host, request(candidate(up)), 0);
    expect(leaders(swarm.announce('10.2.0.2', request(candidate(8)), 0))).toEqual(['10.2.0.1']);
    expect(leaders(swarm.announce('10.1.0.1', request(candidate(1)), 0))).toEqual([
      '10.1.0.4',
      '10.1.0.2',
    ]);
  });

  test('is not repeated for a later candidate', () => {
    const swarm = registry(50);
    swarm.announce('10.1.0.1', request(candidate(1)), 0);
    expect(leaders(swarm.announce('10.1.0.2', request(candidate(9)), 0))).toEqual(['10.1.0.1']);
  });

  test('is repeated when a leader has left', () => {
    const swarm = registry(50);
    swarm.announce('10.1.0.1', request(candidate(1)), 0);
    swarm.announce('10.1.0.2', request(candidate(9)), 0);
    swarm.announce('10.1.0.1', request({ event: 'stopped' }), 0);
    expect(leaders(swarm.announce('10.1.0.2', request(candidate(9)), 1))).toEqual(['10.1.0.2']);
  });

  test('is won by the first candidate of a late AS', () => {
    const swarm = registry(10, 2);
    swarm.announce('10.1.0.1', request(), 0);
    swarm.announce('10.1.0.2', request(), 0);
    expect(leaders(swarm.announce('10.3.0.1', request(), 0))).toEqual(['10.3.0.1']);
  });
});
