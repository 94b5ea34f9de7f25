/**
 * Actors with injected faults: each has an event per millisecond, sends a message to the next
 * actor, and takes part in synchronizations, until a fault occurs in one of the ways in which an
 * actor or its thread can fail. Also an entry for worker threads.
 */

import type { Behaviour, ActorContext } from '../../src/engine/behaviour.ts';
import type { RunPlan } from '../../src/engine/threads/shared-memory.ts';
import { hostActors } from '../../src/engine/threads/worker.ts';

export type Fault =
  | 'throws'
  | 'throws a value that is no Error'
  | 'throws in its constructor'
  | 'throws when it receives a message'
  | 'throws in a synchronization'
  | 'throws in pendingCount'
  | 'throws in report'
  | 'reports a value that cannot be cloned'
  | 'exits'
  | 'exits in its constructor'
  | 'fills the memory'
  | 'loops for ever'
  | 'sleeps for ever'
  | 'schedules an event in the past'
  | 'violates the lookahead'
  | 'sends to an actor that does not exist'
  | 'sends where the lookahead is infinite'
  | 'does not end a message'
  | 'stalls'
  | 'throws in a check'
  | 'never ends'
  | 'has no events';

export interface FaultPlan {
  readonly actorCount: number;
  /** The faults: of which actor, and at what time. */
  readonly faults: readonly {
    readonly actor: number;
    readonly fault: Fault;
    readonly atMs: number;
  }[];
}

const LOOKAHEAD_MS = 2;
const TICK = 0;
const ARRIVED = 1;

class FaultyActor implements Behaviour {
  doneCount = 0;
  workCount = 0;
  messageCount = 0;
  lastActiveMs = 0;
  readonly #context: ActorContext;
  readonly #actorCount: number;
  readonly #fault: Fault | undefined;
  readonly #atMs: number;

  constructor({ faults, actorCount }: FaultPlan, context: ActorContext) {
    const own = faults.find(({ actor }) => actor === context.id);
    this.#context = context;
    this.#actorCount = actorCount;
    this.#fault = own?.fault;
    this.#atMs = own?.atMs ?? Infinity;
    if (this.#fault === 'throws in its constructor') throw new Error('injected fault');
    if (this.#fault === 'exits in its constructor') process.exit(7);
    if (this.#fault !== 'has no events') context.schedule(1, TICK, 0, 0, 0);
  }

  get needsSync(): boolean {
    return this.#context.nowMs < 1000;
  }

  get pendingCount(): number {
    if (this.#isDue('throws in pendingCount')) throw new Error('injected fault');
    return 1;
  }

  mayProgress(): boolean {
    if (this.#fault === 'throws in a check') throw new Error('injected fault');
    return this.#fault !== 'stalls';
  }

  handle(kind: number): void {
    const context = this.#context;
    if (kind !== TICK) return;
    this.doneCount++;
    if (context.nowMs >= this.#atMs) this.#fail();
    if (this.#fault !== 'stalls' && this.#fault !== 'throws in a check')
      this.lastActiveMs = context.nowMs;
    if (context.nowMs >= 1000 && this.#fault !== 'never ends') return;
    context.schedule(context.nowMs + 1, TICK, 0, 0, 0);
    const next = (context.id + 1) % this.#actorCount;
    if (next !== context.id) this.#sendMessage(next);
  }

  receive(_: number, sentMs: number, order: number): void {
    if (sentMs >= this.#atMs && this.#fault === 'throws when it receives a message')
      throw new Error('injected fault');
    const early = sentMs >= this.#atMs && this.#fault === 'violates the lookahead' ? 1 : 0;
    this.#context.scheduleArrival(sentMs + LOOKAHEAD_MS - early, order, ARRIVED, 0, 0, 0);
  }

  synchronize(_: number, atMs: number): boolean {
    if (atMs >= this.#atMs && this.#fault === 'throws in a synchronization')
      throw new Error('injected fault');
    return false;
  }

  report(): unknown {
    if (this.#fault === 'throws in report') throw new Error('injected fault');
    return this.#fault === 'reports a value that cannot be cloned'
      ? { secret: () => 1 }
      : this.doneCount;
  }

  #fail(): void {
    const context = this.#context;
    switch (this.#fault) {
      case 'throws':
        throw new Error('injected fault', { cause: new Error('its cause') });
      case 'throws a value that is no Error':
        // A model can throw any value.
        // oxlint-disable-next-line no-throw-literal, only-throw-error
        throw { reason: () => 'injected fault' };
      case 'exits':
        return process.exit(7);
      case 'fills the memory':
        for (const memory: unknown[] = []; ; ) memory.push(new Array(1000).fill(0.5));
      case 'loops for ever':
        for (;;);
      case 'sleeps for ever':
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        return;
      case 'schedules an event in the past':
        return context.schedule(context.nowMs - 1, TICK, 0, 0, 0);
      case 'sends to an actor that does not exist':
        return this.#sendMessage(this.#actorCount);
      case 'sends where the lookahead is infinite':
        return this.#sendMessage(context.id);
      case 'does not end a message':
        context.beginMessage(0, context.takeOrders(1), 8);
        context.beginMessage(0, context.takeOrders(1), 8);
    }
  }

  #isDue(fault: Fault): boolean {
    return this.#fault === fault && this.#context.nowMs >= this.#atMs;
  }

  #sendMessage(target: number): void {
    this.messageCount++;
    this.#context.beginMessage(target, this.#context.takeOrders(1), 8);
    this.#context.endMessage(8);
  }
}

/** A run of `actorCount` actors, some of them with faults. */
export function faultyPlan(
  actorCount: number,
  faults: FaultPlan['faults'],
): RunPlan & { readonly setup: FaultPlan } {
  const lookaheadMs = new Float64Array(actorCount ** 2).fill(LOOKAHEAD_MS);
  for (let i = 0; i < actorCount; i++) lookaheadMs[i * actorCount + i] = Infinity;
  return {
    setup: { actorCount, faults },
    actorCount,
    lookaheadMs,
    syncIntervalMs: 10,
    quietMs: 500,
  };
}

hostActors<FaultPlan>((plan, context) => new FaultyActor(plan, context));
