/** The tracker as a node of the simulated network: it receives and sends messages as others do. */

import type { AnnounceEvent, AsId, PeerId } from '@cachetorrent/protocol';
import { assert, seededRandom } from '@cachetorrent/std';
import {
  type OpenAnnounce,
  OpenTracker,
  type OpenTrackerOptions,
  Tracker,
  type TrackerHost,
} from '@cachetorrent/tracker';

import * as kinds from '../event-kinds.ts';
import type { FaultedTracker } from '../faults/fault-kind.ts';
import type { Fault } from '../plan/faults.ts';
import { type Plan, TRACKER } from '../plan/plan.ts';
import { eventOf, isSeedOf, wantedOf } from '../transport/message-fields.ts';
import type { Transport } from '../transport/transport.ts';
import { selectionOf } from './neighbour-selection.ts';
import { ANNOUNCE_INTERVAL_S } from './node.ts';

/** A tracker that handles the messages of nodes. */
export interface TrackerNode extends FaultedTracker {
  /** Handles the event of a message to the tracker; `first` and `second` are its fields. */
  handle(kind: number, first: number, second: number): void;
}

export function makeTrackerNode(plan: Plan, transport: Transport, clock: Clock): TrackerNode {
  return plan.isOpen
    ? new OpenTrackerNode(plan, transport, clock)
    : new ClosedTrackerNode(plan, transport, clock);
}

/** The tracker of a swarm in which peers come and go. */
class OpenTrackerNode implements TrackerNode {
  readonly #plan: Plan;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #tracker: OpenTracker;
  /** For each reason to be silent, whom it has ignored, and whom to tell. */
  readonly #silences = new Map<
    Fault,
    { readonly ids: Set<PeerId>; readonly ignored: () => void }
  >();

  constructor(plan: Plan, transport: Transport, clock: Clock) {
    this.#plan = plan;
    this.#transport = transport;
    this.#clock = clock;
    this.#tracker = makeOpenTracker(plan);
  }

  handle(kind: number, first: number, second: number): void {
    const from = first as PeerId;
    if (this.#silences.size > 0) return this.#ignore(from);
    if (kind === kinds.LEADER_LOST) {
      return this.#tracker.leaderLost(second as PeerId, from, this.#clock.nowMs);
    }
    assert(kind === kinds.ANNOUNCE, 'nodes announce themselves to the tracker of an open swarm');
    const announce = announceOf(this.#plan, from, eventOf(second), {
      isSeed: isSeedOf(second),
      nowMs: this.#clock.nowMs,
    });
    this.#announce(announce, wantedOf(second));
  }

  beSilent(because: Fault, ignored: () => void): void {
    this.#silences.set(because, { ids: new Set(), ignored });
  }

  answer(because: Fault): void {
    this.#silences.delete(because);
  }

  #ignore(from: PeerId): void {
    for (const { ids, ignored } of this.#silences.values()) {
      if (ids.has(from)) continue;
      ids.add(from);
      ignored();
    }
  }

  #announce(announce: OpenAnnounce, wanted: number): void {
    const { id, event } = announce;
    const named = this.#tracker.announce(announce, wanted, this.#clock.nowMs);
    if (event === 'stopped') return;
    const byTorrent = this.#tracker.leadersOf(id, announce.asId);
    for (const [subTorrent, leaders] of byTorrent.entries()) {
      const to = this.#transport.sendToNode(TRACKER, id, subTorrent);
      to.leaders(Uint32Array.from(leaders));
    }
    const ids = Uint32Array.from(named);
    const asIds = ids.map((neighbour) => this.#plan.asOf(neighbour as PeerId));
    this.#transport.sendToNode(TRACKER, id).neighbours(ids, asIds);
  }
}

/** The tracker of a swarm whose peers all arrive at the start and stay. Nothing happens to it. */
class ClosedTrackerNode implements TrackerHost, TrackerNode {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #tracker: Tracker;

  constructor(plan: Plan, transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
    this.#tracker = makeTracker(this, plan);
  }

  /** Handles the event of a message to the tracker; `first` and `second` are its fields. */
  handle(kind: number, first: number, second: number): void {
    switch (kind) {
      case kinds.JOIN:
        return this.#tracker.join(first as PeerId, second as AsId, this.#clock.nowMs);
      case kinds.SEED_REQ:
        return this.#tracker.seedReq(first as PeerId);
      case kinds.CANDIDATE: {
        const candidate = this.#transport.payloads.take(first, 'candidate');
        return this.#tracker.candidate(candidate, this.#clock.nowMs);
      }
      default:
        assert(false, `no event has the kind ${kind}`);
    }
  }

  beSilent(): void {}

  answer(): void {}

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

interface Clock {
  readonly nowMs: number;
}

/** What a peer announces. Its AS follows from its address, its capacities are a part (`ct_up`). */
export function announceOf(
  plan: Plan,
  id: PeerId,
  event: AnnounceEvent,
  { isSeed, nowMs }: { readonly isSeed: boolean; readonly nowMs: number },
): OpenAnnounce {
  return {
    id,
    asId: plan.asOf(id),
    event,
    isSeed,
    ...(plan.isReachable(id) ? { capacity: plan.capacityAt(id, nowMs) } : {}),
  };
}

/** Makes the tracker of a swarm in which peers come and go. */
export function makeOpenTracker(plan: Plan): OpenTracker {
  const { swarm, seed, elections } = plan;
  const random = seededRandom(seed, 'election');
  return new OpenTracker({
    selection: selectionOf(plan),
    ...leadersBesideElection(plan),
    intervalS: ANNOUNCE_INTERVAL_S,
    random: seededRandom(seed, 'tracker'),
    ...(elections === undefined
      ? {}
      : { election: { ...elections, subTorrents: swarm.subTorrents, random } }),
  });
}

/**
 * Makes the tracker of a swarm whose peers all arrive at the start and stay. Its decisions depend
 * on the plan alone, and by some policies of election on when candidates come.
 */
export function makeTracker(host: TrackerHost, plan: Plan): Tracker {
  const { swarm, seed, elections } = plan;
  const random = seededRandom(seed, 'election');
  return new Tracker(host, {
    minPeers: swarm.minPeers,
    seeds: swarm.seeds,
    pieceCount: swarm.pieces,
    selection: selectionOf(plan),
    ...leadersBesideElection(plan),
    ...(elections === undefined ? {} : { election: { ...elections, random } }),
    subTorrents: swarm.subTorrents,
    random: seededRandom(seed, 'tracker'),
  });
}

/** What a tracker knows of leaders that nobody has to elect. */
function leadersBesideElection({
  caches,
  parentOf,
}: Plan): Pick<OpenTrackerOptions, 'caches' | 'parentOf'> {
  return {
    ...(caches === undefined ? {} : { caches }),
    ...(parentOf === undefined ? {} : { parentOf }),
  };
}
