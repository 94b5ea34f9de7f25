/**
 * The loop of one worker, from the first window to the last. It knows no threads: it waits at a
 * barrier and reads shared memory, and in a test the calling thread may be the only worker.
 *
 *     publish ─▶ barrier ─▶ decide ─▶ read what was posted to us ─▶ run our actors ─┐
 *        ▲                     └─▶ stop                                              │
 *        └──────────────────────────────────────────────────────────────────────────┘
 *
 * All workers decide the same, since they decide by the same numbers. What is published and
 * posted lies on one of two sides: while all write to one, all read the other.
 *
 * An actor that throws does not stop its window: the others run on to its end, so that which
 * failure is the first does not depend on which actors share a worker.
 */

import { assert } from '@cachetorrent/std';

import { Barrier } from '../synchronization/barrier.ts';
import type { ActorId, Behaviour, ActorContext } from '../behaviour.ts';
import { SharedState } from '../synchronization/shared-state.ts';
import { BusyTimes, type BusyTimesReport } from './busy-times.ts';
import { StepSequence, type Outcome, type Step } from '../synchronization/steps.ts';
import { type Failure, firstFailure } from '../errors.ts';
import { HostedActor, type Sums } from '../hosted-actor.ts';
import { Inbox } from '../mailbox/inbox.ts';
import { Outboxes } from '../mailbox/outboxes.ts';
import type { SharedMemory } from './shared-memory.ts';
import { Heartbeat } from './heartbeat.ts';
import { Windows } from '../synchronization/window.ts';

/** How a run ended. */
export interface RunEnd {
  readonly kind: 'over';
  readonly outcome: Outcome;
  readonly windows: number;
  readonly meetings: number;
  /** The simulated time of the last event. */
  readonly endMs: number;
}

export type Ending =
  | RunEnd
  /** An actor has failed, perhaps one of ours. */
  | { readonly kind: 'failed'; readonly failure: Failure | undefined }
  | { readonly kind: 'aborted' };

export class WorkerLoop {
  readonly #worker: number;
  readonly #actors: readonly HostedActor[];
  readonly #board: SharedState;
  readonly #barrier: Barrier;
  readonly #signs: Heartbeat;
  readonly #outboxes: Outboxes;
  readonly #inboxes: readonly [Inbox, Inbox];
  readonly #windows: Windows;
  readonly #decisions: StepSequence;
  /** For each actor, the earliest time at which anything can happen there. */
  readonly #nextMs: Float64Array;
  readonly #busyTimes: BusyTimes | undefined;

