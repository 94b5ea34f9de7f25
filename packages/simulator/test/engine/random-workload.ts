/**
 * Actors that use all features of the engine at random: own events, often many at the same time;
 * messages that cause several events; idle times; synchronizations of several rounds, with
 * messages.
 *
 * Each actor hashes everything that happens to it, in order, so that two runs are equal if and only
 * if their hashes are. Also an entry for worker threads.
 */

import { type Random, seededRandom } from '@cachetorrent/std';

import type { ActorId, Behaviour, ActorContext } from '../../src/engine/behaviour.ts';
import type { RunPlan } from '../../src/engine/threads/shared-memory.ts';
import { hostActors } from '../../src/engine/threads/worker.ts';

export interface RandomWorkload {
  readonly seed: number;
  readonly actorCount: number;
  readonly lookaheadMs: Float64Array;
  /** Nothing is scheduled at or after this time. */
  readonly endMs: number;
}

export interface RandomReport {
  readonly hash: number;
  readonly events: number;
  readonly messages: number;
  readonly rounds: number;
}

const OWN = 0;
const ARRIVED = 1;
const FROM_SYNC = 2;

export class RandomActor implements Behaviour {
  pendingCount = 1;
  doneCount = 0;
  workCount = 0;
  messageCount = 0;
  lastActiveMs = 0;
  needsSync = false;
  readonly mayProgress = (): boolean => true;
  readonly #workload: RandomWorkload;
  readonly #context: ActorContext;
  readonly #random: Random;
  readonly #others: readonly ActorId[];
  #hash = 0;
  #rounds = 0;
  #received = 0;
  /** The number of scheduled events of the actor. */
  #pending = 0;

  constructor(workload: RandomWorkload, context: ActorContext) {
    const { seed, actorCount, lookaheadMs } = workload;
    this.#workload = workload;
    this.#context = context;
    this.#random = seededRandom('random workload', seed, context.id);
    this.#others = [...new Array(actorCount).keys()].filter(
      (other) => other !== context.id && lookaheadMs[context.id * actorCount + other]! < Infinity,
    );
    const first = context.id % 3 === 0 ? 1 + this.#random.below(30) : 0;
    for (let n = 0; n < first; n++) this.#scheduleOne(this.#random.below(50));
  }

  handle(kind: number, a: number, b: number, c: number): void {
    const random = this.#random;
    this.doneCount++;
    this.#pending--;
    this.#addToHash(kind, a, b, c, this.#context.nowMs);
    const hasEnded = this.#context.nowMs >= this.#workload.endMs;
    if (kind === FROM_SYNC || hasEnded) this.needsSync = false;
    if (hasEnded) return;
    if (random.below(50) === 0) this.needsSync = true;

    // An actor with few events schedules more, so that the workload stays about constant.
    const count = this.#pending < 10 ? random.below(4) : random.below(2);
    for (let n = 0; n < count; n++) {
      if (random.below(2) === 0 && this.#others.length > 0) this.#sendMessage();
      else this.#scheduleOne(random.below(8) === 0 ? 0 : random.below(60) / 2);
    }
    if (count === 0 && random.below(3) === 0) this.#scheduleOne(random.below(3) * 300);
  }

  receive(
    source: ActorId,
    sentMs: number,
    order: number,
    bytes: DataView,
    offset: number,
    length: number,
  ): void {
    const isSync = bytes.getUint8(offset) === 1;
    if (isSync) {
      this.#received += bytes.getUint32(offset + 1);
      this.#addToHash(source, sentMs, order, this.#received, 0);
      return;
    }
    const copies = bytes.getUint32(offset + 1);
    let sum = 0;
    for (let at = offset + 5; at < offset + length - 8; at++)
      sum = (sum * 31 + bytes.getUint8(at)) | 0;
    const delayMs = bytes.getFloat64(offset + length - 8);
    const pair = source * this.#workload.actorCount + this.#context.id;
    const atMs = sentMs + this.#workload.lookaheadMs[pair]! + delayMs;
    for (let copy = 0; copy < copies; copy++) {
      this.#pending++;
      this.#context.scheduleArrival(atMs + (copy % 2), order + copy, ARRIVED, source, sum, copy);
    }
  }

  synchronize(round: number, atMs: number): boolean {
    this.#rounds++;
    this.#addToHash(round, atMs, this.#received, 0, 0);
    if (round === 0) this.#received = 0;
    const value = this.#random.below(1000);
    for (const other of this.#others) {
      if (this.#random.below(3) > 0) continue;
      const view = this.#context.beginMessage(other, this.#context.takeOrders(1), 5);
      view.setUint8(this.#context.offset, 1);
      view.setUint32(this.#context.offset + 1, value);
      this.#context.endMessage(5);
    }
    if (round === 0) {
      this.#pending++;
      this.#context.schedule(atMs + this.#random.below(3), FROM_SYNC, 0, 0, 0);
    }
    return round < 3 && this.#random.below(this.#others.length + 2) === 0;
  }

  report(): RandomReport {
    return {
      hash: this.#hash,
      events: this.doneCount,
      messages: this.messageCount,
      rounds: this.#rounds,
    };
  }

  #scheduleOne(delayMs: number): void {
    const random = this.#random;
    this.#pending++;
    this.#context.schedule(
      this.#context.nowMs + delayMs,
      OWN,
      random.below(9),
      -random.below(9),
      0,
    );
  }

  #sendMessage(): void {
    const random = this.#random;
    const context = this.#context;
    this.messageCount++;
    const target = this.#others[random.below(this.#others.length)]!;
    const copies = random.below(10) < 8 ? 1 : 2 + random.below(2);
    // Most messages are short; a few are longer than a chunk of an outbox.
    const textBytes = random.below(200) === 0 ? 70_000 + random.below(1000) : random.below(40);
    const view = context.beginMessage(target, context.takeOrders(copies), textBytes + 100);
    const { offset } = context;
    view.setUint8(offset, 0);
    view.setUint32(offset + 1, copies);
    for (let at = 0; at < textBytes; at++) view.setUint8(offset + 5 + at, at ^ copies);
    view.setFloat64(offset + 5 + textBytes, random.below(4) * 12.5);
    context.endMessage(5 + textBytes + 8);
  }

  #addToHash(...numbers: readonly number[]): void {
    for (const number of numbers) {
      this.#hash = (Math.imul(this.#hash, 1_000_003) + (number % 2 ** 31) * 8) | 0;
      this.#hash ^= Math.floor(number / 2 ** 31);
    }
    this.lastActiveMs = this.#context.nowMs;
  }
}

/** A run of random actors, with random lookaheads. */
export function randomPlan(
  seed: number,
  actorCount: number,
): RunPlan & { readonly setup: RandomWorkload } {
  const random = seededRandom('random plan', seed);
  const lookaheadMs = Float64Array.from({ length: actorCount ** 2 }, () =>
    random.below(6) === 0 ? Infinity : 1 + random.below(40) / 4,
  );
  const setup = { seed, actorCount, lookaheadMs, endMs: 4000 };
  return { setup, actorCount, lookaheadMs, syncIntervalMs: 25, quietMs: 1e6 };
}

hostActors<RandomWorkload>((workload, context) => new RandomActor(workload, context));
