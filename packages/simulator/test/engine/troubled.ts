/**
 * Actors that tick, once a millisecond, tell one another, and meet; until trouble comes over one
 * of them, in one of the ways in which an actor or its thread can fail. An entry for workers.
 */

import type { Behaviour, ActorContext } from '../../src/engine/behaviour.ts';
import type { RunPlan } from '../../src/engine/threads/shared-memory.ts';
import { hostActors } from '../../src/engine/threads/worker.ts';

export type Trouble =
  | 'throws'
  | 'throws no error'
  | 'throws while it is made'
  | 'throws when it hears'
  | 'throws in a meeting'
  | 'throws when asked how much is pending'
  | 'throws when it reports'
  | 'reports what cannot be cloned'
  | 'exits'
  | 'exits while it is made'
  | 'fills the memory'
  | 'loops for ever'
  | 'sleeps for ever'
  | 'sends into the past'
  | 'outruns the lookahead'
  | 'posts to nobody'
  | 'posts where nobody can hear'
  | 'leaves a message open'
  | 'stalls'
  | 'goes on for ever'
  | 'rests';

export interface Troubles {
  readonly actorCount: number;
  /** Which actor is in trouble, and at what time. */
  readonly of: readonly {
    readonly actor: number;
    readonly trouble: Trouble;
    readonly atMs: number;
  }[];
}

const LOOKAHEAD_MS = 2;
const TICK = 0;
const NEWS = 1;

class TroubledActor implements Behaviour {
  doneCount = 0;
  messageCount = 0;
  lastActiveMs = 0;
  readonly #world: ActorContext;
  readonly #actorCount: number;
  readonly #trouble: Trouble | undefined;
  readonly #atMs: number;

  constructor({ of, actorCount }: Troubles, world: ActorContext) {
    const mine = of.find(({ actor }) => actor === world.id);
    this.#world = world;
    this.#actorCount = actorCount;
    this.#trouble = mine?.trouble;
    this.#atMs = mine?.atMs ?? Infinity;
    if (this.#trouble === 'throws while it is made') throw new Error('in trouble');
    if (this.#trouble === 'exits while it is made') process.exit(7);
    if (this.#trouble !== 'rests') world.schedule(1, TICK, 0, 0, 0);
  }

  get needsSync(): boolean {
    return this.#world.nowMs < 1000;
  }

  get pendingCount(): number {
    if (this.#isInTrouble('throws when asked how much is pending')) throw new Error('in trouble');
    return 1;
  }

  handle(kind: number): void {
    const world = this.#world;
    if (kind !== TICK) return;
    this.doneCount++;
    if (world.nowMs >= this.#atMs) this.#fail();
    if (this.#trouble !== 'stalls') this.lastActiveMs = world.nowMs;
    if (world.nowMs >= 1000 && this.#trouble !== 'goes on for ever') return;
    world.schedule(world.nowMs + 1, TICK, 0, 0, 0);
    const next = (world.id + 1) % this.#actorCount;
    if (next !== world.id) this.#tell(next);
  }

  receive(_: number, sentMs: number, order: number): void {
    if (sentMs >= this.#atMs && this.#trouble === 'throws when it hears')
      throw new Error('in trouble');
    const early = sentMs >= this.#atMs && this.#trouble === 'outruns the lookahead' ? 1 : 0;
    this.#world.scheduleArrival(sentMs + LOOKAHEAD_MS - early, order, NEWS, 0, 0, 0);
  }

  synchronize(_: number, atMs: number): boolean {
    if (atMs >= this.#atMs && this.#trouble === 'throws in a meeting')
      throw new Error('in trouble');
    return false;
  }

  report(): unknown {
    if (this.#trouble === 'throws when it reports') throw new Error('in trouble');
    return this.#trouble === 'reports what cannot be cloned' ? { secret: () => 1 } : this.doneCount;
  }

  #fail(): void {
    const world = this.#world;
    switch (this.#trouble) {
      case 'throws':
        throw new Error('in trouble', { cause: new Error('deep trouble') });
      case 'throws no error':
        // What a careless model may do.
        // oxlint-disable-next-line no-throw-literal, only-throw-error
        throw { trouble: () => 'deep' };
      case 'exits':
        return process.exit(7);
      case 'fills the memory':
        for (const memory: unknown[] = []; ; ) memory.push(new Array(1000).fill(0.5));
      case 'loops for ever':
        for (;;);
      case 'sleeps for ever':
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        return;
      case 'sends into the past':
        return world.schedule(world.nowMs - 1, TICK, 0, 0, 0);
      case 'posts to nobody':
        return this.#tell(this.#actorCount);
      case 'posts where nobody can hear':
        return this.#tell(world.id);
      case 'leaves a message open':
        world.beginMessage(0, world.takeOrders(1), 8);
        world.beginMessage(0, world.takeOrders(1), 8);
    }
  }

  #isInTrouble(trouble: Trouble): boolean {
    return this.#trouble === trouble && this.#world.nowMs >= this.#atMs;
  }

  #tell(target: number): void {
    this.messageCount++;
    this.#world.beginMessage(target, this.#world.takeOrders(1), 8);
    this.#world.endMessage(8);
  }
}

/** A run of so many actors, of which some come into trouble. */
export function troubledPlan(
  actorCount: number,
  of: Troubles['of'],
): RunPlan & { readonly setup: Troubles } {
  const lookaheadMs = new Float64Array(actorCount ** 2).fill(LOOKAHEAD_MS);
  for (let i = 0; i < actorCount; i++) lookaheadMs[i * actorCount + i] = Infinity;
  return {
    setup: { actorCount, of },
    actorCount,
    lookaheadMs,
    meetingIntervalMs: 10,
    stallMs: 500,
  };
}

hostActors<Troubles>((troubles, world) => new TroubledActor(troubles, world));
