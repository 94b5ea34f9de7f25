/** Swarms for tests, with several AS, small enough to be simulated in a second or two. */

import {
  CLIENT_QUIRKS,
  type ClientName,
  type ClientOptions,
  CLIENTS,
  LIBTORRENT,
  ORIGINAL_QUIRKS,
} from '@cachetorrent/protocol';

import type { FileTopology, Swarm, TransitStub } from '../../src/swarm/plan/swarm.ts';

const STUBS: TransitStub = {
  transitDomains: 2,
  transitDomainSize: 5,
  stubDomains: 4,
  stubDomainSize: 20,
};

/** Forty peers in four AS, the first one a seed, and a file of 16 pieces, each sent in 250 ms. */
export const FORTY: Swarm = {
  neighbours: 6,
  minPeers: 40,
  seeds: 1,
  pieces: 16,
  pieceBits: 250_000,
  uploadSlots: 4,
  optimisticSlots: 1,
  rechokeIntervalMs: 2_000,
  backlog: 5,
  choker: 'tit-for-tat',
  seedChoker: 'round-robin',
  allocationIntervalMs: 500,
  arrivalGapMs: 2,
  arrivalOrder: 'listed',
  classes: [
    { name: 'slow', count: 20, uploadKbps: 1_000, downloadKbps: 3_000 },
    { name: 'fast', count: 20, uploadKbps: 1_500, downloadKbps: 4_000 },
  ],
  topology: STUBS,
  latency: { model: 'topology' },
  client: LIBTORRENT,
  quirks: CLIENT_QUIRKS,
  requestPriority: 'within-rarity',
  subTorrents: 1,
};

/** Nine AS without customers below five carriers, of which three meet at the top. */
export const RELATIONSHIPS: FileTopology = {
  file: { name: 'rel.txt' },
  network: {
    kind: 'relationships',
    text: `1|2|0\n1|3|0\n2|3|0\n1|4|-1\n2|4|-1\n3|5|-1\n${[11, 12, 13, 14, 15, 16, 17, 18, 19]
      .map((as) => `${1 + (as % 5)}|${as}|-1`)
      .join('\n')}\n11|12|0\n4|13|-1`,
  },
  asCount: 14,
  hosts: { count: 4, by: 'uniform' },
  sizes: { sizes: 'zipf', exponent: 0.5 },
  hopMs: 20,
  intraMs: 5,
};

const TABLE: FileTopology = {
  file: { name: 'table.csv' },
  network: {
    kind: 'table',
    names: ['a', 'b', 'c'],
    sizes: [2, 1, 1],
    latencyMs: [
      [3, 10, 40],
      [12, 3, 30],
      [45, 35, 4],
    ],
  },
  asCount: 3,
  intraMs: 5,
};

const GRAPH: FileTopology = {
  file: { name: 'graph.gml' },
  network: {
    kind: 'graph',
    names: ['a', 'b', 'c', 'd'],
    links: [
      { from: 0, to: 1, latencyUs: 8_400 },
      { from: 1, to: 2, latencyUs: 20_000 },
      { from: 2, to: 3 },
      { from: 0, to: 3, latencyUs: 90_000 },
      { from: 3, to: 3, latencyUs: 1_500 },
    ],
    isDirected: false,
  },
  asCount: 4,
  hosts: {
    as: [
      { as: 0, share: 3 },
      { as: 2, share: 1 },
      { as: 3, share: 2 },
    ],
  },
  hopMs: 30,
  intraMs: 5,
};

const ORIGINAL_RULES: Partial<Swarm> = {
  quirks: ORIGINAL_QUIRKS,
  seedChoker: 'tit-for-tat',
  latency: { model: 'fixed', fixedMs: 50 },
};

/** Pieces of eight blocks, so that several peers can serve one. */
const OF_BLOCKS: Partial<Swarm> = { pieces: 8, pieceBits: 8 * 2 ** 17 };

/** More pieces than a peer requests before it has four. */
const OF_TWO_BLOCKS: Partial<Swarm> = { pieces: 32, pieceBits: 8 * 2 ** 15 };

