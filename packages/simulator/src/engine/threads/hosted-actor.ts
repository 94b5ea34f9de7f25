/**
 * An actor on its worker: catches what the actor throws and records it as a failure. A failed actor
 * does nothing more, while the worker runs its other actors to the end of the window
 * (`worker-loop.ts` says why).
 */

import { Actor, type ActorOptions } from '../actor.ts';
import type { ActorId, Behaviour } from '../behaviour.ts';
import type { WorkerState } from '../synchronization/shared-state.ts';
import type { Failure } from '../errors.ts';
import type { Inbox } from '../mailbox/inbox.ts';

/** The state of all actors of a worker, as it is being summed up. */
export interface WorkerTotals extends WorkerState {
  needsSync: boolean;
  needsRound: boolean;
  mayProgress: boolean;
  pendingCount: number;
  isOver: boolean;
  lastActiveMs: number;
  nowMs: number;
  hasFailed: boolean;
  doneCount: number;
  workCount: number;
  messageCount: number;
}

export class HostedActor {
  readonly id: ActorId;
  failure: Failure | undefined;
  readonly #actor: Actor;
  #needsRound = false;
  #mayProgress = false;

  constructor(options: ActorOptions, makeBehaviour: (actor: Actor) => Behaviour) {
    this.id = options.id;
    this.#actor = new Actor(options);
    try {
      this.#actor.behaviour = makeBehaviour(this.#actor);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Whether the actor needs another round of the synchronization, as of its last one. */
  get needsRound(): boolean {
    return this.#needsRound;
  }

  get nowMs(): number {
    return this.#actor.nowMs;
  }

  /** Receives the messages to the actor, then handles all events before `endMs`. */
  runUntil(endMs: number, inbox: Inbox): void {
    this.#needsRound = false;
    if (this.failure !== undefined) return;
    try {
      inbox.deliver(this.id, this.#actor);
      this.#actor.runUntil(endMs);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Receives the messages to the actor, then runs one round of the synchronization at `atMs`. */
  synchronize(round: number, atMs: number, inbox: Inbox): void {
    this.#needsRound = false;
    if (this.failure !== undefined) return;
    try {
      inbox.deliver(this.id, this.#actor);
      this.#needsRound = this.#actor.synchronize(round, atMs);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Receives the messages to the actor, then asks whether it may still make progress. */
  check(quietMs: number, inbox: Inbox): void {
    if (this.failure !== undefined) return;
    try {
      inbox.deliver(this.id, this.#actor);
      this.#mayProgress = this.#actor.behaviour.mayProgress(quietMs);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Adds the actor's state to `totals`. Returns the time of its next event. */
  addStateTo(totals: WorkerTotals): number {
    if (this.failure === undefined) {
      try {
        return this.#addStateTo(totals);
      } catch (error) {
        this.#fail(error);
      }
    }
    totals.hasFailed = true;
    return Infinity;
  }

  /** Returns the actor's report; undefined if that fails. */
  report(): unknown {
    try {
      return this.#actor.behaviour.report();
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #addStateTo(totals: WorkerTotals): number {
    const { behaviour, nowMs } = this.#actor;
    totals.needsSync ||= behaviour.needsSync;
    totals.needsRound ||= this.#needsRound;
    totals.mayProgress ||= this.#mayProgress;
    totals.pendingCount += behaviour.pendingCount;
    totals.isOver ||= behaviour.isOver ?? false;
    totals.doneCount += behaviour.doneCount;
    totals.workCount += behaviour.workCount;
    totals.messageCount += behaviour.messageCount;
    totals.lastActiveMs = Math.max(totals.lastActiveMs, behaviour.lastActiveMs);
    totals.nowMs = Math.max(totals.nowMs, nowMs);
    return this.#actor.nextAtMs();
  }

  #fail(error: unknown): void {
    this.failure = { actor: this.id, atMs: this.#actor.nowMs, error };
  }
}
