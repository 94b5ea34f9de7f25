import { CLIENT_QUIRKS, LIBTORRENT, ORIGINAL_QUIRKS } from '@cachetorrent/protocol';
import { expect, test } from 'vitest';

import { SwarmError } from '../../errors.ts';
import { checkSwarm } from './check.ts';
import type { Swarm } from './swarm.ts';

/** Twenty peers, one of them a seed. */
const good: Swarm = {
  neighbours: 5,
  minPeers: 20,
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
  classes: [{ name: 'peer', count: 20, uploadKbps: 10, downloadKbps: 20 }],
  arrivalOrder: 'listed',
  topology: { transitDomains: 10, transitDomainSize: 50, stubDomains: 2, stubDomainSize: 50 },
  latency: { model: 'topology' },
  client: LIBTORRENT,
  quirks: CLIENT_QUIRKS,
  requestPriority: 'within-rarity',
  subTorrents: 1,
};

/** Classes are written `count:upload/download`. */
const of = (text: string): Swarm['classes'] =>
  Array.from(text.matchAll(/(-?[\d.]+):(-?[\d.]+)\/(-?[\d.]+)/g), ([, count, up, down], i) => ({
    name: `class-${i}`,
    count: Number(count),
    uploadKbps: Number(up),
    downloadKbps: Number(down),
  }));

test.each([
  { what: 'a plain swarm', change: {} },
  {
    what: 'CacheTorrent, biased, in parts',
    change: { leaderPercent: 50, externalPercent: 10, subTorrents: 3 },
  },
  { what: 'no leaders but the one of each AS', change: { leaderPercent: 0 } },
  { what: 'a seed that cannot download', change: { classes: of('1:10/0 19:5/5') } },
  { what: 'a leecher that cannot upload', change: { classes: of('1:10/10 1:0/5 18:5/5') } },
  {
    what: 'two seeds of which one can upload',
    change: { seeds: 2, classes: of('1:0/0 1:10/0 18:5/5') },
  },
  { what: 'peers that come when others have begun', change: { classes: of('49:10/20') } },
  { what: 'everybody as a neighbour', change: { neighbours: 19 } },
  { what: 'everybody at once', change: { arrivalGapMs: 0 } },
  { what: 'the largest piece', change: { pieceBits: 2 ** 32 } },
  { what: 'the largest file', change: { pieces: 2 ** 16 - 1, pieceBits: 2 ** 32 } },
  { what: 'most pieces of most blocks', change: { pieces: 2 ** 24, pieceBits: 127 * 2 ** 17 } },
  {
    what: 'a larger piece that is moved whole',
    change: { pieces: 2 ** 24, pieceBits: 2 ** 33, quirks: ORIGINAL_QUIRKS },
  },
  { what: 'most neighbours', change: { classes: of('65536:10/20'), neighbours: 65_535 } },
])('$what can be simulated', ({ change }) => {
  expect(() => checkSwarm({ ...good, ...change })).not.toThrow();
});

