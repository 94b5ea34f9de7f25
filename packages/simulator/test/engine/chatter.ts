/**
 * Actors that do all that the engine allows, by chance: events of their own, many at one instant;
 * messages that bring several events; idle times; meetings of several rounds, with messages.
 *
 * Each hashes everything that happens to it, in order, so that two runs are the same if and only if
 * the hashes are. This is also an entry for worker threads.
 */

import { type Random, seededRandom } from '@cachetorrent/std';

import type { ActorId, Behaviour, ActorContext } from '../../src/engine/behaviour.ts';
import type { RunPlan } from '../../src/engine/threads/shared-memory.ts';
import { hostActors } from '../../src/engine/threads/worker.ts';

export interface Chatter {
  readonly seed: number;
  readonly actorCount: number;
  readonly lookaheadMs: Float64Array;
  /** Nothing is scheduled for this time or after it. */
  readonly endMs: number;
}

export interface ChatterReport {
  readonly hash: number;
  readonly events: number;
  readonly messages: number;
  readonly rounds: number;
}

const OWN = 0;
const ARRIVED = 1;
const FROM_MEETING = 2;

export class ChatterActor implements Behaviour {
  pendingCount = 1;
  doneCount = 0;
  messageCount = 0;
  lastActiveMs = 0;
  needsSync = false;
  readonly #chatter: Chatter;
  readonly #world: ActorContext;
  readonly #random: Random;
  readonly #others: readonly ActorId[];
  #hash = 0;
  #rounds = 0;
  #heard = 0;
  /** Events that it still has before it. */
  #pending = 0;

  constructor(chatter: Chatter, world: ActorContext) {
    const { seed, actorCount, lookaheadMs } = chatter;
    this.#chatter = chatter;
    this.#world = world;
    this.#random = seededRandom('chatter', seed, world.id);
    this.#others = [...new Array(actorCount).keys()].filter(
      (other) => other !== world.id && lookaheadMs[world.id * actorCount + other]! < Infinity,
    );
    const first = world.id % 3 === 0 ? 1 + this.#random.below(30) : 0;
    for (let n = 0; n < first; n++) this.#scheduleOne(this.#random.below(50));
  }

  handle(kind: number, a: number, b: number, c: number): void {
    const random = this.#random;
    this.doneCount++;
    this.#pending--;
    this.#note(kind, a, b, c, this.#world.nowMs);
    const isOver = this.#world.nowMs >= this.#chatter.endMs;
    if (kind === FROM_MEETING || isOver) this.needsSync = false;
    if (isOver) return;
    if (random.below(50) === 0) this.needsSync = true;

    // Whoever has little to do does more, so that the chatter neither dies nor swells.
    const many = this.#pending < 10 ? random.below(4) : random.below(2);
    for (let n = 0; n < many; n++) {
      if (random.below(2) === 0 && this.#others.length > 0) this.#post();
      else this.#scheduleOne(random.below(8) === 0 ? 0 : random.below(60) / 2);
    }
    if (many === 0 && random.below(3) === 0) this.#scheduleOne(random.below(3) * 300);
  }

  receive(
    source: ActorId,
    sentMs: number,
    order: number,
    bytes: DataView,
    offset: number,
    length: number,
  ): void {
    const isMeeting = bytes.getUint8(offset) === 1;
    if (isMeeting) {
      this.#heard += bytes.getUint32(offset + 1);
      this.#note(source, sentMs, order, this.#heard, 0);
      return;
    }
    const copies = bytes.getUint32(offset + 1);
    let sum = 0;
    for (let at = offset + 5; at < offset + length - 8; at++)
      sum = (sum * 31 + bytes.getUint8(at)) | 0;
    const delayMs = bytes.getFloat64(offset + length - 8);
    const way = source * this.#chatter.actorCount + this.#world.id;
    const atMs = sentMs + this.#chatter.lookaheadMs[way]! + delayMs;
    for (let copy = 0; copy < copies; copy++) {
      this.#pending++;
      this.#world.scheduleArrival(atMs + (copy % 2), order + copy, ARRIVED, source, sum, copy);
    }
  }

  synchronize(round: number, atMs: number): boolean {
    this.#rounds++;
    this.#note(round, atMs, this.#heard, 0, 0);
    if (round === 0) this.#heard = 0;
    const say = this.#random.below(1000);
    for (const other of this.#others) {
      if (this.#random.below(3) > 0) continue;
      const view = this.#world.beginMessage(other, this.#world.takeOrders(1), 5);
      view.setUint8(this.#world.offset, 1);
      view.setUint32(this.#world.offset + 1, say);
      this.#world.endMessage(5);
    }
    if (round === 0) {
      this.#pending++;
      this.#world.schedule(atMs + this.#random.below(3), FROM_MEETING, 0, 0, 0);
    }
    return round < 3 && this.#random.below(this.#others.length + 2) === 0;
  }

  report(): ChatterReport {
    return {
      hash: this.#hash,
      events: this.doneCount,
      messages: this.messageCount,
      rounds: this.#rounds,
    };
  }

  #scheduleOne(inMs: number): void {
    const random = this.#random;
    this.#pending++;
    this.#world.schedule(this.#world.nowMs + inMs, OWN, random.below(9), -random.below(9), 0);
  }

  #post(): void {
    const random = this.#random;
    const world = this.#world;
    this.messageCount++;
    const target = this.#others[random.below(this.#others.length)]!;
    const copies = random.below(10) < 8 ? 1 : 2 + random.below(2);
    // Most are short; a few are longer than a chunk of an outbox.
    const text = random.below(200) === 0 ? 70_000 + random.below(1000) : random.below(40);
    const view = world.beginMessage(target, world.takeOrders(copies), text + 100);
    const { offset } = world;
    view.setUint8(offset, 0);
    view.setUint32(offset + 1, copies);
    for (let at = 0; at < text; at++) view.setUint8(offset + 5 + at, at ^ copies);
    view.setFloat64(offset + 5 + text, random.below(4) * 12.5);
    world.endMessage(5 + text + 8);
  }

  #note(...numbers: readonly number[]): void {
    for (const number of numbers) {
      this.#hash = (Math.imul(this.#hash, 1_000_003) + (number % 2 ** 31) * 8) | 0;
      this.#hash ^= Math.floor(number / 2 ** 31);
    }
    this.lastActiveMs = this.#world.nowMs;
  }
}

/** A run of chatter, with lookaheads of all kinds. */
export function chatterPlan(
  seed: number,
  actorCount: number,
): RunPlan & { readonly setup: Chatter } {
  const random = seededRandom('chatter plan', seed);
  const lookaheadMs = Float64Array.from({ length: actorCount ** 2 }, () =>
    random.below(6) === 0 ? Infinity : 1 + random.below(40) / 4,
  );
  const setup = { seed, actorCount, lookaheadMs, endMs: 4000 };
  return { setup, actorCount, lookaheadMs, meetingIntervalMs: 25, stallMs: 1e6 };
}

hostActors<Chatter>((chatter, world) => new ChatterActor(chatter, world));