/** What another client does, in a swarm of pieces of eight blocks. */
function ofClient(client: Partial<ClientOptions>, changes: Partial<Swarm> = {}): Partial<Swarm> {
  return { ...OF_BLOCKS, client: { ...LIBTORRENT, ...client }, ...changes };
}

/** A client by name, with its chokers. */
function named(name: ClientName): Partial<Swarm> {
  const { options, choker, seedChoker } = CLIENTS[name];
  return ofClient(options, { choker, seedChoker });
}

/** Every option of a swarm at least once: neighbours, leaders, sub-torrents, chokers, clients. */
export const VARIANTS: Readonly<Record<string, Partial<Swarm>>> = {
  'BitTorrent, original rules': ORIGINAL_RULES,
  'leechers that choke at random': { choker: 'random' },
  'seeds that choke by tit-for-tat': { seedChoker: 'tit-for-tat' },
  'seeds that choke at random': { seedChoker: 'random' },
  'seeds that unchoke the fastest': { seedChoker: 'fastest-upload' },
  'seeds that unchoke in turn': { seedChoker: 'round-robin' },
  'seeds that unchoke against leeches': { seedChoker: 'anti-leech' },
  'as many slots as the rates allow': { choker: 'rate-based' },
  'pieces of eight blocks': OF_BLOCKS,
  'pieces of eight blocks, and leaders': { ...OF_BLOCKS, leaderPercent: 30 },
  'mainline clients': named('mainline'),
  Transmission: named('transmission'),
  'endgame of all': ofClient({ endgame: 'all', endgameCancels: true }),
  'endgame of two': ofClient({ endgame: 'two', endgameCancels: true }),
  'the fewest missing blocks first': ofClient({ partialPieces: 'fewest-missing' }),
  'free slots that are given in the next round': ofClient({ freeSlots: 'next-round' }),
  'peers that are snubbed': ofClient({ snubbedAfterMs: 5_000 }, { choker: 'mainline' }),
  'partial pieces first': ofClient({ partialPieces: 'first', randomFirstPieces: 0 }),
  'partial pieces first, those of seeds apart': ofClient({
    partialPieces: 'seeds-apart',
    randomFirstPieces: 0,
  }),
  'pieces of two blocks': OF_TWO_BLOCKS,
  'pieces at random': ofClient({ pieceOrder: 'random' }, OF_TWO_BLOCKS),
  'pieces in order': ofClient({ pieceOrder: 'in-order' }),
  'no whole pieces for fast connections': ofClient({ wholePieceMs: 0 }),
  'small request windows': ofClient({ requestQueueMax: 2, requestQueueStart: 2 }),
  'rates of two rounds': ofClient({ rateRounds: 2 }),
  'peers that do not upload, and are given up': ofClient(
    { requestTimeoutMs: 3_000 },
    {
      classes: [
        { name: 'giver', count: 30, uploadKbps: 1_000, downloadKbps: 3_000 },
        { name: 'rider', count: 10, uploadKbps: 0, downloadKbps: 3_000 },
      ],
      arrivalOrder: 'shuffled',
    },
  ),
  'a super-seed': ofClient({ superSeeding: true }),
  'no have to those that hold the piece': ofClient(
    { redundantHaves: false },
    { leaderPercent: 30 },
  ),
  'no pieces while choked': ofClient({ allowedFastPieces: 0 }),
  'many pieces while choked, leaders and sub-torrents': ofClient(
    { allowedFastPieces: 20 },
    { leaderPercent: 30, subTorrents: 2 },
  ),
  'whole pieces and otherwise clients': {
    quirks: { ...CLIENT_QUIRKS, wholePieces: true, interestInRequestable: true, idleSlots: true },
  },
  'whole pieces, and free slots that are filled': {
    quirks: { ...CLIENT_QUIRKS, wholePieces: true },
  },
  'blocks, and otherwise the original': {
    ...OF_BLOCKS,
    ...ORIGINAL_RULES,
    quirks: { ...ORIGINAL_QUIRKS, wholePieces: false },
  },
  'biased neighbours': { externalPercent: 34 },
  'neighbours by hops': {
    selection: { policy: 'hops', externalPercent: 20, sampleSize: 20 },
  },
  'neighbours by latency': {
    selection: { policy: 'latency', externalPercent: 20, sampleSize: 20 },
  },
  'neighbours by cost': { selection: { policy: 'cost', externalPercent: 40 } },
  'neighbours by a cost map': {
    selection: {
      policy: 'cost',
      externalPercent: 40,
      costs: [
        { from: 0, to: 1, cost: 0.01 },
        { from: 1, to: 2, cost: 1 },
      ],
    },
  },
  'a budget of connections between AS': {
    selection: { policy: 'budget', interAsConnections: 3 },
  },
  'a budget, and leaders': {
    selection: { policy: 'budget', interAsConnections: 3 },
    leaderPercent: 30,
  },
  'CacheTorrent, pieces requested by followers first': {
    leaderPercent: 30,
    requestPriority: 'absolute',
  },
  'biased CacheTorrent, original rules': {
    ...ORIGINAL_RULES,
    leaderPercent: 30,
    externalPercent: 34,
  },
  'MultiTorrent with a remainder of pieces': { leaderPercent: 20, subTorrents: 3 },
  'biased MultiTorrent, original rules': {
    ...ORIGINAL_RULES,
    leaderPercent: 50,
    subTorrents: 2,
    externalPercent: 50,
    choker: 'random',
  },
  'AS behind narrow uplinks': { borders: [{ upKbps: 2_000, downKbps: 3_000 }] },
  'borders of an AS and of a link, leaders': {
    borders: [
      { as: ['AS1'], downKbps: 1_000 },
      { between: ['AS2', 'transit'], capacityKbps: 1_500 },
      { as: ['transit'], upKbps: 9_000 },
    ],
    leaderPercent: 30,
  },
  'windows and losses of TCP': { tcp: { windowBits: 8 * 2 ** 16, lossPercent: 0.5 } },
  'leaders below others': { leaderPercent: 30, parents: [{ as: 1, parent: 0 }] },
  'borders and TCP, original rules': {
    ...ORIGINAL_RULES,
    borders: [{ downKbps: 3_000 }],
    tcp: { windowBits: 8 * 2 ** 13 },
  },
  'MultiTorrent with elections that run out of candidates': { leaderPercent: 100, subTorrents: 2 },
  'stubs of sizes by Zipf’s law': {
    topology: { ...STUBS, sizes: { sizes: 'zipf', exponent: 1 } },
  },
  'AS with relationships, of which some are drawn': { topology: RELATIONSHIPS },
  'AS of a table, with leaders': { topology: TABLE, leaderPercent: 30 },
  'AS of a graph': { topology: GRAPH },
  'peers that arrive one by one, with leaders': {
    arrivalGapMs: 400,
    minPeers: 8,
    leaderPercent: 30,
    subTorrents: 2,
  },
};

const SECOND = 1_000;

/** Peers arrive for two minutes, at random and all at once; they leave, give up, crash, return. */
export const LIVING: Swarm = {
  ...FORTY,
  horizonMs: 600 * SECOND,
  minPeers: 2,
  classes: [
    { name: 'seed', count: 1, uploadKbps: 1_500, downloadKbps: 0 },
    {
      name: 'home',
      arrivals: [{ process: 'poisson', fromMs: 0, untilMs: 120 * SECOND, perMs: 1 / 3_000 }],
      uploadKbps: 1_000,
      downloadKbps: 3_000,
      session: {
        seedsFor: { distribution: 'exponential', mean: 30 * SECOND },
        patience: { distribution: 'weibull', shape: 0.6, scale: 60 * SECOND },
        returnsAfter: { distribution: 'fixed', value: 0 },
      },
    },
    {
      name: 'crowd',
      arrivals: [{ process: 'at-once', atMs: 60 * SECOND, count: 10 }],
      count: 10,
      uploadKbps: 1_500,
      downloadKbps: 4_000,
      session: { crashesAfter: { distribution: 'exponential', mean: 30 * SECOND }, shareRatio: 1 },
    },
  ],
};
