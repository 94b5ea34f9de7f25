import {
  CLIENT_QUIRKS,
  LIBTORRENT,
  MAINLINE,
  ORIGINAL_QUIRKS,
  TRANSMISSION,
} from '@cachetorrent/protocol';
import { describe, expect, test } from 'vitest';

import { simulateHere } from '../simulate-here.ts';
import { makePlan } from '../swarm/plan/make-plan.ts';
import { ConfigurationError } from './configuration-error.ts';
import { resolveSwarm, swarm } from './resolve.ts';
import { FIELD_PATHS, fieldsAt, quantityKindAt, type SwarmConfig } from './schema.ts';

const SMALL: SwarmConfig = { peers: 20, file: { pieces: 8 } };
const withFields = (fields: object): SwarmConfig => ({ ...SMALL, ...fields });

describe('a configuration describes a swarm', () => {
  test('with defaults for all but the peers and the file', () => {
    expect(swarm({ peers: 20, file: { size: '2 MiB' } })).toEqual({
      seeds: 1,
      neighbours: 19,
      minPeers: 20,
      pieces: 8,
      pieceBits: 256 * 1024 * 8,
      classes: [
        { name: 'seed', count: 1, uploadKbps: 10_000, downloadKbps: 50_000 },
        { name: 'peer', count: 19, uploadKbps: 10_000, downloadKbps: 50_000 },
      ],
      arrivalOrder: 'shuffled',
      arrivalGapMs: 2,
      uploadSlots: 7,
      optimisticSlots: 1,
      rechokeIntervalMs: 15_000,
      backlog: 10,
      choker: 'tit-for-tat',
      seedChoker: 'round-robin',
      client: LIBTORRENT,
      quirks: CLIENT_QUIRKS,
      topology: { transitDomains: 4, transitDomainSize: 10, stubDomains: 10, stubDomainSize: 8 },
      latency: { model: 'topology' },
      allocationIntervalMs: 1_000,
      requestPriority: 'within-rarity',
      subTorrents: 1,
    });
  });

  test('that can be simulated', () => {
    const { result } = simulateHere(swarm(SMALL), { seed: 1 });
    expect(result.completion.count).toBe(19);
  });

  test.each([
    {
      rule: 'a size is rounded up to whole pieces',
      fields: { file: { size: '1025 KiB', pieceSize: '1 MiB' } },
      is: { pieces: 2, pieceBits: 8 * 2 ** 20 },
    },
    {
      rule: 'a piece may be a few bits',
      fields: { file: { pieces: 3, pieceSize: '196 bit' } },
      is: { pieces: 3, pieceBits: 196 },
    },
    {
      rule: 'plain numbers are bytes, kbit/s, ms and percent',
      fields: {
        upload: 500,
        file: { size: 4096, pieceSize: 1024 },
        arrivals: { meanGap: 7 },
        cache: { leaders: 30 },
      },
      is: { pieces: 4, pieceBits: 8192, arrivalGapMs: 7, leaderPercent: 30 },
    },
    {
      rule: 'leaders are CacheTorrent',
      fields: { cache: { leaders: '50 %', subTorrents: 2, requestPriority: 'absolute' } },
      is: { leaderPercent: 50, subTorrents: 2, requestPriority: 'absolute' },
    },
    {
      rule: 'leaders are elected by a policy, at least and at most so many in an AS',
      fields: { cache: { leaders: 5, policy: 'uptime', minLeaders: 2, maxLeaders: 3 } },
      is: { leaderPercent: 5, electionPolicy: 'uptime', leadersMin: 2, leadersMax: 3 },
    },
    {
      rule: 'external neighbours bias the selection',
      fields: { tracker: { neighbours: 5, externalNeighbours: '10 %', minPeers: 3 } },
      is: { neighbours: 5, externalPercent: 10, minPeers: 3 },
    },
    {
      rule: 'a client has slots and chokers',
      fields: {
        client: {
          connectionsMax: 9,
          uploadSlots: 2,
          optimisticSlots: 3,
          rechokeInterval: '5 s',
          backlog: 4,
          choker: 'random',
          seedChoker: 'fastest-upload',
        },
      },
      is: {
        connectionsMax: 9,
        uploadSlots: 2,
        optimisticSlots: 3,
        rechokeIntervalMs: 5_000,
        backlog: 4,
        choker: 'random',
        seedChoker: 'fastest-upload',
      },
    },
    {
      rule: 'a network has domains and routers',
      fields: {
        network: {
          as: 2,
          routersPerAs: 20,
          transitDomains: 3,
          routersPerTransitDomain: 7,
          latency: '30 ms',
          allocationInterval: '100 ms',
        },
      },
      is: {
        topology: { transitDomains: 3, transitDomainSize: 7, stubDomains: 2, stubDomainSize: 20 },
        latency: { model: 'fixed', fixedMs: 30 },
        allocationIntervalMs: 100,
      },
    },
    {
      rule: 'original rules have all quirks, 50 ms, and seeds that choke as leechers',
      fields: { client: { rules: 'original', choker: 'random' } },
      is: {
        quirks: ORIGINAL_QUIRKS,
        latency: { model: 'fixed', fixedMs: 50 },
        seedChoker: 'random',
      },
    },
    {
      rule: 'original rules may have another latency',
      fields: { client: { rules: 'original' }, network: { latency: 'topology' } },
      is: { latency: { model: 'topology' } },
    },
    {
      rule: 'a preset has the slots, the chokers and the options of a client',
      fields: { client: { preset: 'mainline' } },
      is: {
        client: MAINLINE,
        uploadSlots: 3,
        optimisticSlots: 1,
        rechokeIntervalMs: 10_000,
        choker: 'mainline',
        seedChoker: 'mainline',
      },
    },
    {
      rule: 'the name of a client is short for its preset',
      fields: { client: 'transmission' },
      is: { client: TRANSMISSION, uploadSlots: 8, choker: 'transmission', quirks: CLIENT_QUIRKS },
    },
    {
      rule: 'a field replaces that of the preset',
      fields: {
        client: { preset: 'transmission', requestQueue: '4 s', uploadSlots: 2, endgame: 'all' },
      },
      is: {
        client: { ...TRANSMISSION, requestQueueMs: 4_000, endgame: 'all' },
        uploadSlots: 2,
        choker: 'transmission',
      },
    },
    {
      rule: 'single quirks may be off',
      fields: { client: { rules: 'original', quirks: { staleRates: false } } },
      is: { quirks: { ...ORIGINAL_QUIRKS, staleRates: false } },
    },
    {
      rule: 'single quirks may be on',
      fields: { client: { quirks: { staleRates: true } } },
      is: { quirks: { ...CLIENT_QUIRKS, staleRates: true } },
    },
  ])('$rule', ({ fields, is }) => {
    expect(swarm(withFields(fields) as SwarmConfig)).toMatchObject(is);
  });

  test('as plain BitTorrent unless it names leaders', () => {
    expect(swarm(withFields({ cache: { requestPriority: 'absolute' } }))).not.toHaveProperty(
      'leaderPercent',
    );
    const withoutLeaders = { policy: 'uptime', minLeaders: 2, maxLeaders: 3 } as const;
    expect(swarm(withFields({ cache: withoutLeaders }))).toEqual(swarm(SMALL));
  });
});

