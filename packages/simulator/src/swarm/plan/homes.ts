/**
 * Chooses where each peer lives. Unless every router hosts one node (`placement.ts`), these rules
 * hold:
 *
 *     a peer of a trace that names its AS     lives there
 *     peers of a class with homes             draw an AS each, by the shares of the class
 *     other peers that arrive by a process    draw an AS each, by the sizes of the AS
 *     all others, who are there at the start  are divided by the sizes, as exactly as possible
 *
 * The last two are only known where AS have sizes; in other transit–stub topologies such a peer
 * draws a router of any AS. Any number of peers live on one router.
 */

import { type Random, seededRandom } from '@cachetorrent/std';

import { divided, ShareSampler } from '../../network/shares.ts';
import type { Topology as Routers } from '../../network/transit-stub.ts';
import type { Home } from './dynamics.ts';
import { type PlannedPeers, streamOf } from './planned-peers.ts';
import { chosenByShare } from './sessions.ts';
import { hasArrivals, type PeerClass, type Swarm } from './swarm.ts';

/** Whether the peers of a transit–stub topology share routers; otherwise each has its own. */
export function hasHomes(swarm: Swarm): boolean {
  const { topology, classes } = swarm;
  return (
    topology.sizes !== undefined ||
    hasArrivals(swarm) ||
    classes.some(({ homes }) => homes !== undefined)
  );
}

/** The AS of each node, by id, by its index in the topology; `hosts` have a share above 0. */
export function asOfNodes(
  swarm: Swarm,
  { nodeCount, classOfPeer, traced }: PlannedPeers,
  seed: number,
  hosts: readonly Home[],
): Uint32Array {
  const as = new Uint32Array(nodeCount);
  const shares = hosts.map(({ share }) => share);
  const sampler = new ShareSampler(shares);
  as[0] = hosts[sampler.next(seededRandom(seed, 'placement', 'tracker'))]!.as;

  const streams = swarm.classes.map((_, index) => streamOf(swarm, index, seed, 'placement'));
  const crowd: number[] = [];
  for (let id = 1; id < nodeCount; id++) {
    const index = classOfPeer[id]!;
    const peerClass = swarm.classes[index]!;
    const known = traced.get(id)?.as ?? homeOf(peerClass, streams[index]!);
    if (known !== undefined) as[id] = known;
    else if (peerClass.arrivals === undefined) crowd.push(id);
    else as[id] = hosts[sampler.next(streams[index]!)]!.as;
  }
  const ofCrowd = divided(crowd.length, shares).flatMap((count, i) =>
    new Array<number>(count).fill(hosts[i]!.as),
  );
  shuffle(ofCrowd, seededRandom(seed, 'placement', 'crowd'));
  for (const [i, id] of crowd.entries()) as[id] = ofCrowd[i]!;
  return as;
}

/** A router of the AS of each node, by id: all of them are equally likely. */
export function routersIn(
  { stubStart }: Routers,
  asOfNode: Uint32Array,
  seed: number,
): Uint32Array {
  const random = seededRandom(seed, 'placement', 'routers');
  return asOfNode.map((as) => stubStart[as]! + random.below(stubStart[as + 1]! - stubStart[as]!));
}

/** The router of each node, by id, where AS have no sizes; the tracker lives in any AS. */
export function routersOf(
  swarm: Swarm,
  topology: Routers,
  { nodeCount, classOfPeer, traced }: PlannedPeers,
  seed: number,
): Uint32Array {
  const { backboneCount, stubStart } = topology;
  const end = stubStart.at(-1)!;
  const routers = new Uint32Array(nodeCount);
  const tracker = seededRandom(seed, 'placement', 'tracker');
  routers[0] = backboneCount + tracker.below(end - backboneCount);

  const streams = swarm.classes.map((_, index) => streamOf(swarm, index, seed, 'placement'));
  for (let id = 1; id < nodeCount; id++) {
    const index = classOfPeer[id]!;
    const random = streams[index]!;
    const as = traced.get(id)?.as ?? homeOf(swarm.classes[index]!, random);
    const first = as === undefined ? backboneCount : stubStart[as]!;
    const next = as === undefined ? end : stubStart[as + 1]!;
    routers[id] = first + random.below(next - first);
  }
  return routers;
}

function homeOf({ homes }: PeerClass, random: Random): number | undefined {
  return homes === undefined ? undefined : chosenByShare(homes, random).as;
}

/** Every order is equally likely (Fisher and Yates). */
function shuffle(values: number[], random: Random): void {
  for (let last = values.length - 1; last > 0; last--) {
    const chosen = random.below(last + 1);
    const value = values[last]!;
    values[last] = values[chosen]!;
    values[chosen] = value;
  }
}
