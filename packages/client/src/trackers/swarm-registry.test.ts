/** Which neighbours the tracker returns, and which peers it elects as leaders. */

import type { AnnounceRequest, AnnounceResponse } from '@cachetorrent/protocol/wire';
import { seededRandom } from '@cachetorrent/std';
import { budgetSelection, uniformSelection } from '@cachetorrent/tracker';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';

import { type RegistrationLimits, Registrations } from './registrations.ts';
import { SwarmRegistry } from './swarm-registry.ts';

const INTERVAL_S = 60;

function registry(
  leaderPercent: number | undefined,
  minPeers = 1,
  limits: Partial<RegistrationLimits> = {},
): SwarmRegistry {
  const options = {
    intervalS: INTERVAL_S,
    minPeers,
    election: leaderPercent === undefined ? undefined : { leaderPercent },
    selection: () => uniformSelection(50),
    asnOf: (host: string) => (host.startsWith('10.') ? Number(host.split('.')[1]) : undefined),
    random: seededRandom('registry'),
  };
  return new SwarmRegistry(options, new Registrations(limits));
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

  test('of an AS have as many connections with others as the budget allows', () => {
    const swarm = new SwarmRegistry({
      intervalS: INTERVAL_S,
      minPeers: 1,
      election: undefined,
      selection: () => budgetSelection(5, 2),
      asnOf: (host) => Number(host.split('.')[1]),
      random: seededRandom('budget'),
    });
    const all = [1, 2, 3].flatMap((as) => [...Array(10).keys()].map((i) => `10.${as}.0.${i}`));
    /** The pairs of peers of different AS, of which one is named to the other. */
    const links = (): Set<string> => {
      const pairs = all.flatMap((host) =>
        hosts(swarm.announce(host, request(), 0))
          .filter((other) => other.split('.')[1] !== host.split('.')[1])
          .map((other) => [host, other].sort().join(' ')),
      );
      return new Set(pairs);
    };
    for (const host of all) swarm.announce(host, request({ numWant: 0 }), 0);
    const first = links();
    expect(first.size).toBe(3);
    expect(links()).toEqual(first);
    const [gone] = [...first][0]!.split(' ');
    swarm.announce(gone!, request({ event: 'stopped' }), 0);
    all.splice(all.indexOf(gone!), 1);
    const second = links();
    expect(second.size).toBe(3);
    expect([...second].filter((link) => first.has(link)).length).toBeLessThan(3);
  });

  test('of one address displace those of it that have been silent for longest', () => {
    const swarm = registry(undefined, 1, { perTorrentAndAddress: 3 });
    swarm.announce('10.1.0.2', request({ port: 7 }), 0);
    for (const [i, port] of [1, 2, 3, 1, 4, 5].entries())
      swarm.announce('10.1.0.1', request({ port }), i);
    const { peers } = swarm.announce('10.1.0.2', request({ port: 7 }), 6);
    expect(peers.map(({ port }) => port).toSorted((a, b) => a - b)).toEqual([1, 4, 5]);
  });

  test('of one address cannot fill an answer', () => {
    const swarm = registry(undefined);
    swarm.announce('10.1.0.2', request(), 0);
    for (let port = 1; port <= 2_000; port++) swarm.announce('10.1.0.1', request({ port }), 1);
    expect(hosts(swarm.announce('10.1.0.3', request(), 2))).toContain('10.1.0.2');
    expect(swarm.size).toBe(42);
  });

  test('of one address are named after one of each other address', () => {
    const swarm = registry(undefined);
    for (let i = 1; i <= 45; i++) swarm.announce(`10.1.0.${i}`, request(), 0);
    for (let host = 101; host <= 105; host++)
      for (let port = 1; port <= 40; port++) swarm.announce(`10.1.0.${host}`, request({ port }), 0);
    const named = swarm.announce('10.2.0.1', request(), 0).peers;
    expect(new Set(named.map(({ host }) => host)).size).toBe(50);
    // Too few addresses: the others are peers of the same ones.
    for (let i = 1; i <= 45; i++) swarm.announce(`10.1.0.${i}`, request({ event: 'stopped' }), 0);
    const few = swarm.announce('10.2.0.1', request(), 0).peers;
    expect(new Set(few.map(({ host }) => host)).size).toBe(5);
    expect(few).toHaveLength(50);
  });

  test('of one address are each named again after another one there has left', () => {
    const swarm = registry(undefined);
    for (const port of [1, 2, 3]) swarm.announce('10.1.0.1', request({ port }), 0);
    swarm.announce('10.1.0.1', request({ port: 3, event: 'stopped' }), 0);
    expect(hosts(swarm.announce('10.1.0.2', request(), 0))).toEqual(['10.1.0.1', '10.1.0.1']);
    swarm.announce('10.1.0.1', request({ port: 1 }), 0);
    expect(hosts(swarm.announce('10.1.0.2', request(), 0))).toEqual(['10.1.0.1', '10.1.0.1']);
  });

  test('of one subnet of IPv6 count as of one address', () => {
    const swarm = registry(undefined, 1, { perTorrentAndAddress: 3 });
    for (let i = 1; i <= 9; i++) swarm.announce(`2001:db8:0:1::${i}`, request(), 0);
    expect(swarm.size).toBe(3);
    swarm.announce('2001:db8:0:2::1', request(), 0);
    expect(swarm.size).toBe(4);
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

  test('that are partial seeds count as leechers and get no other ones (BEP 21)', () => {
    const swarm = registry(undefined);
    swarm.announce('10.1.0.1', request({ left: 0 }), 0);
    swarm.announce('10.1.0.2', request({ event: 'paused' }), 0);
    swarm.announce('10.1.0.3', request(), 0);
    const answer = swarm.announce('10.1.0.4', request({ event: 'paused' }), 0);
    expect(hosts(answer)).toEqual(['10.1.0.3']);
    expect(answer).toMatchObject({ seeds: 1, leechers: 3 });
    expect(swarm.counts).toMatchObject({ seeds: 1, leechers: 3, downloaders: 1 });
    // It downloads again.
    expect(hosts(swarm.announce('10.1.0.4', request(), 0))).toHaveLength(3);
  });

  test('are named with their ids if the request asks for a list', () => {
    const swarm = registry(undefined);
    const peerId = Uint8Array.from({ length: 20 }, (_, i) => 13 * i);
    swarm.announce('10.1.0.1', request({ peerId }), 0);
    const named = swarm.announce('10.1.0.2', request({ peerList: { hasIds: true } }), 0).peers;
    expect(named.map((peer) => [...peer.peerId!])).toEqual([[...peerId]]);
    const compact = swarm.announce('10.1.0.2', request(), 0).peers;
    expect(compact[0]!.peerId).toBeUndefined();
  });

  test('complete a download once, however often they say so', () => {
    const swarm = registry(undefined);
    swarm.announce('10.1.0.1', request(), 0);
    const completed = request({ event: 'completed', left: 0 });
    swarm.announce('10.1.0.1', completed, 0);
    swarm.announce('10.1.0.1', completed, 0);
    expect(swarm.counts).toEqual({ seeds: 1, leechers: 0, downloaders: 0, completed: 1 });
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

test('an AS is forgotten with its last peer, also if peers claim another number each time', () => {
  const swarm = registry(50);
  const claims = (asn: number): AnnounceRequest =>
    request({ cacheTorrent: { asn, uploadBytesPerS: 1, downloadBytesPerS: 1 } });
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const heapBytes = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  for (let asn = 1; asn <= 100; asn++) swarm.announce('192.0.2.1', claims(asn), 0);
  const before = heapBytes();
  for (let asn = 1; asn <= 20_000; asn++) swarm.announce('192.0.2.1', claims(asn), 0);
  // An AS with one peer takes more than 2 kB.
  expect(heapBytes() - before).toBeLessThan(10_000_000);
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

  test('is repeated when a leader says that it is of another AS', () => {
    const swarm = registry(50);
    const inAs = (asn: number, uploadBytesPerS: number): AnnounceRequest =>
      request({ cacheTorrent: { asn, uploadBytesPerS, downloadBytesPerS: 1 } });
    swarm.announce('192.0.2.1', inAs(7, 5), 0);
    swarm.announce('192.0.2.2', inAs(7, 4), 0);
    expect(leaders(swarm.announce('192.0.2.1', inAs(8, 5), 0))).toEqual(['192.0.2.1']);
    expect(leaders(swarm.announce('192.0.2.2', inAs(7, 4), 0))).toEqual(['192.0.2.2']);
  });

  test('takes the capacities of the last announce', () => {
    const swarm = registry(1);
    for (const [i, up] of [9, 8, 7, 1].entries())
      swarm.announce(`10.1.0.${i}`, request(candidate(up)), 0);
    swarm.announce('10.1.0.3', request(candidate(99)), 0);
    // The only leader so far was elected when it was the only candidate.
    swarm.announce('10.1.0.0', request({ event: 'stopped' }), 0);
    expect(leaders(swarm.announce('10.1.0.1', request(candidate(8)), 0))).toEqual(['10.1.0.3']);
  });

  test('is held when two peers of its AS cannot reach a leader, and again when it is back', () => {
    const swarm = registry(1);
    const lost: Partial<AnnounceRequest> = {
      cacheTorrent: {
        uploadBytesPerS: 1,
        downloadBytesPerS: 1,
        lostLeaders: [{ host: '10.1.0.9', port: 6881 }],
      },
    };
    swarm.announce('10.1.0.9', request(candidate(9)), 0);
    for (const host of ['10.1.0.1', '10.1.0.2', '10.2.0.1'])
      swarm.announce(host, request(candidate(1)), 0);
    expect(leaders(swarm.announce('10.1.0.1', request(lost), 1))).toEqual(['10.1.0.9']);
    expect(leaders(swarm.announce('10.1.0.1', request(lost), 2)), 'again').toEqual(['10.1.0.9']);
    // One of another AS has no say.
    swarm.announce('10.2.0.1', request(lost), 3);
    expect(leaders(swarm.announce('10.1.0.2', request(candidate(1)), 4))).toEqual(['10.1.0.9']);
    expect(leaders(swarm.announce('10.1.0.2', request(lost), 5))).toEqual(['10.1.0.1']);
    // It was there: it is a candidate, and leads again once it has been there for a while.
    expect(leaders(swarm.announce('10.1.0.9', request(candidate(9)), 6))).toEqual(['10.1.0.1']);
  });

  test('is held with as many leaders as the limits allow', () => {
    const swarm = new SwarmRegistry({
      intervalS: INTERVAL_S,
      minPeers: 6,
      selection: () => uniformSelection(50),
      asnOf: () => 1,
      random: seededRandom('limits'),
      election: { leaderPercent: 1, leadersMin: 2, policy: 'uptime' },
    });
    for (let i = 1; i < 6; i++) swarm.announce(`10.1.0.${i}`, request(candidate(i)), i);
    const answer = swarm.announce('10.1.0.6', request(candidate(9)), 9);
    expect(leaders(answer)).toEqual(['10.1.0.1', '10.1.0.2']);
  });

  test('is won by the first candidate of a late AS', () => {
    const swarm = registry(10, 2);
    swarm.announce('10.1.0.1', request(), 0);
    swarm.announce('10.1.0.2', request(), 0);
    expect(leaders(swarm.announce('10.3.0.1', request(), 0))).toEqual(['10.3.0.1']);
  });
});