  /** Makes the actors of `worker`. One that throws at that has failed already: see `failure`. */
  constructor(share: SharedMemory, worker: number, make: (world: ActorContext) => Behaviour) {
    const { actorCount, workerOf, workers } = share;
    const ids = actorsOf(workerOf, worker);
    this.#worker = worker;
    this.#board = new SharedState(share.board);
    this.#barrier = new Barrier({
      words: new Int32Array(share.barrier),
      parties: workers,
      spins: share.spins,
    });
    this.#signs = new Heartbeat(share.signs, worker);
    this.#outboxes = new Outboxes({
      ...share,
      worker,
      board: this.#board,
      memory: share.outboxes[worker]!,
    });
    this.#inboxes = [
      new Inbox(share.outboxes.map((sides) => sides[0])),
      new Inbox(share.outboxes.map((sides) => sides[1])),
    ];
    this.#windows = new Windows(ids, share.distanceMs, actorCount);
    this.#decisions = new StepSequence(share);
    this.#nextMs = new Float64Array(actorCount);
    this.#busyTimes = share.measuresBusyTimes ? new BusyTimes(ids) : undefined;

    this.#outboxes.open(0, false);
    this.#actors = ids.map((id) => this.#host(share, id, make));
    this.#signs.rest();
  }

  /** The first failure of our actors. */
  get failure(): Failure | undefined {
    return firstFailure(this.#actors.flatMap(({ failure }) => failure ?? []));
  }

  /** Runs until all workers together decide that it is over. Blocks the thread. */
  run(): Ending {
    let side = 0;
    let step: Step = { kind: 'window', startMs: 0, capMs: 0 };
    for (;;) {
      this.#publish(side, step.kind === 'meeting' ? step.atMs : step.startMs);
      if (!this.#barrier.arrive()) return { kind: 'aborted' };
      if (this.#board.hasFailed(side)) return { kind: 'failed', failure: this.failure };

      const nextMs = this.#nextMs;
      this.#board.readNextMs(side, nextMs);
      const first = placeOfLeast(nextMs);
      const standing = this.#board.standing(side, nextMs[first]!);
      const decided = this.#decisions.next(standing);
      if (decided.kind === 'stop') {
        const { windows, meetings } = this.#decisions;
        const { outcome } = decided;
        return { kind: 'over', outcome, windows, meetings, endMs: standing.nowMs };
      }
      step = decided;
      const inbox = this.#inboxes[side]!;
      inbox.open();
      side ^= 1;
      this.#outboxes.open(side, step.kind === 'meeting');
      this.#busyTimes?.beginStep(step.kind === 'meeting');
      if (step.kind === 'meeting') this.#meet(inbox, step.round, step.atMs);
      else this.#runActors(inbox, first, step.capMs);
    }
  }

  /** What an actor of ours has to say at the end. */
  report(id: ActorId): unknown {
    const actor = this.#actors.find((each) => each.id === id);
    assert(actor !== undefined, 'an actor reports where it is hosted');
    this.#signs.work(id, actor.nowMs);
    const report = actor.report();
    this.#signs.rest();
    return report;
  }

  busyTimes(): BusyTimesReport | undefined {
    return this.#busyTimes?.report();
  }

  #host(share: SharedMemory, id: ActorId, make: (world: ActorContext) => Behaviour): HostedActor {
    const { actorCount, lookaheadMs } = share;
    const lookaheadFromMs = new Float64Array(actorCount);
    for (let i = 0; i < actorCount; i++) lookaheadFromMs[i] = lookaheadMs[i * actorCount + id]!;
    this.#signs.work(id, 0);
    const post = this.#outboxes;
    return new HostedActor({ id, lookaheadFromMs, post, pulse: this.#signs }, make);
  }

  #runActors(inbox: Inbox, first: ActorId, capMs: number): void {
    for (let place = 0; place < this.#actors.length; place++) {
      const actor = this.#actors[place]!;
      const endMs = this.#windows.endMs(place, actor.id, this.#nextMs, first);
      this.#signs.work(actor.id, actor.nowMs);
      this.#busyTimes?.start();
      actor.runUntil(Math.min(endMs, capMs), inbox);
      if (actor.failure !== undefined) this.#outboxes.cancel();
      this.#busyTimes?.stop(place);
    }
  }

  #meet(inbox: Inbox, round: number, atMs: number): void {
    for (let place = 0; place < this.#actors.length; place++) {
      const actor = this.#actors[place]!;
      this.#signs.work(actor.id, atMs);
      this.#busyTimes?.start();
      actor.meet(round, atMs, inbox);
      if (actor.failure !== undefined) this.#outboxes.cancel();
      this.#busyTimes?.stop(place);
    }
  }

  #publish(side: number, simulatedMs: number): void {
    const sums: Sums = {
      wantsMeeting: false,
      needsRound: false,
      pendingCount: 0,
      lastActiveMs: -Infinity,
      nowMs: 0,
      hasFailed: false,
      doneCount: 0,
      messageCount: 0,
    };
    for (const actor of this.#actors) {
      this.#board.setNextAtMs(side, actor.id, actor.publish(sums));
    }
    this.#board.setTally(side, this.#worker, sums);
    this.#signs.show({ ...sums, simulatedMs, windows: this.#decisions.windows });
    this.#signs.rest();
  }
}

/** The actors of one worker, in order. */
export function actorsOf(workerOf: Uint16Array, worker: number): ActorId[] {
  return [...workerOf.keys()].filter((actor) => workerOf[actor] === worker);
}

function placeOfLeast(values: Float64Array): number {
  let place = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! < values[place]!) place = i;
  return place;
}
