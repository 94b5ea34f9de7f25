/**
 * The rules that a swarm must keep, whoever wrote it: what the types cannot say. A swarm that
 * passes can be simulated; whether it can finish is known only once it runs.
 */

import { CHOKERS, SEED_CHOKERS } from '@cachetorrent/protocol';

import { SwarmError } from '../../errors.ts';
import { nodeCountOf } from './plan.ts';
import type { Swarm } from './swarm.ts';

/** How the user knows a field, given its name here, such as `capacities[1].uploadKbps`. */
export type NameOf = (field: string) => string;

/**
 * Throws at the first mistake. `nameOf` gives fields the names under which the user wrote them.
 *
 * @throws SwarmError saying where, what, and how to mend it
 */
export function checkSwarm(swarm: Swarm, nameOf: NameOf = (field) => field): void {
  const refuse: Refuse = (field, problem, fix) => {
    throw new SwarmError({ at: nameOf(field), problem, fix });
  };
  checkNumbers(swarm, refuse);
  checkCapacities(swarm, refuse, nameOf);
  checkPopulation(swarm, refuse, nameOf);
  checkProtocol(swarm, refuse, nameOf);
}

type Refuse = (field: string, problem: string, fix: string) => never;

interface NumberRule {
  readonly field: string;
  readonly value: number;
  readonly least: number;
  readonly most?: number;
  /** Whole unless it says otherwise. */
  readonly fraction?: boolean;
  /** Why it cannot be less. */
  readonly or: string;
}

/** As many AS as the engine numbers; more routers than fit into memory are no use either. */
const STUBS_MAX = 8192;
const ROUTERS_MAX = 100_000;
const PIECES_MAX = 2 ** 24;
const NODES_MAX = 2 ** 24;
/** Up to here a double tells milliseconds, and bits, apart. */
const EXACT_MAX = 2 ** 53;
const DAY_MS = 24 * 3600 * 1000;

function checkNumbers(swarm: Swarm, refuse: Refuse): void {
  for (const rule of numberRules(swarm)) checkNumber(rule, refuse);
}

function numberRules(swarm: Swarm): NumberRule[] {
  const { topology, latency, leaderPercent, externalPercent } = swarm;
  const percent = { least: 0, most: 100, fraction: true, or: 'it is a share in percent' };
  const rules: NumberRule[] = [
    { field: 'neighbours', value: swarm.neighbours, least: 1, or: 'nobody would know anybody' },
    { field: 'minPeers', value: swarm.minPeers, least: 2, or: 'a swarm is two peers or more' },
    { field: 'seeds', value: swarm.seeds, least: 1, or: 'nobody would have the file' },
    {
      field: 'pieces',
      value: swarm.pieces,
      least: 1,
      most: PIECES_MAX,
      or: 'there would be nothing to download',
    },
    {
      field: 'pieceBits',
      value: swarm.pieceBits,
      least: 1,
      most: EXACT_MAX,
      or: 'a piece is some bits long',
    },
    { field: 'uploadSlots', value: swarm.uploadSlots, least: 0, or: 'it is a number of slots' },
    {
      field: 'optimisticSlots',
      value: swarm.optimisticSlots,
      least: 0,
      or: 'it is a number of slots',
    },
    { field: 'backlog', value: swarm.backlog, least: 1, or: 'nobody would ask for anything' },
    { field: 'subTorrents', value: swarm.subTorrents, least: 1, or: 'a file is one part or more' },
    timeRule('rechokeIntervalMs', swarm.rechokeIntervalMs),
    timeRule('allocationIntervalMs', swarm.allocationIntervalMs),
    {
      field: 'arrivalGapMs',
      value: swarm.arrivalGapMs,
      least: 0,
      most: DAY_MS,
      fraction: true,
      or: 'it is a time',
    },
    domainsRule('transitDomains', topology.transitDomains, ROUTERS_MAX),
    domainsRule('transitDomainSize', topology.transitDomainSize, ROUTERS_MAX),
    domainsRule('stubDomains', topology.stubDomains, STUBS_MAX),
    domainsRule('stubDomainSize', topology.stubDomainSize, ROUTERS_MAX),
  ];
  if (latency.model === 'fixed') rules.push(timeRule('latency.fixedMs', latency.fixedMs));
  if (leaderPercent !== undefined) {
    rules.push({ field: 'leaderPercent', value: leaderPercent, ...percent });
  }
  if (externalPercent !== undefined) {
    rules.push({ field: 'externalPercent', value: externalPercent, ...percent });
  }
  return rules;
}

/** A time that has to pass, or nothing ever would. */
function timeRule(field: string, value: number): NumberRule {
  return { field, value, least: 1, most: DAY_MS, fraction: true, or: 'time has to pass' };
}

function domainsRule(field: string, value: number, most: number): NumberRule {
  return { field: `topology.${field}`, value, least: 1, most, or: 'there would be no network' };
}

