/**
 * An actor on its worker: whatever it throws becomes a failure, and it does nothing more.
 *
 * The worker goes on with the others to the end of the window; see `loop.ts`.
 */

import { Actor, type ActorOptions } from './actor.ts';
import type { ActorId, Behaviour } from './behaviour.ts';
import type { WorkerState } from './synchronization/shared-state.ts';
import type { Failure } from './errors.ts';
import type { Inbox } from './mailbox/inbox.ts';

/** What a worker's actors come to, taken together. */
export interface Sums extends WorkerState {
  wantsMeeting: boolean;
  needsRound: boolean;
  pendingCount: number;
  lastActiveMs: number;
  nowMs: number;
  hasFailed: boolean;
  doneCount: number;
  messageCount: number;
}

export class HostedActor {
  readonly id: ActorId;
  failure: Failure | undefined;
  readonly #actor: Actor;
  #needsRound = false;

  constructor(options: ActorOptions, make: (actor: Actor) => Behaviour) {
    this.id = options.id;
    this.#actor = new Actor(options);
    try {
      this.#actor.behaviour = make(this.#actor);
    } catch (error) {
      this.#fail(error);
    }
  }

  get nowMs(): number {
    return this.#actor.nowMs;
  }

  /** Reads what is for it, then handles every event before `endMs`. */
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

  /** Reads what is for it, then holds a round of the meeting at `atMs`. */
  meet(round: number, atMs: number, inbox: Inbox): void {
    this.#needsRound = false;
    if (this.failure !== undefined) return;
    try {
      inbox.deliver(this.id, this.#actor);
      this.#needsRound = this.#actor.meet(round, atMs);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** When its next event happens; adds what else it has to publish to `sums`. */
  publish(sums: Sums): number {
    if (this.failure === undefined) {
      try {
        return this.#publish(sums);
      } catch (error) {
        this.#fail(error);
      }
    }
    sums.hasFailed = true;
    return Infinity;
  }

  /** What it has to say at the end. Undefined where it fails even at that. */
  report(): unknown {
    try {
      return this.#actor.behaviour.report();
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #publish(sums: Sums): number {
    const { behaviour, nowMs } = this.#actor;
    sums.wantsMeeting ||= behaviour.needsSync;
    sums.needsRound ||= this.#needsRound;
    sums.pendingCount += behaviour.pendingCount;
    sums.doneCount += behaviour.doneCount;
    sums.messageCount += behaviour.messageCount;
    sums.lastActiveMs = Math.max(sums.lastActiveMs, behaviour.lastActiveMs);
    sums.nowMs = Math.max(sums.nowMs, nowMs);
    return this.#actor.nextAtMs();
  }

  #fail(error: unknown): void {
    this.failure = { actor: this.id, atMs: this.#actor.nowMs, error };
  }
}
