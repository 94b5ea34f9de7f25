/** Swarms of free-riders, of peers behind a NAT, and of peers that announce pieces they lack. */

import { CLIENT_QUIRKS, CLIENTS, ORIGINAL_QUIRKS } from '@cachetorrent/protocol';
import { type Random, seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { SwarmError, SwarmStalled } from '../src/errors.ts';
import { simulate } from '../src/simulate.ts';
import type { LoggedMessages } from '../src/swarm/log/reader.ts';
import type { PeerClass, Swarm } from '../src/swarm/plan/swarm.ts';
import type { SwarmResult } from '../src/swarm/results/result.ts';
import { simulatedHere } from './swarm/simulated-here.ts';
import { FORTY, LIVING } from './swarm/swarms.ts';

const CAPACITIES = { uploadKbps: 1_000, downloadKbps: 4_000 };
const SEED: PeerClass = { name: 'seed', count: 1, uploadKbps: 3_000, downloadKbps: 4_000 };

/** A seed and 39 leechers, a third of which are odd; pieces of four blocks. */
function withOdd(odd: Partial<PeerClass>, changes: Partial<Swarm> = {}): Swarm {
  const classes = [
    SEED,
    { name: 'usual', count: 26, ...CAPACITIES },
    { name: 'odd', count: 13, ...CAPACITIES, ...odd },
  ];
  return { ...FORTY, pieces: 32, pieceBits: 2 ** 19, neighbours: 8, ...changes, classes };
}

const KINDS: Readonly<Record<string, Partial<PeerClass>>> = {
  'free-riders': { behaviour: 'free-rider' },
  'unreachable peers': { isReachable: false },
  'liars about some pieces': { claimedPercent: 20 },
  'liars about all pieces': { claimedPercent: 100 },
  'unreachable free-riders that lie': {
    behaviour: 'free-rider',
    isReachable: false,
    claimedPercent: 50,
  },
};

const SWARMS: Readonly<Record<string, Partial<Swarm>>> = {
  'plain peers': {},
  'neighbours of their own AS': { externalPercent: 50 },
  'leaders of each AS': { leaderPercent: 30 },
  'leaders of two sub-torrents': { leaderPercent: 30, subTorrents: 2 },
  'mainline clients': {
    client: CLIENTS.mainline.options,
    choker: 'mainline',
    seedChoker: 'mainline',
  },
};

/** Pieces are moved whole, and requested of one peer for however long it takes. */
const OF_THE_ORIGINAL: Partial<Swarm> = { quirks: ORIGINAL_QUIRKS, seedChoker: 'tit-for-tat' };

const meanOf = ({ classes }: SwarmResult, name: string): number =>
  classes.find((each) => each.name === name)!.meanMs!;

describe.each(Object.entries(KINDS))('%s among others', (_, odd) => {
  test.each(Object.entries(SWARMS))('let all complete: %s', (_name, changes) => {
    const { completion } = simulatedHere(withOdd(odd, changes), 1);
    expect(completion.count).toBe(39);
  });

  test.each([['plain peers', {}] as const, ['leaders', { leaderPercent: 30 }] as const])(
    'have the same result on 1, 2 and 3 workers: %s',
    async (_name, changes) => {
      const swarm = withOdd(odd, changes);
      const here = simulatedHere(swarm, 2);
      for (const workers of [2, 3]) {
        expect((await simulate(swarm, { seed: 2, workers })).result).toEqual(here);
      }
    },
  );

  test.each([['plain peers', {}] as const, ['leaders', { leaderPercent: 30 }] as const])(
    'come and go, with the same result on 1 and 3 workers: %s',
    async (_name, changes) => {
      const [seed, ...others] = LIVING.classes;
      const classes = [seed!, ...others.map((each, i) => (i === 0 ? { ...each, ...odd } : each))];
      const swarm = { ...LIVING, ...changes, classes };
      const here = simulatedHere(swarm, 1);
      expect(here.churn!.completions).toBeGreaterThan(0);
      expect((await simulate(swarm, { seed: 1, workers: 3 })).result).toEqual(here);
    },
  );
});

describe('by the rules of the original', () => {
  test.each([
    { rule: 'free-riders', odd: { behaviour: 'free-rider' } as const },
    { rule: 'unreachable peers', odd: { isReachable: false } },
  ])('all complete, with $rule among them', ({ odd }) => {
    expect(simulatedHere(withOdd(odd, OF_THE_ORIGINAL), 1).completion.count).toBe(39);
  });

  test.each([20, 100])('peers wait for ever for what others claim (%i %%)', async (claimed) => {
    const swarm = withOdd({ claimedPercent: claimed }, OF_THE_ORIGINAL);
    await expect(simulate(swarm, { seed: 1, workers: 1 })).rejects.toThrow(
      /pieces that neighbours have announced before they held them \(claims\)/,
    );
  });
});

describe('free-riders', () => {
  test('upload nothing, and are slower than those who do', () => {
    const ratios = [1, 2, 3].map((seed) => {
      const swarm = withOdd({ behaviour: 'free-rider' }, { pieces: 128, neighbours: 20 });
      const result = simulatedHere(swarm, seed);
      const [, , oddRow] = [0, 1, 2].map((row) =>
        result.classTrafficBits.slice(3 * row, 3 * row + 3),
      );
      expect([...oddRow!]).toEqual([0, 0, 0]);
      return meanOf(result, 'odd') / meanOf(result, 'usual');
    });
    for (const ratio of ratios) expect(ratio).toBeGreaterThan(1.1);
  });

  test('are as fast as others where chokers do not look at who gives', () => {
    const chokers: Partial<Swarm> = { choker: 'random', seedChoker: 'random' };
    const random: Partial<Swarm> = { pieces: 128, neighbours: 20, ...chokers };
    const ratios = [1, 2, 3].map((seed) => {
      const result = simulatedHere(withOdd({ behaviour: 'free-rider' }, random), seed);
      return meanOf(result, 'odd') / meanOf(result, 'usual');
    });
    for (const ratio of ratios) expect(ratio).toBeLessThan(1.1);
  });

  test('complete from the seed alone if there is nobody else', () => {
    const swarm = withOdd({});
    const classes = swarm.classes.map((each, i) =>
      i === 0 ? each : { ...each, behaviour: 'free-rider' as const },
    );
    const result = simulatedHere({ ...swarm, neighbours: 39, classes }, 1);
    expect(result.completion.count).toBe(39);
    expect(result.classTrafficBits.slice(3).every((bits) => bits === 0)).toBe(true);
  });
});

describe('leaders that are free-riders', () => {
  /** The riders come first and have most to give, so they are elected, wherever they are. */
  const [seed, home] = LIVING.classes as readonly [PeerClass, PeerClass];
  const classes: PeerClass[] = [
    seed,
    { name: 'home', arrivals: home.arrivals!, ...CAPACITIES },
    {
      name: 'rider',
      arrivals: [{ process: 'at-once', atMs: 0, count: 10 }],
      ...CAPACITIES,
      uploadKbps: 9_000,
      behaviour: 'free-rider',
    },
  ];
  const swarm = { ...LIVING, horizonMs: 1_800_000, leaderPercent: 10, classes };

  test('let their followers down, which lead themselves and complete', async () => {
    const result = simulatedHere(swarm, 1);
    expect(result.churn!.leechersAtEnd).toBe(0);
    expect((await simulate(swarm, { seed: 1, workers: 3 })).result).toEqual(result);
  });

  test('are no reason to start a swarm whose roles are decided once', async () => {
    const closed = {
      ...FORTY,
      leaderPercent: 10,
      classes: [
        SEED,
        {
          name: 'rider',
          count: 20,
          uploadKbps: 9_000,
          downloadKbps: 4_000,
          behaviour: 'free-rider',
        },
        { name: 'usual', count: 19, ...CAPACITIES },
      ] as const,
    };
    await expect(simulate(closed, { seed: 1, workers: 1 })).rejects.toThrow(
      /leaderPercent: is 10 %, but the leaders of AS [\d, ]+ are free-riders/,
    );
  });
});

describe('peers behind a NAT', () => {
  const swarm = withOdd({ isReachable: false });

  test('exchange nothing with one another, but with all others', () => {
    const { classTrafficBits } = simulatedHere(swarm, 1);
    const bits = (from: number, to: number): number => classTrafficBits[3 * from + to]!;
    expect(bits(2, 2)).toBe(0);
    for (const [from, to] of [
      [0, 2],
      [1, 2],
      [2, 1],
    ] as const) {
      expect(bits(from, to)).toBeGreaterThan(0);
    }
  });

  test.each([['plain peers', {}] as const, ['leaders', { leaderPercent: 30 }] as const])(
    'refuse whoever connects to them, unless they have connected to it: %s',
    async (_, changes) => {
      const { result, pairs } = await connectionsOf({ ...swarm, ...changes });
      const isOdd = (id: number): boolean => result.peers.class[id - 1] === 'odd';
      expect(pairs.refused.size).toBeGreaterThan(0);
      for (const pair of pairs.refused) {
        const [from, to] = pair.split(' ').map(Number) as [number, number];
        expect(isOdd(from), pair).toBe(true);
        expect(pairs.connReq, pair).toContain(`${to} ${from}`);
      }
      for (const pair of pairs.piece) {
        const [from, to] = pair.split(' ').map(Number) as [number, number];
        if (isOdd(from)) expect(pairs.connReq, pair).toContain(pair);
        if (isOdd(to)) expect(pairs.connReq, pair).toContain(`${to} ${from}`);
        expect(isOdd(from) && isOdd(to), pair).toBe(false);
      }
    },
  );

  /** For some kinds of messages, who has sent one to whom. */
  async function connectionsOf(observed: Swarm) {
    const pairs = {
      connReq: new Set<string>(),
      refused: new Set<string>(),
      piece: new Set<string>(),
    };
    const { result } = await simulate(observed, {
      seed: 1,
      workers: 1,
      messageLog: {
        kinds: ['connReq', 'refused', 'piece'],
        onMessages: (messages: LoggedMessages) => {
          for (let i = 0; i < messages.count; i++) {
            const kind = messages.kind(i) as keyof typeof pairs;
            pairs[kind].add(`${messages.from(i)} ${messages.to(i)}`);
          }
        },
      },
    });
    return { result, pairs };
  }

  test('lead nobody, unless nobody of their AS can be reached', () => {
    const unreachable = { ...FORTY.classes[1]!, isReachable: false };
    const homes = (...list: number[]) => list.map((as) => ({ as, share: 1 }));
    const classes = [
      { ...SEED, homes: homes(0) },
      { ...FORTY.classes[0]!, count: 19, homes: homes(0, 1, 2) },
      { ...unreachable, count: 10, homes: homes(0, 1, 2) },
      { ...unreachable, name: 'alone', count: 10, homes: homes(3) },
    ];
    const { peers, completion } = simulatedHere(
      { ...FORTY, classes, leaderPercent: 30, arrivalOrder: 'shuffled' },
      1,
    );
    expect(completion.count).toBe(39);
    for (const [row, name] of peers.class.entries()) {
      if (name === 'fast') expect(peers.role[row]).toBe('follower');
      if (name === 'alone') expect(peers.role[row]).toBe('leader');
    }
    expect(peers.role).toContain('follower');
  });
});

describe('swarms that cannot complete', () => {
  const unreachable = { isReachable: false } as const;
  const rider = { behaviour: 'free-rider' } as const;
  const withKinds = (
    seed: object,
    usual: object,
    odd: object,
    changes: Partial<Swarm> = {},
  ): Swarm => {
    const { classes, ...swarm } = withOdd({}, changes);
    const kinds = [seed, usual, odd];
    return { ...swarm, classes: classes.map((each, i) => ({ ...each, ...kinds[i] })) };
  };

  test.each<[string, Swarm, RegExp]>([
    [
      'all who upload are unreachable, as are those who need them',
      withKinds(unreachable, rider, unreachable),
      /^classes\[2\]\.isReachable: is false for class "odd", and no peer that uploads is reachable/,
    ],
    [
      'the only seed is a free-rider',
      withKinds(rider, {}, {}),
      /^classes\[0\]\.behaviour: is free-rider, and so is the only seed/,
    ],
    [
      'unreachable peers that know only one another, or free-riders',
      withKinds({}, rider, unreachable, { neighbours: 1 }),
      /^neighbours: is 1, .*, or let more peers upload, or let more peers be reachable$/,
    ],
  ])('are refused: %s', async (_, swarm, message) => {
    await expect(simulate(swarm, { seed: 1, workers: 1 })).rejects.toThrow(message);
  });

  test('say so: an unreachable seed whose pieces come to an AS through followers only', async () => {
    const swarm = withKinds(unreachable, {}, unreachable, { neighbours: 1, leaderPercent: 10 });
    await expect(simulate(swarm, { seed: 1, workers: 1 })).rejects.toThrow(
      /no neighbour that can upload and holds a piece that they lack \(of a follower, .*make more peers reachable/,
    );
  });
});

const CASES = 40;

describe('random swarms of all kinds of peers', () => {
  const pick = <Value>(random: Random, values: readonly Value[]): Value =>
    values[random.below(values.length)]!;

  function randomSwarm(random: Random): Swarm {
    const kind = (): Partial<PeerClass> => ({
      ...(random.unit() < 0.3 ? { behaviour: 'free-rider' as const } : {}),
      ...(random.unit() < 0.3 ? { isReachable: false } : {}),
      ...(random.unit() < 0.3 ? { claimedPercent: pick(random, [5, 50, 100]) } : {}),
    });
    const seeds = 1 + random.below(2);
    const capacity = () => ({ uploadKbps: pick(random, [0, 500, 2_000]), downloadKbps: 4_000 });
    const classes = [
      { ...SEED, count: seeds, ...(random.unit() < 0.3 ? { isReachable: false } : {}) },
      ...Array.from({ length: 1 + random.below(4) }, (_, n) => ({
        name: `class${n}`,
        count: 1 + random.below(8),
        ...capacity(),
        ...kind(),
      })),
    ];
    const peers = classes.reduce((sum, { count }) => sum + count, 0);
    return {
      ...FORTY,
      pieces: 1 + random.below(20),
      pieceBits: pick(random, [2 ** 16, 2 ** 18, 2 ** 19]),
      seeds,
      classes,
      arrivalOrder: 'shuffled',
      neighbours: 1 + random.below(peers - 1),
      minPeers: peers,
      ...pick(random, [...Object.values(SWARMS), OF_THE_ORIGINAL]),
      ...(random.unit() < 0.2 ? { quirks: { ...CLIENT_QUIRKS, wholePieces: true } } : {}),
      ...(random.unit() < 0.2 ? { horizonMs: 600_000 } : {}),
    };
  }

  test.each(Array.from({ length: CASES }, (_, seed) => seed))(
    'complete, or say why not, seed %i',
    async (seed) => {
      const swarm = randomSwarm(seededRandom(seed, 'odd peers'));
      try {
        const { result } = await simulate(swarm, { seed, workers: 1 });
        const leechers = result.peers.id.length - swarm.seeds;
        if (swarm.horizonMs === undefined) expect(result.completion.count).toBe(leechers);
      } catch (error) {
        if (!(error instanceof SwarmStalled)) expect(error).toBeInstanceOf(SwarmError);
        // Plain peers with timeouts get everything that they can reach.
        const isPlain = swarm.leaderPercent === undefined && !swarm.quirks.wholePieces;
        if (error instanceof SwarmStalled) expect(isPlain, error.message).toBe(false);
      }
    },
  );
});
