/**
 * Checks the values of a swarm beyond their types. A swarm that passes can be simulated; whether
 * all of its peers can complete is known only once it runs.
 */

import { CHOKERS, type ClientOptions, SEED_CHOKERS } from '@cachetorrent/protocol';
import { ELECTION_POLICIES } from '@cachetorrent/tracker';

import { SwarmError } from '../../errors.ts';
import type { RelatedAs } from '../../network/related-as.ts';
import { checkFaults } from '../faults/check.ts';
import { checkDynamics } from './check-dynamics.ts';
import { checkTopology } from './check-topology.ts';
import {
  checkNumber,
  CONNECTIONS_MAX,
  DAY_MS,
  EXACT_MAX,
  type NameOf,
  type NumberRule,
  PEERS_MAX,
  type Refuse,
} from './number-rule.ts';
import { checkBehaviour } from './check-behaviour.ts';
import { checkBorders } from './check-borders.ts';
import { checkLinks } from './check-links.ts';
import { checkCaches, checkParents, checkSelection } from './check-locality.ts';
import { checkPrices } from './check-prices.ts';
import { relatedStubs } from './lay-out.ts';
import {
  blockLayoutOf,
  hasArrivals,
  isFromFile,
  peerCountOf,
  seedCountOf,
  type Swarm,
  usedUploadKbps,
} from './swarm.ts';

/**
 * Throws at the first mistake. `nameOf` gives fields the names under which the user wrote them.
 * `related` says what is in a network from a file; without, the plan of a run checks that.
 *
 * @throws SwarmError saying where, what, and how to fix it
 */
export function checkSwarm(
  swarm: Swarm,
  nameOf: NameOf = (field) => field,
  related?: RelatedAs,
): void {
  const refuse: Refuse = (field, problem, fix) => {
    throw new SwarmError({ field, at: nameOf(field), problem, fix });
  };
  checkNumbers(swarm, refuse);
  checkBlocks(swarm, refuse);
  checkTopology(swarm, refuse);
  checkClasses(swarm, refuse);
  checkDynamics(swarm, refuse, nameOf);
  checkClock(swarm, refuse);
  checkPopulation(swarm, refuse, nameOf);
  checkBehaviour(swarm, refuse);
  checkBorders(swarm, refuse);
  checkProtocol(swarm, refuse, nameOf);
  checkSelection(swarm, refuse);
  checkCaches(swarm, refuse);
  checkParents(swarm, refuse);
  checkFaults(swarm, refuse, nameOf);
  checkPrices(swarm, refuse);
  const { topology } = swarm;
  if (related !== undefined) checkLinks(swarm, related, refuse);
  else if (!isFromFile(topology)) checkLinks(swarm, relatedStubs(topology.stubDomains), refuse);
}

export const PIECES_MAX: number = 2 ** 24;
/** The most blocks of a piece: a message about blocks has 15 bits for their number. */
export const BLOCKS_PER_PIECE_MAX: number = 2 ** 15;
/** The most blocks of the file: the index of a block is a signed integer of 32 bits. */
const BLOCKS_MAX = 2 ** 31 - 1;
/** The most requests that are kept outstanding on a connection. */
const REQUESTS_MAX = 10_000;
/** What our own client accepts on a connection. */
const ALLOWED_FAST_MAX = 100;

function checkNumbers(swarm: Swarm, refuse: Refuse): void {
  for (const rule of numberRules(swarm)) checkNumber(rule, refuse);
  const { pieceBits } = swarm;
  if (!(pieceBits >= 1 && pieceBits <= EXACT_MAX && Number.isInteger(pieceBits))) {
    const problem = `comes to ${pieceBits} bits, but a piece has a whole number of bits`;
    refuse('pieceBits', problem, 'set it to 256 KiB, for instance');
  }
}

