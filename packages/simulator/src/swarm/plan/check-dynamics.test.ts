import { CLIENT_QUIRKS, LIBTORRENT } from '@cachetorrent/protocol';
import { expect, test } from 'vitest';

import { SwarmError } from '../../errors.ts';
import { checkSwarm } from './check.ts';
import type { ArrivalProcess, Distribution, Session } from './dynamics.ts';
import type { PeerClass, Swarm } from './swarm.ts';

const SEED: PeerClass = { name: 'seed', count: 1, uploadKbps: 10, downloadKbps: 20 };
const HOUR_MS = 3_600_000;

/** A swarm with one seed and the class `peer`, for ten hours. */
function swarmWith(peer: Partial<PeerClass>, fields: Partial<Swarm> = {}): Swarm {
  return {
    neighbours: 5,
    minPeers: 2,
    seeds: 1,
    pieces: 100,
    pieceBits: 196,
    uploadSlots: 4,
    optimisticSlots: 1,
    rechokeIntervalMs: 10_000,
    backlog: 10,
    choker: 'tit-for-tat',
    seedChoker: 'round-robin',
    allocationIntervalMs: 10,
    arrivalGapMs: 2,
    classes: [SEED, { name: 'peer', uploadKbps: 10, downloadKbps: 20, ...peer }],
    arrivalOrder: 'listed',
    topology: { transitDomains: 10, transitDomainSize: 50, stubDomains: 4, stubDomainSize: 50 },
    latency: { model: 'topology' },
    client: LIBTORRENT,
    quirks: CLIENT_QUIRKS,
    requestPriority: 'within-rarity',
    subTorrents: 1,
    horizonMs: 10 * HOUR_MS,
    ...fields,
  };
}

const RATE: ArrivalProcess = { process: 'poisson', perMs: 100 / HOUR_MS, fromMs: 0 };
const arriving = (process: object): Partial<PeerClass> => ({
  arrivals: [{ ...RATE, ...process } as ArrivalProcess],
});
const traced = (...peers: object[]): Partial<PeerClass> => ({
  arrivals: [{ process: 'trace', peers } as ArrivalProcess],
});
const staying = (session: Session): Partial<PeerClass> => ({ arrivals: [RATE], session });
const fixed = (value: number): Distribution => ({ distribution: 'fixed', value });

/** Without a horizon. */
const endless = (peer: Partial<PeerClass>): Swarm => {
  const { horizonMs: _, ...rest } = swarmWith(peer);
  return rest;
};

test.each([
  { what: 'a rate', swarm: swarmWith(arriving({})) },
  { what: 'a rate that ends, without a horizon', swarm: endless(arriving({ untilMs: HOUR_MS })) },
  { what: 'a rate that decays, without a horizon', swarm: endless(arriving({ decayMs: HOUR_MS })) },
  { what: 'a rate with a count, without a horizon', swarm: endless({ ...arriving({}), count: 9 }) },
  { what: 'a trace', swarm: swarmWith(traced({ atMs: 5, leavesAtMs: 5 }, { atMs: 5, as: 3 })) },
  { what: 'few peers, but many neighbours', swarm: swarmWith(arriving({}), { neighbours: 50 }) },
  { what: 'those who leave at once', swarm: swarmWith(staying({ seedsFor: fixed(0) })) },
  {
    what: 'those who come back',
    swarm: swarmWith(staying({ patience: fixed(9), returnsAfter: fixed(0) })),
  },
  {
    what: 'a crowd with a session and homes',
    swarm: swarmWith({ count: 9, session: { shareRatio: 2 }, homes: [{ as: 3, share: 1 }] }),
  },
])('$what can be simulated', ({ swarm }) => {
  expect(() => checkSwarm(swarm)).not.toThrow();
});

