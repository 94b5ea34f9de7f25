/** The tracker as a node of the simulated network: it receives and sends messages as others do. */

import type { AsId, PeerId } from '@cachetorrent/protocol';
import { assert, seededRandom } from '@cachetorrent/std';
import {
  biasedSelection,
  type NeighbourSelection,
  Tracker,
  type TrackerHost,
  uniformSelection,
} from '@cachetorrent/tracker';

import * as kinds from '../event-kinds.ts';
import { type Plan, TRACKER } from '../plan/plan.ts';
import type { Swarm } from '../plan/swarm.ts';
import type { Transport } from '../transport/transport.ts';

export class TrackerNode implements TrackerHost {
  readonly #transport: Transport;
  readonly #tracker: Tracker;

  constructor(plan: Plan, transport: Transport) {
    this.#transport = transport;
    this.#tracker = makeTracker(this, plan);
  }

  /** Handles the event of a message to the tracker; `first` and `second` are its fields. */
  handle(kind: number, first: number, second: number): void {
    switch (kind) {
      case kinds.JOIN:
        return this.#tracker.join(first as PeerId, second as AsId);
      case kinds.SEED_REQ:
        return this.#tracker.seedReq(first as PeerId);
      case kinds.CANDIDATE:
        return this.#tracker.candidate(this.#transport.payloads.take(first, 'candidate'));
      default:
        assert(false, `no event has the kind ${kind}`);
    }
  }

  neighbours(to: PeerId, ids: Uint32Array, asIds: Uint32Array): void {
    this.#transport.sendToNode(TRACKER, to).neighbours(ids, asIds);
  }

  seedRes(to: PeerId, pieces: number): void {
    this.#transport.sendToNode(TRACKER, to).seedRes(pieces);
  }

  leaders(to: PeerId, subTorrent: number, ids: Uint32Array): void {
    this.#transport.sendToNode(TRACKER, to, subTorrent).leaders(ids);
  }
}

/** Makes the tracker of a plan. Its decisions depend on the plan alone. */
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
