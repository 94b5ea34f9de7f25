/**
 * The AS of each peer of a run and the neighbours that the tracker will name to it, for programs
 * that set up the same swarm elsewhere. A second tracker decides as the first one does
 * (`preflight.ts`).
 */

import type { PeerId } from '@cachetorrent/protocol';
import type { TrackerHost } from '@cachetorrent/tracker';

import { makeTracker } from '../nodes/tracker-node.ts';
import { checkSwarm } from '../plan/check.ts';
import { makePlan } from '../plan/make-plan.ts';
import { Plan } from '../plan/plan.ts';
import type { Swarm } from '../plan/swarm.ts';

/** A peer as it will be in a run. */
export interface ForecastPeer {
  /** The id of the peer, from 1; the seeds come first. */
  readonly id: number;
  /** The class of the peer: an index into `Swarm.classes`. */
  readonly class: number;
  /** The AS of the peer: from 0. */
  readonly as: number;
  /** The ids of the peers that the tracker names to it. It connects to them. */
  readonly neighbours: readonly number[];
}

/**
 * Returns all peers of a run of `swarm` with `seed`, in order of id. If the tracker does not wait
 * for all peers (`minPeers`), the neighbours may differ from those in the run.
 *
 * @throws SwarmError if the swarm cannot be simulated as described
 */
export function forecastPeers(swarm: Swarm, seed: number): readonly ForecastPeer[] {
  checkSwarm(swarm);
  const plan = new Plan(makePlan(swarm, seed));
  const neighbours: number[][] = Array.from({ length: plan.nodeCount }, () => []);
  const host: TrackerHost = {
    neighbours: (to, ids) => void (neighbours[to] = [...ids]),
    seedRes: () => {},
    leaders: () => {},
  };
  const tracker = makeTracker(host, plan);
  for (let id = 1 as PeerId; id < plan.nodeCount; id++) tracker.join(id, plan.asOf(id));
  return neighbours.slice(1).map((named, index) => {
    const id = (index + 1) as PeerId;
    return { id, class: plan.classOf(id), as: plan.asOf(id), neighbours: named };
  });
}