test.each<{ swarm: Swarm; at: string; problem: string }>([
  {
    swarm: swarmWith(arriving({ perMs: 0 })),
    at: 'arrivals[0].perMs',
    problem: 'is 0 per hour, but a rate of arrivals is above 0',
  },
  {
    swarm: swarmWith(arriving({ perMs: -1 / HOUR_MS })),
    at: 'arrivals[0].perMs',
    problem: 'is -1',
  },
  { swarm: swarmWith(arriving({ perMs: NaN })), at: 'arrivals[0].perMs', problem: 'is NaN' },
  {
    swarm: swarmWith(arriving({ perMs: 1e9 })),
    at: 'arrivals[0].perMs',
    problem: 'which is too large',
  },
  {
    swarm: swarmWith(arriving({ perMs: 10 })),
    at: 'arrivals',
    problem: 'bring about 360000000 peers, more than can be simulated',
  },
  { swarm: swarmWith(arriving({ fromMs: -1 })), at: 'arrivals[0].fromMs', problem: 'is -1' },
  {
    swarm: swarmWith(arriving({ fromMs: 2_000, untilMs: 2_000 })),
    at: 'arrivals[0].untilMs',
    problem: 'is 2 s, but these arrivals begin at 2 s',
  },
  { swarm: swarmWith(arriving({ decayMs: 0 })), at: 'arrivals[0].decayMs', problem: 'is 0' },
  {
    swarm: swarmWith(arriving({ fromMs: 10 * HOUR_MS })),
    at: 'arrivals[0].fromMs',
    problem: 'is 36000 s, when the run has ended (36000 s)',
  },
  {
    swarm: swarmWith({ arrivals: [{ process: 'at-once', atMs: 11 * HOUR_MS, count: 5 }] }),
    at: 'arrivals[0].atMs',
    problem: 'when the run has ended',
  },
  {
    swarm: swarmWith({ arrivals: [{ process: 'at-once', atMs: 0, count: 0 }] }),
    at: 'arrivals[0].count',
    problem: 'is 0, but nobody would arrive',
  },
  {
    swarm: swarmWith(traced({ atMs: 10 * HOUR_MS })),
    at: 'arrivals[0].peers[0].atMs',
    problem: 'when the run has ended',
  },
  { swarm: endless(arriving({})), at: 'arrivals', problem: 'never end, and neither does the run' },
  { swarm: swarmWith({ arrivals: [] }), at: 'arrivals', problem: 'is empty' },
  { swarm: swarmWith(traced()), at: 'arrivals[0].peers', problem: 'has no peer of this class' },
  {
    swarm: swarmWith(traced({ atMs: 5_000 }, { atMs: 4_000 })),
    at: 'arrivals[0].peers[1].atMs',
    problem: 'is 4 s, earlier than the peer before (5 s)',
  },
  {
    swarm: swarmWith(traced({ atMs: 5_000, leavesAtMs: 4_000 })),
    at: 'arrivals[0].peers[0].leavesAtMs',
    problem: 'is 4 s, before the peer arrives (5 s)',
  },
  {
    swarm: swarmWith(traced({ atMs: 5_000, as: 4 })),
    at: 'arrivals[0].peers[0].as',
    problem: 'is 4, but the network has 4 AS',
  },
  {
    swarm: swarmWith(traced({ atMs: 5_000, downloadKbps: 0 })),
    at: 'arrivals[0].peers[0].downloadKbps',
    problem: 'could never complete',
  },
  { swarm: swarmWith({ ...arriving({}), count: 0 }), at: 'count', problem: 'is 0' },
  { swarm: swarmWith({}), at: 'count', problem: 'is 0, but a class has at least one peer' },
  {
    swarm: swarmWith({ ...arriving({}), downloadKbps: 0 }),
    at: 'downloadKbps',
    problem: 'could never complete',
  },
  {
    swarm: swarmWith(staying({ seedsFor: fixed(-1) })),
    at: 'session.seedsFor.value',
    problem: 'is -1',
  },
  {
    swarm: swarmWith(staying({ patience: { distribution: 'exponential', mean: 0 } })),
    at: 'session.patience.mean',
    problem: 'is 0',
  },
  {
    swarm: swarmWith(staying({ crashesAfter: { distribution: 'weibull', scale: 1, shape: 0 } })),
    at: 'session.crashesAfter.shape',
    problem: 'is 0',
  },
  {
    swarm: swarmWith(staying({ patience: { distribution: 'log-normal', median: 1, sigma: -1 } })),
    at: 'session.patience.sigma',
    problem: 'is -1',
  },
  {
    swarm: swarmWith(staying({ shareRatio: 0 })),
    at: 'session.shareRatio',
    problem: 'is 0, but a share ratio is above 0',
  },
  {
    swarm: swarmWith(staying({ seedsFor: fixed(5), returnsAfter: fixed(5) })),
    at: 'session.returnsAfter',
    problem: 'is set, but these peers neither crash nor give up',
  },
  {
    swarm: swarmWith({ count: 9, homes: [{ as: 4, share: 1 }] }),
    at: 'homes[0].as',
    problem: 'is 4, but the network has 4 AS',
  },
  {
    swarm: swarmWith({ count: 9, homes: [0, 0].map((as) => ({ as, share: 1 })) }),
    at: 'homes[1].as',
    problem: 'is 0, which is listed before',
  },
  {
    swarm: swarmWith({ count: 9, homes: [{ as: 0, share: 0 }] }),
    at: 'homes',
    problem: 'have no share above 0',
  },
  { swarm: swarmWith({ count: 9, homes: [] }), at: 'homes', problem: 'have no share above 0' },
  {
    swarm: swarmWith({
      count: 9,
      capacities: { table: [{ share: 1, uploadKbps: -1, downloadKbps: 1 }] },
    }),
    at: 'capacities.table[0].uploadKbps',
    problem: 'is -1',
  },
  {
    swarm: swarmWith({
      count: 9,
      capacities: {
        upload: { distribution: { distribution: 'exponential', mean: 9 }, least: 5, most: 4 },
      },
    }),
    at: 'capacities.upload.most',
    problem: 'is 4 kbit/s, less than the least capacity (5 kbit/s)',
  },
])('refused: $at $problem', ({ swarm, at, problem }) => {
  const mistake = mistakeIn(swarm);
  expect(mistake.at).toBe(`classes[1].${at}`);
  expect(mistake.problem).toContain(problem);
  expect(mistake.fix).not.toBe('');
});

test.each([
  { what: 'a run of no time', fields: { horizonMs: 0 }, at: 'horizonMs' },
  { what: 'a run that lasts too long', fields: { horizonMs: 1e15 }, at: 'horizonMs' },
  { what: 'no seed', fields: { seeds: 0 }, at: 'seeds' },
  {
    what: 'seeds that arrive',
    fields: { classes: [{ ...SEED, arrivals: [RATE] }] },
    at: 'classes[0].arrivals',
  },
])('refused: $what', ({ fields, at }) => {
  expect(mistakeIn(swarmWith(arriving({}), fields)).at).toBe(at);
});

function mistakeIn(swarm: Swarm): SwarmError {
  try {
    checkSwarm(swarm);
  } catch (error) {
    if (error instanceof SwarmError) return error;
    throw error;
  }
  throw new Error('the swarm was not refused');
}
