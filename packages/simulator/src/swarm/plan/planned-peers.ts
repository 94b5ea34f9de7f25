/**
 * Draws who arrives when. Peers are numbered in order of arrival, the tracker (id 0) first.
 *
 * A swarm without arrival processes is a crowd: its peers come one after the other at the start.
 * Otherwise the crowd, whose seeds are there at time 0, and the arrivals of each class are merged:
 *
 *     crowd         S C   C
 *     class dsl           D      D   D
 *     class fibre                F           F
 *     id            1 2   3 4    5 6 7       8        of those at the same time, the crowd first
 *
 * Each class draws from streams of its own, so that a change of one leaves the others as they are.
 */

import { exponential, type Random, seededRandom } from '@cachetorrent/std';

import { SwarmError } from '../../errors.ts';
import { sharedFloat64, sharedUint16 } from '../../network/shared-arrays.ts';
import { drawArrivals } from './arrivals.ts';
import type { TracedPeer } from './dynamics.ts';
import { PEERS_MAX } from './number-rule.ts';
import { hasArrivals, type PeerClass, type Swarm } from './swarm.ts';

/** The peers of a run, by id. */
export interface PlannedPeers {
  /** The number of nodes, including the tracker. */
  readonly nodeCount: number;
  readonly arrivesAtMs: Float64Array;
  /** The class of each peer, an index into `Swarm.classes`. */
  readonly classOfPeer: Uint16Array;
  /** What traces say about peers. */
  readonly traced: ReadonlyMap<number, TracedPeer>;
}

/**
 * All peers but caches, which `plan/caches.ts` adds.
 *
 * @throws SwarmError if nobody arrives with this seed, or too many do
 */
export function drawPeers(swarm: Swarm, seed: number): PlannedPeers {
  const crowd = crowdOf(swarm, seed);
  const isCrowd = swarm.classes.every(({ arrivals }) => arrivals === undefined);
  return isCrowd ? crowd : withArrivals(swarm, seed, crowd);
}

/** The random stream of a class for `purpose`: classes may have the same name, as seeds do. */
export function streamOf(
  { classes }: Pick<Swarm, 'classes'>,
  classIndex: number,
  seed: number,
  ...purpose: readonly (string | number)[]
): Random {
  const { name } = classes[classIndex]!;
  const sameBefore = classes.slice(0, classIndex).filter((each) => each.name === name).length;
  return seededRandom(seed, 'class', name, sameBefore, ...purpose);
}

function crowdOf(swarm: Swarm, seed: number): PlannedPeers {
  const classOfPeer = assignClasses(swarm, seed);
  const nodeCount = classOfPeer.length;
  const seedsAtStart = hasArrivals(swarm) ? swarm.seeds : 0;
  const arrivesAtMs = crowdTimes(swarm, nodeCount, seedsAtStart, seed);
  return { nodeCount, arrivesAtMs, classOfPeer, traced: new Map() };
}

/**
 * Arrival times by id: a Poisson process whose gaps are rounded down to whole milliseconds. The
 * first `atStart` peers do not take part in it.
 */
function crowdTimes(
  { arrivalGapMs }: Swarm,
  nodeCount: number,
  atStart: number,
  seed: number,
): Float64Array {
  const random = seededRandom(seed, 'arrivals');
  const atMs = sharedFloat64(nodeCount);
  for (let id = 1 + atStart; id < nodeCount; id++) {
    const gapMs = arrivalGapMs === 0 ? 0 : Math.floor(exponential(random, arrivalGapMs));
    atMs[id] = atMs[id - 1]! + gapMs;
  }
  return atMs;
}

/** The class of each peer of the crowd, by id; the seeds arrive first. */
function assignClasses({ classes, seeds, arrivalOrder }: Swarm, seed: number): Uint16Array {
  const crowd = classes.map((peerClass) =>
    peerClass.arrivals === undefined && peerClass.caches === undefined ? countOf(peerClass) : 0,
  );
  const classOfPeer = sharedUint16(1 + sum(crowd));
  let id = 1;
  for (const [index, count] of crowd.entries()) {
    classOfPeer.fill(index, id, id + count);
    id += count;
  }
  if (arrivalOrder === 'shuffled' && hasSeveralClasses(crowd, seeds)) {
    shuffle(classOfPeer.subarray(1 + seeds), seededRandom(seed, 'classes'));
  }
  return classOfPeer;
}

function countOf({ count = 0 }: PeerClass): number {
  return count;
}

function hasSeveralClasses(crowd: readonly number[], seeds: number): boolean {
  let before = 0;
  return crowd.some((count) => {
    before += count;
    return before > seeds && before < sum(crowd);
  });
}

/** Every order is equally likely (Fisher and Yates). */
function shuffle(values: Uint16Array, random: Random): void {
  for (let last = values.length - 1; last > 0; last--) {
    const chosen = random.below(last + 1);
    const value = values[last]!;
    values[last] = values[chosen]!;
    values[chosen] = value;
  }
}

/** Merges the crowd and the arrivals of each class. */
function withArrivals(swarm: Swarm, seed: number, crowd: PlannedPeers): PlannedPeers {
  const { classes, horizonMs = Infinity } = swarm;
  const arrivals = classes.map(({ arrivals: processes, count = Infinity }, index) =>
    processes === undefined
      ? []
      : drawArrivals(processes, horizonMs, Math.min(count, PEERS_MAX), (process) =>
          streamOf(swarm, index, seed, 'arrivals', process),
        ),
  );
  const nodeCount = crowd.nodeCount + sum(arrivals.map(({ length }) => length));
  refuseBadCount(nodeCount - 1, swarm);

  const arrivesAtMs = sharedFloat64(nodeCount);
  const classOfPeer = sharedUint16(nodeCount);
  const traced = new Map<number, TracedPeer>();
  const next = classes.map(() => 0);
  let nextOfCrowd = 1;
  for (let id = 1; id < nodeCount; id++) {
    let first = -1;
    // The crowd comes first of those at the same time: so the seeds have the first ids.
    let firstMs = nextOfCrowd < crowd.nodeCount ? crowd.arrivesAtMs[nextOfCrowd]! : Infinity;
    for (let index = 0; index < classes.length && nextOfCrowd > swarm.seeds; index++) {
      const arrival = arrivals[index]![next[index]!];
      if (arrival === undefined || arrival.atMs >= firstMs) continue;
      first = index;
      firstMs = arrival.atMs;
    }
    arrivesAtMs[id] = firstMs;
    if (first === -1) {
      classOfPeer[id] = crowd.classOfPeer[nextOfCrowd++]!;
    } else {
      classOfPeer[id] = first;
      const arrival = arrivals[first]![next[first]!++]!;
      if (arrival.traced !== undefined) traced.set(id, arrival.traced);
    }
  }
  return { nodeCount, arrivesAtMs, classOfPeer, traced };
}

function refuseBadCount(peers: number, { seeds, horizonMs, classes }: Swarm): void {
  const index = classes.findIndex(({ arrivals }) => arrivals !== undefined);
  const at = `classes[${index}].arrivals`;
  if (peers <= seeds) {
    const before = horizonMs === undefined ? '' : ' before the run ends';
    const problem = `bring nobody${before} with this seed of the run: no peer would download`;
    throw new SwarmError({ at, problem, fix: 'raise the rate, or let the run last longer' });
  }
  if (peers > PEERS_MAX) {
    const problem = `bring ${peers} peers, more than can be simulated`;
    throw new SwarmError({ at, problem, fix: `lower the rate, so that ${PEERS_MAX} come at most` });
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
