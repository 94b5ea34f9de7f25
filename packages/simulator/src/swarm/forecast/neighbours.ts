/**
 * The AS of each peer of a run and the neighbours that the tracker will name to it, for programs
 * that set up the same swarm elsewhere. A second tracker decides as the first one does
 * (`preflight.ts`).
 */

import type { PeerId } from '@cachetorrent/protocol';
import type { TrackerHost } from '@cachetorrent/tracker';

import { announceOf, makeOpenTracker, makeTracker } from '../nodes/tracker-node.ts';
import { checkSwarm } from '../plan/check.ts';
import { makePlan } from '../plan/make-plan.ts';
import { Plan, TRACKER } from '../plan/plan.ts';
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
 * for all peers (`minPeers`), the neighbours may differ from those in the run. Where peers come and
 * go, they are those of its arrival, and may differ if others have left before.
 *
 * @throws SwarmError if the swarm cannot be simulated as described
 */
export function forecastPeers(swarm: Swarm, seed: number): readonly ForecastPeer[] {
  checkSwarm(swarm);
  const plan = new Plan(makePlan(swarm, seed));
  return neighboursOf(plan).map((neighbours, index) => {
    const id = (index + 1) as PeerId;
    return { id, class: plan.classOf(id), as: plan.asOf(id), neighbours };
  });
}

/** Those of each peer, in order of id. */
function neighboursOf(plan: Plan): readonly (readonly number[])[] {
  const ids = Array.from({ length: plan.nodeCount - 1 }, (_, index) => (index + 1) as PeerId);
  if (plan.isOpen) {
    const heardAtMs = (id: PeerId): number => plan.arrivesAtMs(id) + plan.latencyMs(id, TRACKER);
    const tracker = makeOpenTracker(plan);
    const named = new Map<PeerId, readonly number[]>();
    // Messages that arrive at the same time come in the order of the AS that have sent them.
    const order = (a: PeerId, b: PeerId): number =>
      heardAtMs(a) - heardAtMs(b) || plan.asOf(a) - plan.asOf(b);
    for (const id of ids.toSorted(order)) {
      const announce = announceOf(plan, id, 'started', {
        isSeed: plan.holdsFile(id),
        nowMs: heardAtMs(id),
      });
      named.set(id, tracker.announce(announce, plan.swarm.neighbours, heardAtMs(id)));
    }
    return ids.map((id) => named.get(id)!);
  }
  const named: number[][] = ids.map(() => []);
  const host: TrackerHost = {
    neighbours: (to, ids) => void (named[to - 1] = [...ids]),
    seedRes: () => {},
    leaders: () => {},
  };
  const tracker = makeTracker(host, plan);
  for (const id of ids) tracker.join(id, plan.asOf(id), plan.arrivesAtMs(id));
  return named;
}