test.each([
  { change: { seeds: 0 }, at: 'seeds', problem: 'is 0, but no peer would have the file' },
  { change: { seeds: 20 }, at: 'seeds', problem: 'is 20 of 20 peers, so no peer would download' },
  {
    change: { neighbours: 0 },
    at: 'neighbours',
    problem: 'a peer without neighbours downloads nothing',
  },
  { change: { neighbours: 20 }, at: 'neighbours', problem: 'is 20, but a peer has only 19 others' },
  { change: { neighbours: 2.5 }, at: 'neighbours', problem: 'is 2.5, which is not whole' },
  { change: { neighbours: Number.NaN }, at: 'neighbours', problem: 'is NaN' },
  { change: { minPeers: 1 }, at: 'minPeers', problem: 'a swarm has two peers or more' },
  { change: { minPeers: 30 }, at: 'minPeers', problem: 'is 30, but there are only 20 peers' },
  { change: { pieces: 0 }, at: 'pieces', problem: 'there would be nothing to download' },
  { change: { pieceBits: -1 }, at: 'pieceBits', problem: 'comes to -1 bits' },
  { change: { pieceBits: 0.5 }, at: 'pieceBits', problem: 'a whole number of bits' },
  {
    change: { pieceBits: 2 ** 32 + 1 },
    at: 'pieceBits',
    problem: 'comes to 32,769 blocks of 16 KiB, but a piece has at most 32,768',
  },
  {
    change: { pieces: 2 ** 16, pieceBits: 2 ** 32 },
    at: 'pieces',
    problem: 'comes to 2,147,483,648 blocks of 16 KiB, but a file has at most 2,147,483,647',
  },
  {
    change: { pieces: 2 ** 24, pieceBits: 128 * 2 ** 17 },
    at: 'pieces',
    problem: 'comes to 2,147,483,648 blocks of 16 KiB',
  },
  {
    change: { classes: of('65537:10/20'), neighbours: 65_536 },
    at: 'neighbours',
    problem: 'is 65536, which is too large',
  },
  { change: { uploadSlots: -1 }, at: 'uploadSlots', problem: 'is -1' },
  {
    change: { uploadSlots: 0, optimisticSlots: 0 },
    at: 'uploadSlots',
    problem: 'no peer would upload',
  },
  { change: { backlog: 0 }, at: 'backlog', problem: 'no piece would be requested' },
  {
    change: { rechokeIntervalMs: 0 },
    at: 'rechokeIntervalMs',
    problem: 'simulated time would not advance',
  },
  {
    change: { allocationIntervalMs: 0 },
    at: 'allocationIntervalMs',
    problem: 'simulated time would not advance',
  },
  {
    change: { allocationIntervalMs: Infinity },
    at: 'allocationIntervalMs',
    problem: 'which is too large',
  },
  { change: { arrivalGapMs: -1 }, at: 'arrivalGapMs', problem: 'is -1' },
  { change: { latency: { model: 'fixed', fixedMs: 0 } }, at: 'latency.fixedMs', problem: 'is 0' },
  {
    change: { latency: { model: 'fixed' } as Swarm['latency'] },
    at: 'latency.fixedMs',
    problem: 'is undefined, but must be a number',
  },
  { change: { pieces: NaN }, at: 'pieces', problem: 'is NaN, but must be a number' },
  {
    change: { backlog: '10' as unknown as number },
    at: 'backlog',
    problem: 'is 10, but must be a number',
  },
  {
    change: { topology: { ...good.topology, stubDomains: 0 } },
    at: 'topology.stubDomains',
    problem: 'the network would have no routers',
  },
  { change: { leaderPercent: -1 }, at: 'leaderPercent', problem: 'is -1' },
  { change: { leaderPercent: 101 }, at: 'leaderPercent', problem: 'is 101' },
  { change: { leaderPercent: 5, leadersMin: 0 }, at: 'leadersMin', problem: 'is 0' },
  { change: { leaderPercent: 5, leadersMax: 1.5 }, at: 'leadersMax', problem: 'is 1.5' },
  {
    change: { leaderPercent: 5, leadersMin: 3, leadersMax: 2 },
    at: 'leadersMin',
    problem: 'is 3, more than leadersMax (2)',
  },
  {
    change: { leaderPercent: 5, electionPolicy: 'vote' as 'random' },
    at: 'electionPolicy',
    problem: 'is "vote", which is not a policy',
  },
  { change: { connectionsMax: 1 }, at: 'connectionsMax', problem: 'opens half of its connections' },
  { change: { connectionsMax: 65_536 }, at: 'connectionsMax', problem: 'is 65536' },
  { change: { externalPercent: 101 }, at: 'externalPercent', problem: 'is 101' },
  { change: { subTorrents: 2 }, at: 'subTorrents', problem: 'but there are no leaders' },
  {
    change: { leaderPercent: 5, subTorrents: 101 },
    at: 'subTorrents',
    problem: 'there are only 100 pieces',
  },
  { change: { choker: 'fair' }, at: 'choker', problem: 'is "fair", which is not a choker' },
  { change: { seedChoker: 'fair' }, at: 'seedChoker', problem: 'is "fair", which is not a choker' },
  { change: { classes: [] }, at: 'classes', problem: 'is empty' },
  { change: { classes: of('0:1/1 20:1/1') }, at: 'classes[0].count', problem: 'is 0' },
  { change: { classes: of('20:-1/1') }, at: 'classes[0].uploadKbps', problem: 'is -1' },
  {
    change: { classes: of('1:0/9 19:5/5') },
    at: 'classes[0].uploadKbps',
    problem: 'is 0 for the seed, so no peer could ever complete',
  },
  {
    change: { seeds: 2, classes: of('1:0/9 1:0/9 18:5/5') },
    at: 'classes[1].uploadKbps',
    problem: 'is 0 for every seed',
  },
  {
    change: { classes: of('19:9/9 1:5/0') },
    at: 'classes[1].downloadKbps',
    problem: 'is 0, so leechers of class "class-1" could never complete',
  },
  {
    change: { classes: of('20:9/0') },
    at: 'classes[0].downloadKbps',
    problem: 'leechers of class "class-0"',
  },
])('refused: $at $problem', ({ change, at, problem }) => {
  const mistake = mistakeIn({ ...good, ...change } as Swarm);
  expect(mistake.at).toBe(at);
  expect(mistake.problem).toContain(problem);
  expect(mistake.fix).not.toBe('');
});

test('fields go by the names that the user gave them', () => {
  const mistake = mistakeIn({ ...good, minPeers: 30 }, (field) => `<${field}>`);
  expect(mistake.at).toBe('<minPeers>');
  expect(mistake.field).toBe('minPeers');
  expect(mistake.fix).toBe('set it to 20 or less, or raise <classes>');
});

function mistakeIn(...[swarm, nameOf]: Parameters<typeof checkSwarm>): SwarmError {
  try {
    checkSwarm(swarm, nameOf);
  } catch (error) {
    if (error instanceof SwarmError) return error;
    throw error;
  }
  throw new Error('the swarm was not refused');
}