/** Pieces that are moved whole have no blocks. */
function checkBlocks(swarm: Swarm, refuse: Refuse): void {
  if (swarm.quirks.wholePieces) return;
  const { blocksPerPiece } = blockLayoutOf(swarm, swarm.pieces);
  const blocks = swarm.pieces * blocksPerPiece;
  const shown = (count: number): string => count.toLocaleString('en-US');
  if (blocksPerPiece > BLOCKS_PER_PIECE_MAX) {
    const limit = `a piece has at most ${shown(BLOCKS_PER_PIECE_MAX)}`;
    const problem = `comes to ${shown(blocksPerPiece)} blocks of 16 KiB, but ${limit}`;
    refuse('pieceBits', problem, 'set it to 512 MiB or less');
  }
  if (blocks > BLOCKS_MAX) {
    const limit = `a file has at most ${shown(BLOCKS_MAX)}`;
    const problem = `comes to ${shown(blocks)} blocks of 16 KiB, but ${limit}`;
    const most = Math.floor(BLOCKS_MAX / blocksPerPiece);
    refuse('pieces', problem, `use at most ${shown(most)} pieces of this size`);
  }
}

function numberRules(swarm: Swarm): NumberRule[] {
  const { latency, externalPercent, connectionsMax } = swarm;
  const { leaderPercent, leadersMin, leadersMax } = swarm;
  const percent = { least: 0, most: 100, fraction: true, reason: 'a percentage is 0 or more' };
  const rules: NumberRule[] = [
    {
      field: 'neighbours',
      value: swarm.neighbours,
      least: 1,
      most: CONNECTIONS_MAX,
      reason: 'a peer without neighbours downloads nothing',
    },
    { field: 'minPeers', value: swarm.minPeers, least: 2, reason: 'a swarm has two peers or more' },
    { field: 'seeds', value: swarm.seeds, least: 1, reason: 'no peer would have the file' },
    {
      field: 'pieces',
      value: swarm.pieces,
      least: 1,
      most: PIECES_MAX,
      reason: 'there would be nothing to download',
    },
    {
      field: 'uploadSlots',
      value: swarm.uploadSlots,
      least: 0,
      reason: 'a number of slots is 0 or more',
    },
    {
      field: 'optimisticSlots',
      value: swarm.optimisticSlots,
      least: 0,
      reason: 'a number of slots is 0 or more',
    },
    { field: 'backlog', value: swarm.backlog, least: 1, reason: 'no piece would be requested' },
    {
      field: 'subTorrents',
      value: swarm.subTorrents,
      least: 1,
      reason: '1 means that the file is not split',
    },
    ...clientRules(swarm.client),
    timeRule('rechokeIntervalMs', swarm.rechokeIntervalMs),
    timeRule('allocationIntervalMs', swarm.allocationIntervalMs),
    {
      field: 'arrivalGapMs',
      value: swarm.arrivalGapMs,
      least: 0,
      most: DAY_MS,
      fraction: true,
      reason: 'a time is 0 or more',
    },
  ];
  if (latency.model === 'fixed') rules.push(timeRule('latency.fixedMs', latency.fixedMs));
  if (leaderPercent !== undefined) {
    rules.push({ field: 'leaderPercent', value: leaderPercent, ...percent });
  }
  if (leadersMin !== undefined) {
    const reason = 'an AS without leaders gets nothing from others';
    rules.push({ field: 'leadersMin', value: leadersMin, least: 1, reason });
  }
  if (leadersMax !== undefined) {
    const reason = 'an AS without leaders gets nothing from others';
    rules.push({ field: 'leadersMax', value: leadersMax, least: 1, reason });
  }
  if (connectionsMax !== undefined) {
    const reason = 'a peer opens half of its connections itself';
    const rule = { least: 2, most: CONNECTIONS_MAX, reason };
    rules.push({ field: 'connectionsMax', value: connectionsMax, ...rule });
  }
  if (externalPercent !== undefined) {
    rules.push({ field: 'externalPercent', value: externalPercent, ...percent });
  }
  return rules;
}

