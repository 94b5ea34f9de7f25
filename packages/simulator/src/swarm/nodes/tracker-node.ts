/** The tracker as a node of the simulated world: it hears and answers by messages like others. */

import { listBytes, type PeerId, type AsId } from '@cachetorrent/protocol';
import {
  biasedSelection,
  type NeighbourSelection,
  Tracker,
  type TrackerHost,
  uniformSelection,
} from '@cachetorrent/tracker';
import { assert, seededRandom } from '@cachetorrent/std';

import type { Payloads } from '../transport/payloads.ts';
import type { PeerEnvironment } from './hosted-peer.ts';
import * as kinds from '../event-kinds.ts';
import { tell } from './node.ts';
import { type Plan, TRACKER } from '../plan/plan.ts';
import type { Swarm } from '../plan/swarm.ts';

export class TrackerNode implements TrackerHost {
  readonly #around: PeerEnvironment;
  readonly #tracker: Tracker;

  constructor(around: PeerEnvironment) {
    this.#around = around;
    this.#tracker = makeTracker(this, around.plan);
  }

  /** A message to the tracker has arrived; `a` and `b` are its numbers, or its parcel's place. */
  hear(kind: number, a: number, b: number, parcels: Payloads): void {
    switch (kind) {
      case kinds.JOIN:
        return this.#tracker.join(a as PeerId, b as AsId);
      case kinds.SEED_REQ:
        return this.#tracker.seedReq(a as PeerId);
      case kinds.CANDIDATE: {
        const parcel = parcels.take(a);
        assert(parcel.kind === 'candidate', 'the parcel is what its event says');
        return this.#tracker.candidate(parcel);
      }
      default:
        assert(false, `no event has the kind ${kind}`);
    }
  }

  neighbours(to: PeerId, ids: Uint32Array, systems: Uint32Array): void {
    const bytes = listBytes(ids.length + systems.length);
    tell(this.#around, kinds.NEIGHBOURS, TRACKER, to, 0, bytes).neighbours(ids, systems);
    this.#around.carrier.end();
  }

  seedRes(to: PeerId, pieces: number): void {
    tell(this.#around, kinds.SEED_RES, TRACKER, to, 0).seedRes(pieces);
    this.#around.carrier.end();
  }

  leaders(to: PeerId, part: number, ids: Uint32Array): void {
    const bytes = listBytes(ids.length);
    tell(this.#around, kinds.LEADERS, TRACKER, to, part, bytes).leaders(ids);
    this.#around.carrier.end();
  }
}

/** The tracker that a plan asks for; its decisions hang on the plan alone. */
export function makeTracker(host: TrackerHost, { swarm, seed }: Plan): Tracker {
  return new Tracker(host, {
    minPeers: swarm.minPeers,
    seeds: swarm.seeds,
    pieceCount: swarm.pieces,
    selection: selectionOf(swarm),
    ...(swarm.leaderPercent === undefined ? {} : { leaderPercent: swarm.leaderPercent }),
    subTorrents: swarm.subTorrents,
    random: seededRandom(seed, 'tracker'),
  });
}

function selectionOf({ neighbours, externalPercent }: Swarm): NeighbourSelection {
  return externalPercent === undefined
    ? uniformSelection(neighbours)
    : biasedSelection(neighbours, externalPercent);
}
