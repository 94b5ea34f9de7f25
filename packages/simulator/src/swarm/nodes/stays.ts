/**
 * The stays of the nodes of one AS in the swarm: when each has a reason to leave, and when it comes
 * back. A node that has left and comes back begins another stay.
 */

import type { PeerId } from '@cachetorrent/protocol';

import type { ActorContext } from '../../engine/behaviour.ts';
import * as kinds from '../event-kinds.ts';
import { type Departure, DEPARTURES, type SessionTable } from '../plan/dynamics.ts';
import type { Plan } from '../plan/plan.ts';

/** A neighbour that says nothing for this time is taken for dead (libtorrent: `peer_timeout`). */
export const CONNECTION_TIMEOUT_MS = 120_000;
/**
 * The least time after which a node comes back. Until then its neighbours have noticed that it has
 * gone, so that nothing is under way any more that was sent during its earlier stay.
 */
export const ABSENCE_MIN_MS = 180_000;

export class Stays {
  readonly #plan: Plan;
  readonly #context: ActorContext;
  readonly #sessions: SessionTable | undefined;
  /** For each node of the AS, the number of its stay: how often it has left. */
  readonly #stay: Uint32Array;

  constructor(plan: Plan, context: ActorContext, nodeCount: number) {
    this.#plan = plan;
    this.#context = context;
    this.#sessions = plan.sessions;
    this.#stay = new Uint32Array(this.#sessions === undefined ? 0 : nodeCount);
  }

  /** The number of the present stay of a node. */
  of(localNode: number): number {
    return this.#stay[localNode] ?? 0;
  }

  /** A node arrives. `isComplete`: it has the whole file already. */
  begin(id: PeerId, isComplete: boolean): void {
    const sessions = this.#sessions;
    if (sessions === undefined) return;
    this.#leaveAfter(id, sessions.crashesAfterMs[id]!, 'crashed');
    this.#leaveAfter(id, sessions.leavesAfterMs[id]!, isComplete ? 'finished' : 'aborted');
    if (!isComplete) this.#leaveAfter(id, sessions.patienceMs[id]!, 'aborted');
  }

  /** A node has completed the file, now or before it arrived. */
  completed(id: PeerId): void {
    if (this.#sessions !== undefined) {
      this.#leaveAfter(id, this.#sessions.seedsForMs[id]!, 'finished');
    }
  }

  /** Whether a complete node that has uploaded the file so many times leaves. */
  hasGivenEnough(id: PeerId, shareRatio: number): boolean {
    return this.#sessions !== undefined && shareRatio >= this.#sessions.shareRatio[id]!;
  }

  /** A node leaves. Returns whether it will come back. */
  end(id: PeerId): boolean {
    const localNode = this.#plan.localNodeOf(id);
    this.#stay[localNode]!++;
    const absenceMs = this.#sessions?.returnsAfterMs[id] ?? Infinity;
    if (absenceMs === Infinity) return false;
    const atMs = this.#context.nowMs + Math.max(absenceMs, ABSENCE_MIN_MS);
    this.#context.schedule(atMs, kinds.ARRIVE, localNode, 0, 0);
    return true;
  }

  #leaveAfter(id: PeerId, afterMs: number, reason: Departure): void {
    if (afterMs === Infinity) return;
    const localNode = this.#plan.localNodeOf(id);
    const atMs = this.#context.nowMs + afterMs;
    const stay = this.of(localNode);
    this.#context.schedule(atMs, kinds.LEAVE, localNode, DEPARTURES.indexOf(reason), stay);
  }
}