describe('peers have classes', () => {
  const classesOf = ({ peers, ...fields }: { peers: number | undefined }): string[] =>
    swarm({
      file: { pieces: 8 },
      ...fields,
      ...(peers === undefined ? {} : { peers }),
      tracker: { neighbours: 1 },
    }).classes.map(
      ({ name, count, uploadKbps, downloadKbps }) =>
        `${name} ${count} ${uploadKbps}/${downloadKbps}`,
    );

  test.each([
    {
      rule: 'by count, which gives the number of peers',
      fields: {
        peers: undefined,
        classes: [
          { name: 'a', count: 3 },
          { name: 'b', count: 4 },
        ],
        upload: 1,
        download: 2,
      },
      is: ['seed 1 1/2', 'a 3 1/2', 'b 4 1/2'],
    },
    {
      rule: 'by share, rounded by the largest remainder',
      fields: {
        peers: 11,
        classes: [
          { name: 'a', share: 33 },
          { name: 'b', share: 42 },
          { name: 'c', share: '25 %' },
        ],
        upload: 1,
        download: 2,
      },
      is: ['seed 1 1/2', 'a 3 1/2', 'b 4 1/2', 'c 3 1/2'],
    },
    {
      rule: 'where a tie goes to the first class',
      fields: {
        peers: 4,
        classes: [
          { name: 'a', share: 50 },
          { name: 'b', share: 50 },
        ],
        upload: 1,
        download: 2,
      },
      is: ['seed 1 1/2', 'a 2 1/2', 'b 1 1/2'],
    },
    {
      rule: 'with a capacity of their own',
      fields: {
        peers: 3,
        upload: 1,
        download: 2,
        classes: [{ name: 'a', share: 100, upload: '3 Mbit/s' }],
      },
      is: ['seed 1 1/2', 'a 2 3000/2'],
    },
    {
      rule: 'seeds too',
      fields: {
        peers: 6,
        seeds: [{ count: 2, upload: 9 }, { download: 0 }],
        upload: 1,
        download: 2,
      },
      is: ['seed 2 9/2', 'seed 1 1/0', 'peer 3 1/2'],
    },
  ])('$rule', ({ fields, is }) => {
    expect(classesOf(fields)).toEqual(is);
  });

  const TWO: SwarmConfig = withFields({
    peers: 401,
    classes: [
      { name: 'a', share: 25 },
      { name: 'b', share: 75 },
    ],
  });
  const orderOf = (config: SwarmConfig, seed: number) =>
    Array.from(makePlan(swarm(config), seed).classOfPeer.subarray(2));

  test('which are shuffled over arrivals, with all counts kept', () => {
    const order = orderOf(TWO, 1);
    expect(order.filter((index) => index === 1)).toHaveLength(100);
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
    // A quarter of any half of the arrivals, give or take four standard deviations (4.3 each).
    const inFirstHalf = order.slice(0, 200).filter((index) => index === 1).length;
    expect(Math.abs(inFirstHalf - 50)).toBeLessThan(18);
    expect(orderOf(TWO, 1)).toEqual(order);
    expect(orderOf(TWO, 2)).not.toEqual(order);
  });

  test('or follow one another as listed', () => {
    const order = orderOf({ ...TWO, arrivals: { classOrder: 'listed' } }, 1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  test('seeds stay first', () => {
    const { classOfPeer } = makePlan(swarm({ ...TWO, seeds: 5 }), 1);
    expect(Array.from(classOfPeer.subarray(1, 6))).toEqual([0, 0, 0, 0, 0]);
    expect(Array.from(classOfPeer.subarray(6))).not.toContain(0);
  });
});

test('a complete configuration describes the same swarm again', () => {
  const config = withFields({
    seeds: { count: 2, upload: '3 MB/s' },
    classes: [
      { name: 'a', share: 70 },
      { name: 'b', share: 30, download: '1 Gbit/s' },
    ],
    cache: { leaders: '12.5 %', policy: 'random', minLeaders: 2, maxLeaders: 4 },
    tracker: { externalNeighbours: 5 },
    client: { rules: 'original', quirks: { repeatChokes: false }, connectionsMax: 80 },
  });
  const resolved = resolveSwarm(config);
  expect(resolveSwarm(resolved.config)).toEqual(resolved);
});

test.each([
  [['upload'], 'rate'],
  [['file', 'pieceSize'], 'size'],
  [['cache', 'leaders'], 'percent'],
  [['network', 'latency'], 'time'],
  [['classes', 0, 'share'], 'percent'],
  [['seeds', 'upload'], 'rate'],
  [['seeds', 1, 'upload'], 'rate'],
  [['peers'], undefined],
  [['client', 'choker'], undefined],
  [['client', 'quirks', 'repeatChokes'], undefined],
  [['cache', 'upload'], undefined],
  [['nowhere', 'upload'], undefined],
  [[], undefined],
])('the field at %j is a quantity of kind %s', (path, kind) => {
  expect(quantityKindAt(path)).toBe(kind);
});

test('names of fields in sections are unique, so that they can stand alone', () => {
  const leaves = FIELD_PATHS.map((path) => path.at(-1));
  expect(new Set(leaves).size).toBe(leaves.length);
  for (const path of FIELD_PATHS) expect(fieldsAt(path.slice(0, -1))).toContain(path.at(-1));
});

function problemsOf(config: unknown): string[] {
  try {
    resolveSwarm(config);
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.problems.map(({ path, problem }) => `${path.join('.')}: ${problem}`);
    throw error;
  }
  return [];
}

describe('a mistake is named with its path and a fix', () => {
  test.each([
    { of: 'nothing at all', config: {}, is: ['file: is missing'] },
    { of: 'a list', config: [1], is: [': is [1], but must be an object'] },
    { of: 'no peers', config: { file: { pieces: 1 } }, is: ['peers: is missing'] },
    { of: 'a file without size', config: { peers: 5, file: {} }, is: ['file.size: is missing'] },
    {
      of: 'two sizes',
      config: { peers: 5, file: { size: 1, pieces: 1 } },
      is: ['file.size: cannot be combined with the number of pieces'],
    },
    {
      of: 'an unknown field',
      config: withFields({ cache: { leader: 5 } }),
      is: ['cache.leader: there is no field "leader" in cache'],
    },
    {
      of: 'an unknown section',
      config: withFields({ trackers: {} }),
      is: ['trackers: there is no field "trackers"'],
    },
    {
      of: 'a unit of another kind',
      config: withFields({ upload: '5 MiB' }),
      is: ['upload: is "5 MiB", but a rate has no unit "MiB"'],
    },
    {
      of: 'no quantity',
      config: withFields({ file: { size: 'large' } }),
      is: ['file.size: is "large", which is not a size'],
    },
    {
      of: 'a latency of no kind',
      config: withFields({ network: { latency: 'far' } }),
      is: ['network.latency: is "far", which is not a time'],
    },
    {
      of: 'a text for a number',
      config: withFields({ peers: '20' }),
      is: ['peers: is "20", but must be a number'],
    },
    {
      of: 'an unknown choker',
      config: withFields({ client: { choker: 'fair' } }),
      is: ['client.choker: is "fair", which is not a possible value'],
    },
    {
      of: 'an unknown quirk',
      config: withFields({ client: { quirks: { stale: true } } }),
      is: ['client.quirks.stale: there is no field "stale" in client.quirks'],
    },
    {
      of: 'shares that leave some out',
      config: withFields({ classes: [{ name: 'a', share: 50 }] }),
      is: ['classes: have shares whose sum is 50 %'],
    },
    {
      of: 'a class without number',
      config: withFields({ classes: [{ name: 'a' }] }),
      is: ['classes.0: has neither a count nor a share ("a")'],
    },
    {
      of: 'counts and shares mixed',
      config: withFields({
        classes: [
          { name: 'a', count: 1 },
          { name: 'b', share: 50 },
        ],
      }),
      is: ['classes.0: has a count'],
    },
    {
      of: 'counts that do not add up',
      config: withFields({ classes: [{ name: 'a', count: 1 }] }),
      is: ['peers: is 20, but the classes and the seeds have 2 peers in all'],
    },
    ...['', 'a,b', 'x'.repeat(25), 'fibre\n'].map((name) => ({
      of: `a class named ${JSON.stringify(name)}`,
      config: withFields({ classes: [{ name, share: 100 }] }),
      is: [`classes.0.name: is ${JSON.stringify(name)}`],
    })),
    {
      of: 'two classes of one name',
      config: withFields({
        classes: [
          { name: 'a', share: 50 },
          { name: 'a', share: 50 },
        ],
      }),
      is: ['classes.1.name: is "a", the name of another class'],
    },
    {
      of: 'no class',
      config: withFields({ classes: [] }),
      is: ['classes: is empty, so no peer would download'],
    },
    {
      of: 'more seeds than peers',
      config: withFields({ seeds: 20 }),
      is: ['peers: is 20, and 20 of them are seeds: no peer would download'],
    },
    { of: 'half a peer', config: withFields({ peers: 2.5 }), is: ['peers: is 2.5'] },
    {
      of: 'a mute seed',
      config: withFields({ seeds: { upload: 0 } }),
      is: ['seeds.upload: is 0 for the seed, so no peer could ever complete'],
    },
    {
      of: 'mute seeds by default',
      config: withFields({ upload: 0 }),
      is: ['upload: is 0 for the seed, so no peer could ever complete'],
    },
    {
      of: 'a class without download',
      config: withFields({ classes: [{ name: 'a', share: 100, download: 0 }] }),
      is: ['classes.0.download: is 0, so leechers of class "a" could never complete'],
    },
    {
      of: 'too many neighbours',
      config: withFields({ tracker: { neighbours: 20 } }),
      is: ['tracker.neighbours: is 20, but a peer has only 19 others'],
    },
    {
      of: 'sub-torrents alone',
      config: withFields({ cache: { subTorrents: 2 } }),
      is: ['cache.subTorrents: is 2, but there are no leaders'],
    },
    {
      of: 'several at once',
      config: withFields({ peers: '20', upload: 'fast' }),
      is: ['peers: is "20", but must be a number', 'upload: is "fast", which is not a rate'],
    },
  ])('$of', ({ config, is }) => {
    expect(problemsOf(config)).toEqual(is);
  });

  test('in the message of the error', () => {
    expect(() => swarm(withFields({ cache: { leaders: '30 %%' } }))).toThrow(
      'cache.leaders: is "30 %%", but a percentage has no unit "%%"\n  fix: write 30 %, for instance',
    );
  });

  test('doing what the fixes say leads to a swarm', () => {
    let config: Record<string, unknown> = {};
    for (let tries = 0; tries < 5; tries++) {
      try {
        expect(swarm(config as unknown as SwarmConfig).classes).toHaveLength(2);
        return;
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        for (const { fix } of error.problems) {
          config = { ...config, ...(JSON.parse(`{${fix.replace('add ', '')}}`) as object) };
        }
      }
    }
    throw new Error(`no swarm: ${JSON.stringify(config)}`);
  });
});