function clientRules(client: ClientOptions): NumberRule[] {
  const blocks = { least: 1, most: REQUESTS_MAX, reason: 'no block would be requested' };
  const timeOrNone = { least: 0, most: DAY_MS, fraction: true, reason: 'a time is 0 or more' };
  return [
    { field: 'client.requestQueueMin', value: client.requestQueueMin, ...blocks },
    {
      field: 'client.requestQueueMax',
      value: client.requestQueueMax,
      least: client.requestQueueMin,
      most: REQUESTS_MAX,
      reason: 'it is less than the least number of requests',
    },
    { field: 'client.requestQueueStart', value: client.requestQueueStart, ...blocks },
    { field: 'client.requestQueueMs', value: client.requestQueueMs, ...timeOrNone },
    { field: 'client.wholePieceMs', value: client.wholePieceMs, ...timeOrNone },
    {
      field: 'client.randomFirstPieces',
      value: client.randomFirstPieces,
      least: 0,
      most: Number.MAX_SAFE_INTEGER,
      reason: 'a number of pieces is 0 or more',
    },
    {
      field: 'client.allowedFastPieces',
      value: client.allowedFastPieces,
      least: 0,
      most: ALLOWED_FAST_MAX,
      reason: 'a number of pieces is 0 or more',
    },
    { field: 'client.requestTimeoutMs', value: client.requestTimeoutMs, ...timeOrNone },
    { field: 'client.snubbedAfterMs', value: client.snubbedAfterMs, ...timeOrNone },
    timeRule('client.optimisticMs', client.optimisticMs),
  ];
}

/** A time above zero. */
function timeRule(field: string, value: number): NumberRule {
  return {
    field,
    value,
    least: 1,
    most: DAY_MS,
    fraction: true,
    reason: 'simulated time would not advance',
  };
}

function checkClasses({ classes }: Swarm, refuse: Refuse): void {
  if (classes.length === 0) {
    refuse('classes', 'is empty, so there are no peers', 'add a class of peers');
  }
  classes.forEach(({ count, arrivals, caches, uploadKbps, downloadKbps }, i) => {
    const isLimited = count !== undefined || (arrivals === undefined && caches === undefined);
    if (isLimited) {
      const reason = 'a class has at least one peer';
      checkNumber({ field: `classes[${i}].count`, value: count ?? 0, least: 1, reason }, refuse);
    }
    for (const [field, value] of [
      ['uploadKbps', uploadKbps],
      ['downloadKbps', downloadKbps],
    ] as const) {
      const reason = 'a capacity is 0 or more';
      const rule = { value, least: 0, most: EXACT_MAX, fraction: true, reason };
      checkNumber({ field: `classes[${i}].${field}`, ...rule }, refuse);
    }
  });
}

/** Checks the numbers of peers, seeds and neighbours against each other. */
function checkPopulation(swarm: Swarm, refuse: Refuse, nameOf: NameOf): void {
  const { minPeers, neighbours, seeds } = swarm;
  // Those who are there at the start, or come soon.
  const peers = peerCountOf(swarm) - (seedCountOf(swarm) - seeds);
  if (peers > PEERS_MAX) {
    const problem = `has ${peers} peers, more than can be simulated`;
    refuse('classes', problem, `lower ${nameOf('classes')} to ${PEERS_MAX}`);
  }
  checkCanComplete(swarm, refuse);
  // The number of those who arrive by processes is drawn.
  if (hasArrivals(swarm)) return;
  if (peers < minPeers) {
    refuse(
      'minPeers',
      `is ${minPeers}, but there are only ${peers} peers: the tracker would never answer`,
      `set it to ${peers} or less, or raise ${nameOf('classes')}`,
    );
  }
  if (seeds >= peers) {
    refuse(
      'seeds',
      `is ${seeds} of ${peers} peers, so no peer would download`,
      `set it to ${peers - 1} or less, or add peers`,
    );
  }
  if (neighbours > peers - 1) {
    refuse(
      'neighbours',
      `is ${neighbours}, but a peer has only ${peers - 1} others`,
      `set it to ${peers - 1} or less, or add peers`,
    );
  }
}

