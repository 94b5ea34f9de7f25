/**
 * Chooses the router on which each peer lives, in swarms whose peers arrive by processes or live in
 * certain AS. A router hosts any number of peers. The peers of a class draw from a stream of its
 * own: the AS by the shares of the class, then a router of it; or a router of any AS.
 */

import { type Random, seededRandom } from '@cachetorrent/std';

import type { Topology } from '../../network/transit-stub.ts';
import { type PlannedPeers, streamOf } from './planned-peers.ts';
import { chosenByShare } from './sessions.ts';
import { hasArrivals, type PeerClass, type Swarm } from './swarm.ts';

/** Whether the peers of a swarm share routers. In all others each has a router of its own. */
export function hasHomes(swarm: Swarm): boolean {
  return hasArrivals(swarm) || swarm.classes.some(({ homes }) => homes !== undefined);
}

/** The router of each node, by id; the tracker lives in any AS. */
export function routersOf(
  swarm: Swarm,
  topology: Topology,
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
