/**
 * PHOLD, the standard workload for parallel simulation engines (Fujimoto 1990): a constant number
 * of events, each of which schedules another one at a uniformly random actor, after the lookahead
 * and an exponential delay. It does nothing else, so it measures the engine alone.
 *
 * Also an entry for worker threads, whose `setup` is a `Phold`.
 */

import { exponential, type Random, seededRandom } from '@cachetorrent/std';

import type {
  ActorId,
  Behaviour,
  ActorContext,
} from '../../../packages/simulator/src/engine/behaviour.ts';
import { hostActors } from '../../../packages/simulator/src/engine/threads/worker.ts';

export interface Phold {
  readonly seed: number;
  readonly actorCount: number;
  /** The number of pending events per actor: initially of each, later on average. */
  readonly pendingPerActor: number;
  /** The percentage of events that go to a random other actor; the rest stay. */
  readonly remotePercent: number;
  /** The lookahead between any two actors; also the least delay of an event that stays. */
  readonly lookaheadMs: number;
  /** The mean of the additional exponential delay. */
  readonly delayMs: number;
  /** No event is scheduled at or after this time. */
  readonly endMs: number;
}

/** The report of an actor: the numbers of events handled and sent, and a hash of the times. */
export interface PholdReport {
  readonly eventCount: number;
  readonly sentCount: number;
  readonly hash: number;
}

const MESSAGE_BYTES = 8;
/** The number of delays drawn in advance: drawing random numbers must not dominate the run. */
const DELAYS = 2 ** 12;

export class PholdActor implements Behaviour {
  readonly needsSync = false;
  readonly pendingCount = 1;
  readonly mayProgress = (): boolean => true;
  lastActiveMs = 0;
  doneCount = 0;
  readonly workCount = 0;
  messageCount = 0;
  readonly #phold: Phold;
  readonly #context: ActorContext;
  readonly #random: Random;
  readonly #delaysMs: Float64Array;
  readonly #lookaheadMs: number;
  readonly #endMs: number;
  readonly #remoteLimit: number;
  #hash = 0;

  constructor(phold: Phold, context: ActorContext) {
    this.#phold = phold;
    this.#lookaheadMs = phold.lookaheadMs;
    this.#endMs = phold.endMs;
    this.#remoteLimit = (phold.remotePercent / 100) * 2 ** 32;
    this.#context = context;
    this.#random = seededRandom(phold.seed, 'phold', context.id);
    this.#delaysMs = Float64Array.from({ length: DELAYS }, () =>
      exponential(this.#random, phold.delayMs),
    );
    for (let n = 0; n < phold.pendingPerActor; n++) {
      context.schedule(exponential(this.#random, phold.delayMs), 0, 0, 0, 0);
    }
  }

  handle(): void {
    const context = this.#context;
    this.doneCount++;
    this.lastActiveMs = context.nowMs;
    this.#hash = (Math.imul(this.#hash, 31) + context.nowMs * 1e6) | 0;

    // One random number decides both: its lowest bits the delay, the others the target.
    const draw = this.#random.unit() * 2 ** 32;
    const atMs = context.nowMs + this.#lookaheadMs + this.#delaysMs[draw & (DELAYS - 1)]!;
    if (atMs >= this.#endMs) return;
    if (draw < this.#remoteLimit) this.#sendMessage(atMs);
    else context.schedule(atMs, 0, 0, 0, 0);
  }

  receive(
    _source: ActorId,
    _sentMs: number,
    order: number,
    bytes: DataView,
    offset: number,
    _length: number,
  ): void {
    this.#context.scheduleArrival(bytes.getFloat64(offset, true), order, 0, 0, 0, 0);
  }

  synchronize(): boolean {
    return false;
  }

  report(): PholdReport {
    return { eventCount: this.doneCount, sentCount: this.messageCount, hash: this.#hash };
  }

  #sendMessage(atMs: number): void {
    const context = this.#context;
    this.messageCount++;
    const other = this.#random.below(this.#phold.actorCount - 1);
    const target = other < context.id ? other : other + 1;
    const view = context.beginMessage(target, context.takeOrders(1), MESSAGE_BYTES);
    view.setFloat64(context.offset, atMs, true);
    context.endMessage(MESSAGE_BYTES);
  }
}

/** Returns the lookahead matrix. */
export function pholdLookaheadMs({ actorCount, lookaheadMs }: Phold): Float64Array {
  return new Float64Array(actorCount * actorCount).fill(lookaheadMs);
}

hostActors<Phold>((phold, context) => new PholdActor(phold, context));
