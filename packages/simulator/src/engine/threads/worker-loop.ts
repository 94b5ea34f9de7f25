/**
 * The loop of one worker, from the first window to the last. It knows no threads: it waits at a
 * barrier and reads shared memory. In tests, the calling thread may be the only worker.
 *
 *     publish state ─▶ barrier ─▶ next step ─▶ receive messages ─▶ run our actors ─┐
 *        ▲                            └─▶ stop                                      │
 *        └──────────────────────────────────────────────────────────────────────────┘
 *
 * All workers compute the same steps, since they compute them from the same numbers. State and
 * messages are double-buffered: all workers write to one buffer while all read the other.
 *
 * An actor that throws does not end its window: the other actors run on to the end of it. So the
 * first failure does not depend on which actors share a worker.
 */

import { assert } from '@cachetorrent/std';

import { Barrier } from '../synchronization/barrier.ts';
import type { ActorId, Behaviour, ActorContext } from '../behaviour.ts';
import { SharedState, type WorkerState } from '../synchronization/shared-state.ts';
import { BusyTimes, type BusyTimesReport } from './busy-times.ts';
import { StepSequence, type Outcome, type Step } from '../synchronization/steps.ts';
import { type Failure, firstFailure } from '../errors.ts';
import { HostedActor, type WorkerTotals } from './hosted-actor.ts';
import { Inbox } from '../mailbox/inbox.ts';
import { WorkerOutbox } from '../mailbox/worker-outbox.ts';
import type { SharedMemory } from './shared-memory.ts';
import { Heartbeat } from './heartbeat.ts';
import { Windows } from '../synchronization/window.ts';

/** The end of a run in which no actor failed. */
export interface RunEnd {
  readonly kind: 'ended';
  readonly outcome: Outcome;
  readonly windowCount: number;
  readonly syncCount: number;
  /** The simulated time of the last event. */
  readonly endMs: number;
  /** The simulated time at which an actor was last active. */
  readonly lastActiveMs: number;
}

/** How the loop ended. */
export type Ending =
  | RunEnd
  /** An actor has failed; `failure` is undefined if it runs on another worker. */
  | { readonly kind: 'failed'; readonly failure: Failure | undefined }
  | { readonly kind: 'aborted' };

type MakeActor = (context: ActorContext) => Behaviour;

export class WorkerLoop {
  readonly #worker: number;
  readonly #actors: readonly HostedActor[];
  readonly #sharedState: SharedState;
  readonly #barrier: Barrier;
  readonly #heartbeat: Heartbeat;
  readonly #outbox: WorkerOutbox;
  readonly #inboxes: readonly [Inbox, Inbox];
  readonly #windows: Windows;
  readonly #steps: StepSequence;
  /** For each actor, the earliest time at which anything can happen there. */
  readonly #nextMs: Float64Array;
  readonly #busyTimes: BusyTimes | undefined;

