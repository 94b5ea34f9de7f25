/**
 * The stays of the nodes of one AS in the swarm: when each has a reason to leave, and when it comes
 * back. A node that has left and comes back begins another stay.
 */

import type { PeerId } from '@cachetorrent/protocol';

import type { ActorContext } from '../../engine/behaviour.ts';
import * as kinds from '../event-kinds.ts';
import type { Departure, SessionTable } from '../plan/dynamics.ts';
import type { Plan } from '../plan/plan.ts';
import { CONNECTION_TIMEOUT_MS } from '../transport/borders.ts';

/**
 * The least time after which a node comes back: nothing is under way to it any more that belongs to
 * its earlier stay. A neighbour may take the timeout to notice that it has gone, and if it crashes
 * itself just before, the end of the connection is known after the same time again. A message that
 * is held at a closed border is late by less than the timeout.
 */
export const ABSENCE_MIN_MS: number = 2.5 * CONNECTION_TIMEOUT_MS;

/** Why a node may leave at a given time: it crashes, has lost patience, or its session ends. */
export type Reason = 'crash' | 'impatience' | 'end';
export const REASONS: readonly Reason[] = ['crash', 'impatience', 'end'];

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

  /** A node arrives. */
  begin(id: PeerId): void {
    const sessions = this.#sessions;
    if (sessions === undefined) return;
    this.#leaveAfter(id, sessions.crashesAfterMs[id]!, 'crash');
    this.#leaveAfter(id, sessions.leavesAfterMs[id]!, 'end');
    this.#leaveAfter(id, sessions.patienceMs[id]!, 'impatience');
  }

  /** A node has completed the file, now or before it arrived. */
  completed(id: PeerId): void {
    if (this.#sessions !== undefined) {
      this.#leaveAfter(id, this.#sessions.seedsForMs[id]!, 'end');
    }
  }

  /** Whether a complete node that has uploaded the file so many times leaves. */
  hasGivenEnough(id: PeerId, shareRatio: number): boolean {
    return this.#sessions !== undefined && shareRatio >= this.#sessions.shareRatio[id]!;
  }

  /** A node leaves. Returns whether it will come back: not if it has finished. */
  end(id: PeerId, reason: Departure): boolean {
    const localNode = this.#plan.localNodeOf(id);
    this.#stay[localNode]!++;
    const absenceMs = this.#sessions?.returnsAfterMs[id] ?? Infinity;
    if (absenceMs === Infinity || reason === 'finished') return false;
    const atMs = this.#context.nowMs + Math.max(absenceMs, ABSENCE_MIN_MS);
    this.#context.schedule(atMs, kinds.ARRIVE, localNode, 0, 0);
    return true;
  }

  #leaveAfter(id: PeerId, afterMs: number, reason: Reason): void {
    if (afterMs === Infinity) return;
    const localNode = this.#plan.localNodeOf(id);
    const atMs = this.#context.nowMs + afterMs;
    const stay = this.of(localNode);
    this.#context.schedule(atMs, kinds.LEAVE, localNode, REASONS.indexOf(reason), stay);
  }
}