/** The first peers are the seeds, the others leechers. */
function checkCanComplete({ classes, seeds }: Swarm, refuse: Refuse): void {
  let seedsUpload = false;
  let first = 0;
  let seedClass = 0;
  classes.forEach((peerClass, i) => {
    const { name, count = 0, arrivals, holdsFile, caches, downloadKbps } = peerClass;
    if (caches !== undefined) return;
    const next = first + (arrivals === undefined ? count : 0);
    if (first < seeds) {
      seedsUpload ||= usedUploadKbps(peerClass) > 0;
      seedClass = i;
    }
    if (!holdsFile && (next > seeds || arrivals !== undefined) && downloadKbps === 0) {
      refuse(
        `classes[${i}].downloadKbps`,
        `is 0, so leechers of class "${name}" could never complete`,
        'set it above 0; only seeds need none',
      );
    }
    first = next;
  });
  if (!seedsUpload && classes[seedClass]!.behaviour === 'free-rider') {
    const who = seeds === 1 ? 'and so is the only seed' : 'and no other seed uploads';
    refuse(
      `classes[${seedClass}].behaviour`,
      `is free-rider, ${who}, so no peer could ever complete`,
      'let a seed contribute',
    );
  }
  if (!seedsUpload) {
    refuse(
      `classes[${seedClass}].uploadKbps`,
      `is 0 for ${seeds === 1 ? 'the seed' : 'every seed'}, so no peer could ever complete`,
      'set it above 0',
    );
  }
}

/** The chokers that need blocks. */
const BLOCK_CHOKERS: ReadonlySet<string> = new Set([
  'rate-based',
  'anti-leech',
  'mainline',
  'transmission',
]);

/** Refuses capacities with which the clock would be exhausted before the first piece arrives. */
function checkClock({ classes, pieceBits }: Swarm, refuse: Refuse): void {
  classes.forEach(({ uploadKbps, downloadKbps }, i) => {
    for (const [field, kbps] of Object.entries({ uploadKbps, downloadKbps })) {
      if (kbps === 0 || pieceBits / kbps <= EXACT_MAX) continue;
      const problem = `is ${kbps} kbit/s, with which a piece would take more than 285,000 years`;
      refuse(`classes[${i}].${field}`, problem, 'set it higher');
    }
  });
}

function checkProtocol(swarm: Swarm, refuse: Refuse, nameOf: NameOf): void {
  const { choker, seedChoker, quirks, uploadSlots, optimisticSlots } = swarm;
  const { subTorrents, pieces, leaderPercent } = swarm;
  if (uploadSlots + optimisticSlots === 0) {
    refuse(
      'uploadSlots',
      'is 0, and so are the optimistic slots: no peer would upload',
      'set it to 4',
    );
  }
  for (const [field, value, known] of [
    ['choker', choker, Object.keys(CHOKERS)],
    ['seedChoker', seedChoker, Object.keys(SEED_CHOKERS)],
  ] as const) {
    if (!known.includes(value)) {
      refuse(field, `is "${value}", which is not a choker`, `set it to one of ${known.join(', ')}`);
    }
  }
  if (quirks.wholePieces) {
    for (const [field, value] of [
      ['choker', choker],
      ['seedChoker', seedChoker],
    ] as const) {
      if (!BLOCK_CHOKERS.has(value)) continue;
      const problem = `is "${value}", which ranks by bits, but pieces are moved whole`;
      refuse(field, problem, 'choose another choker, or turn off the quirk wholePieces');
    }
  }
  if (subTorrents > 1 && leaderPercent === undefined) {
    refuse(
      'subTorrents',
      `is ${subTorrents}, but there are no leaders`,
      `set ${nameOf('leaderPercent')} too, or remove it`,
    );
  }
  checkElection(swarm, refuse, nameOf);
  if (subTorrents > pieces) {
    refuse(
      'subTorrents',
      `is ${subTorrents}, but there are only ${pieces} pieces`,
      `set it to ${pieces} or less, or raise ${nameOf('pieces')}`,
    );
  }
}

function checkElection(swarm: Swarm, refuse: Refuse, nameOf: NameOf): void {
  const { leadersMin = 1, leadersMax = Infinity, electionPolicy = 'capacity' } = swarm;
  const policies = Object.keys(ELECTION_POLICIES);
  if (!policies.includes(electionPolicy)) {
    const problem = `is "${electionPolicy}", which is not a policy of elections`;
    refuse('electionPolicy', problem, `set it to one of ${policies.join(', ')}`);
  }
  if (leadersMin > leadersMax) {
    const problem = `is ${leadersMin}, more than ${nameOf('leadersMax')} (${leadersMax})`;
    refuse('leadersMin', problem, `set it to ${leadersMax} or less, or raise the other`);
  }
}