  /** Creates the actors of `worker`. If a constructor throws, `failure` has the error. */
  constructor(memory: SharedMemory, worker: number, makeBehaviour: MakeActor) {
    const { actorCount, workerOf, workers } = memory;
    const ids = actorsOf(workerOf, worker);
    this.#worker = worker;
    this.#sharedState = new SharedState(memory.sharedState);
    this.#barrier = new Barrier({
      words: new Int32Array(memory.barrier),
      parties: workers,
      spins: memory.spins,
    });
    this.#heartbeat = new Heartbeat(memory.heartbeats, worker);
    this.#outbox = new WorkerOutbox({
      worker,
      actorCount,
      lookaheadMs: memory.lookaheadMs,
      sharedState: this.#sharedState,
      buffers: memory.outboxes[worker]!,
    });
    this.#inboxes = [
      new Inbox(memory.outboxes.map((buffers) => buffers[0])),
      new Inbox(memory.outboxes.map((buffers) => buffers[1])),
    ];
    this.#windows = new Windows(ids, memory.distanceMs, actorCount);
    this.#steps = new StepSequence(memory);
    this.#nextMs = new Float64Array(actorCount);
    this.#busyTimes = memory.measuresBusyTimes ? new BusyTimes(ids) : undefined;

    this.#outbox.open(0, false);
    this.#actors = ids.map((id) => this.#makeActor(memory, id, makeBehaviour));
    this.#heartbeat.setIdle();
  }

  /** The first failure of this worker's actors. */
  get failure(): Failure | undefined {
    return firstFailure(this.#actors.flatMap(({ failure }) => failure ?? []));
  }

  /** Runs until the steps end. Blocks the thread. */
  run(): Ending {
    let buffer = 0;
    let step: Exclude<Step, { kind: 'stop' }> = { kind: 'window', startMs: 0, capMs: 0 };
    for (;;) {
      this.#publishState(buffer, step.kind === 'window' ? step.startMs : step.atMs);
      if (!this.#barrier.arrive()) return { kind: 'aborted' };
      if (this.#sharedState.hasFailed(buffer)) return { kind: 'failed', failure: this.failure };

      const nextMs = this.#nextMs;
      this.#sharedState.readNextMs(buffer, nextMs);
      const earliest = indexOfMin(nextMs);
      const state = this.#sharedState.globalState(buffer, nextMs[earliest]!);
      const next = this.#steps.next(state);
      if (next.kind === 'stop') {
        const { windowCount, syncCount } = this.#steps;
        const { outcome } = next;
        const { nowMs: endMs, lastActiveMs } = state;
        return { kind: 'ended', outcome, windowCount, syncCount, endMs, lastActiveMs };
      }
      step = next;
      const inbox = this.#inboxes[buffer]!;
      inbox.open();
      buffer ^= 1;
      this.#outbox.open(buffer, step.kind === 'sync');
      if (step.kind === 'check') {
        this.#check(inbox, step.quietMs);
        continue;
      }
      this.#busyTimes?.beginStep(step.kind === 'sync');
      if (step.kind === 'sync') this.#synchronize(inbox, step.round, step.atMs);
      else this.#runActors(inbox, earliest, step.capMs);
    }
  }

  /** Returns the report of an actor of this worker. */
  report(id: ActorId): unknown {
    const actor = this.#actors.find((each) => each.id === id);
    assert(actor !== undefined, 'an actor reports on the worker that hosts it');
    this.#heartbeat.setActive(id, actor.nowMs);
    const report = actor.report();
    this.#heartbeat.setIdle();
    return report;
  }

  busyTimes(): BusyTimesReport | undefined {
    return this.#busyTimes?.report();
  }

  #makeActor(memory: SharedMemory, id: ActorId, makeBehaviour: MakeActor): HostedActor {
    const { actorCount, lookaheadMs } = memory;
    const lookaheadFromMs = new Float64Array(actorCount);
    for (let i = 0; i < actorCount; i++) lookaheadFromMs[i] = lookaheadMs[i * actorCount + id]!;
    this.#heartbeat.setActive(id, 0);
    const options = { id, lookaheadFromMs, outbox: this.#outbox, heartbeat: this.#heartbeat };
    return new HostedActor(options, makeBehaviour);
  }

  #runActors(inbox: Inbox, earliest: ActorId, capMs: number): void {
    for (let index = 0; index < this.#actors.length; index++) {
      const actor = this.#actors[index]!;
      const endMs = this.#windows.endMs(index, actor.id, this.#nextMs, earliest);
      this.#heartbeat.setActive(actor.id, actor.nowMs);
      this.#busyTimes?.start();
      actor.runUntil(Math.min(endMs, capMs), inbox);
      if (actor.failure !== undefined) this.#outbox.cancel();
      this.#busyTimes?.stop(index);
    }
  }

  #synchronize(inbox: Inbox, round: number, atMs: number): void {
    for (let index = 0; index < this.#actors.length; index++) {
      const actor = this.#actors[index]!;
      this.#heartbeat.setActive(actor.id, atMs);
      this.#busyTimes?.start();
      actor.synchronize(round, atMs, inbox);
      if (actor.failure !== undefined) this.#outbox.cancel();
      this.#busyTimes?.stop(index);
    }
  }

  #check(inbox: Inbox, quietMs: number): void {
    for (const actor of this.#actors) {
      this.#heartbeat.setActive(actor.id, actor.nowMs);
      actor.check(quietMs, inbox);
    }
  }

  /**
   * Publishes the state of the actors. If one of them needs another round of a synchronization,
   * there is one, whatever else the actors state: then nobody reads the rest.
   */
  #publishState(buffer: number, simulatedMs: number): void {
    const needsRound = this.#actors.some((actor) => actor.needsRound);
    if (needsRound && this.#actors.every(({ failure }) => failure === undefined)) {
      this.#sharedState.setWorkerState(buffer, this.#worker, { ...NO_STATE, needsRound });
      this.#heartbeat.setIdle();
      return;
    }
    const totals: WorkerTotals = { ...NO_STATE, doneCount: 0, workCount: 0, messageCount: 0 };
    for (const actor of this.#actors) {
      this.#sharedState.setNextAtMs(buffer, actor.id, actor.addStateTo(totals));
    }
    this.#sharedState.setWorkerState(buffer, this.#worker, totals);
    const { windowCount } = this.#steps;
    this.#heartbeat.setProgress({ ...totals, simulatedMs, windowCount });
    this.#heartbeat.setIdle();
  }
}

const NO_STATE: WorkerState = {
  needsSync: false,
  needsRound: false,
  mayProgress: false,
  pendingCount: 0,
  isOver: false,
  lastActiveMs: -Infinity,
  nowMs: 0,
  hasFailed: false,
};

/** Returns the actors of one worker, in ascending order. */
export function actorsOf(workerOf: Uint16Array, worker: number): ActorId[] {
  return [...workerOf.keys()].filter((actor) => workerOf[actor] === worker);
}

function indexOfMin(values: Float64Array): number {
  let index = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! < values[index]!) index = i;
  return index;
}