function checkNumber(rule: NumberRule, refuse: Refuse): void {
  const { field, value, least, most = NODES_MAX, fraction = false, or } = rule;
  const range = `a ${fraction ? '' : 'whole '}number from ${least} to ${most}`;
  if (value < least) refuse(field, `is ${value}, but ${or}`, `set it to ${range}`);
  if (!(value <= most)) refuse(field, `is ${value}, more than can be`, `set it to ${range}`);
  if (!fraction && !Number.isInteger(value)) {
    refuse(field, `is ${value}, which is not whole`, `set it to ${range}`);
  }
}

function checkCapacities({ capacities }: Swarm, refuse: Refuse, nameOf: NameOf): void {
  if (capacities.length === 0) {
    refuse('capacities', 'is empty, so there are no nodes', 'list the tracker and the peers');
  }
  capacities.forEach(({ count, uploadKbps, downloadKbps }, i) => {
    checkNumber(
      { field: `capacities[${i}].count`, value: count, least: 1, or: 'an entry is for somebody' },
      refuse,
    );
    for (const [field, value] of [
      ['uploadKbps', uploadKbps],
      ['downloadKbps', downloadKbps],
    ] as const) {
      const or = 'capacity is not negative';
      const rule = { value, least: 0, most: EXACT_MAX, fraction: true, or };
      checkNumber({ field: `capacities[${i}].${field}`, ...rule }, refuse);
    }
  });
  const nodes = nodeCountOf(capacities);
  if (nodes > NODES_MAX) {
    const problem = `has entries for ${nodes} nodes, more than can be numbered`;
    refuse('capacities', problem, `lower ${nameOf('capacities')} to ${NODES_MAX} in all`);
  }
}

/** Who there is, against what is asked of them. */
function checkPopulation(swarm: Swarm, refuse: Refuse, nameOf: NameOf): void {
  const { capacities, minPeers, neighbours, seeds } = swarm;
  const nodes = nodeCountOf(capacities);
  const peers = nodes - 1;
  if (peers < minPeers) {
    refuse(
      'capacities',
      `has entries for ${nodes} nodes, but the tracker and ${minPeers} peers are ${minPeers + 1}`,
      `add ${minPeers - peers} to a number, or lower ${nameOf('minPeers')} to ${peers}`,
    );
  }
  if (seeds >= peers) {
    refuse(
      'seeds',
      `is ${seeds} of ${peers} peers, so nobody would download`,
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
  checkWhoCanFinish(swarm, refuse);
}

/** The tracker arrives first and moves no pieces; then the seeds; then everybody else. */
function checkWhoCanFinish({ capacities, seeds }: Swarm, refuse: Refuse): void {
  let seedsSend = false;
  let first = 0;
  let seedEntry = 0;
  capacities.forEach(({ count, uploadKbps, downloadKbps }, i) => {
    const next = first + count;
    if (first <= seeds && next > 1) {
      seedsSend ||= uploadKbps > 0;
      seedEntry = i;
    }
    if (next > seeds + 1 && downloadKbps === 0) {
      const who = `the peers from number ${Math.max(first, seeds + 1)} on`;
      refuse(
        `capacities[${i}].downloadKbps`,
        `is 0, so ${who} could never finish`,
        'set it above 0; only the tracker (the first node) and the seeds (next) need none',
      );
    }
    first = next;
  });
  if (!seedsSend) {
    const whose = seeds === 1 ? 'the seed' : 'every seed';
    refuse(
      `capacities[${seedEntry}].uploadKbps`,
      `is 0 for ${whose}, so nobody could ever finish`,
      'set it above 0; the first node is the tracker, the seeds come next',
    );
  }
}

function checkProtocol(swarm: Swarm, refuse: Refuse, nameOf: NameOf): void {
  const { choker, seedChoker, uploadSlots, optimisticSlots, subTorrents, pieces, leaderPercent } =
    swarm;
  if (uploadSlots + optimisticSlots === 0) {
    refuse(
      'uploadSlots',
      'is 0, and so are the optimistic slots: nobody would upload',
      'set it to 4',
    );
  }
  for (const [field, value, known] of [
    ['choker', choker, Object.keys(CHOKERS)],
    ['seedChoker', seedChoker, Object.keys(SEED_CHOKERS)],
  ] as const) {
    if (!known.includes(value)) {
      refuse(field, `is "${value}", which is no strategy`, `set it to one of ${known.join(', ')}`);
    }
  }
  if (subTorrents > 1 && leaderPercent === undefined) {
    refuse(
      'subTorrents',
      `is ${subTorrents}, but only CacheTorrent splits a file`,
      `set ${nameOf('leaderPercent')} too, or leave it out`,
    );
  }
  if (subTorrents > pieces) {
    refuse(
      'subTorrents',
      `is ${subTorrents}, but there are only ${pieces} pieces`,
      `set it to ${pieces} or less, or raise ${nameOf('pieces')}`,
    );
  }
}
