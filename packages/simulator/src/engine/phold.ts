/**
 * PHOLD, the usual benchmark of parallel simulation engines (Fujimoto 1990): a fixed number of
 * events, each of which, when it happens, schedules one more at a uniformly random actor, after the
 * lookahead and an exponential delay. It does nothing else, so it measures the engine alone.
 *
 * This is also an entry for worker threads: its `setup` is a `Phold`.
 */

import { exponential, type Random, seededRandom } from '@cachetorrent/std';

import type { ActorId, Behaviour, ActorContext } from './behaviour.ts';
import { hostActors } from './threads/worker.ts';

export interface Phold {
  readonly seed: number;
  readonly actorCount: number;
  /** Events pending at any time, of each actor at the start. */
  readonly pendingPerActor: number;
  /** How many of a hundred events go to a random other actor; the rest stay. */
  readonly remotePercent: number;
  /** The lookahead between any two actors; also the least delay of an event that stays. */
  readonly lookaheadMs: number;
  /** The mean of the exponential delay that comes on top. */
  readonly delayMs: number;
  /** No event happens at this time or after it. */
  readonly endMs: number;
}

/** What an actor reports: how much it handled, and a hash of when. */
export interface PholdReport {
  readonly eventCount: number;
  readonly sentCount: number;
  readonly hash: number;
}

const MESSAGE_BYTES = 8;
/** Delays are drawn from so many, drawn once: chance should not be what is measured. */
const DELAYS = 2 ** 12;

export class PholdActor implements Behaviour {
  readonly needsSync = false;
  readonly pendingCount = 1;
  lastActiveMs = 0;
  doneCount = 0;
  messageCount = 0;
  readonly #phold: Phold;
  readonly #world: ActorContext;
  readonly #random: Random;
  readonly #delaysMs: Float64Array;
  readonly #lookaheadMs: number;
  readonly #endMs: number;
  readonly #remoteShare: number;
  #hash = 0;

  constructor(phold: Phold, world: ActorContext) {
    this.#phold = phold;
    this.#lookaheadMs = phold.lookaheadMs;
    this.#endMs = phold.endMs;
    this.#remoteShare = (phold.remotePercent / 100) * 2 ** 32;
    this.#world = world;
    this.#random = seededRandom(phold.seed, 'phold', world.id);
    this.#delaysMs = Float64Array.from({ length: DELAYS }, () =>
      exponential(this.#random, phold.delayMs),
    );
    for (let n = 0; n < phold.pendingPerActor; n++) {
      world.schedule(exponential(this.#random, phold.delayMs), 0, 0, 0, 0);
    }
  }

  handle(): void {
    const world = this.#world;
    this.doneCount++;
    this.lastActiveMs = world.nowMs;
    this.#hash = (Math.imul(this.#hash, 31) + world.nowMs * 1e6) | 0;

    // One number decides both: its lowest bits the delay, the others whether the event stays.
    const draw = this.#random.unit() * 2 ** 32;
    const atMs = world.nowMs + this.#lookaheadMs + this.#delaysMs[draw & (DELAYS - 1)]!;
    if (atMs >= this.#endMs) return;
    if (draw < this.#remoteShare) this.#post(atMs);
    else world.schedule(atMs, 0, 0, 0, 0);
  }

  receive(
    _source: ActorId,
    _sentMs: number,
    order: number,
    bytes: DataView,
    offset: number,
    _length: number,
  ): void {
    this.#world.scheduleArrival(bytes.getFloat64(offset, true), order, 0, 0, 0, 0);
  }

  synchronize(): boolean {
    return false;
  }

  report(): PholdReport {
    return { eventCount: this.doneCount, sentCount: this.messageCount, hash: this.#hash };
  }

  #post(atMs: number): void {
    const world = this.#world;
    this.messageCount++;
    const other = this.#random.below(this.#phold.actorCount - 1);
    const target = other < world.id ? other : other + 1;
    const view = world.beginMessage(target, world.takeOrders(1), MESSAGE_BYTES);
    view.setFloat64(world.offset, atMs, true);
    world.endMessage(MESSAGE_BYTES);
  }
}

/** The lookahead between all actors of a PHOLD. */
export function pholdLookaheadMs({ actorCount, lookaheadMs }: Phold): Float64Array {
  return new Float64Array(actorCount * actorCount).fill(lookaheadMs);
}

hostActors<Phold>((phold, world) => new PholdActor(phold, world));
