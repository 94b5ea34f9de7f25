/**
 * A part of the simulated world that runs by itself: it owns its behaviour, its clock and its
 * pending events, and shares nothing. Actors meet only in the messages they send.
 *
 * An actor knows no threads. Whoever hosts it lets it run from window to window, delivers what
 * others posted, and gives it an outbox to post to.
 */

import { assert } from '@cachetorrent/std';

import type { ActorId, Behaviour, ActorContext } from './behaviour.ts';
import { EventQueue } from './queue/event-queue.ts';
import type { MailboxReader } from './mailbox/inbox.ts';
import type { Sender } from './mailbox/outbox.ts';

/** An order is the source's number, then its sequence number, in the 53 bits of a float. */
export const ACTORS_MAX: number = 2 ** 13;
const ORDERS_PER_ACTOR = 2 ** 40;
const EVENTS_PER_BEAT = 4096;

/** Takes what an actor posts. */
export interface Post {
  /** Opens a message: returns where in `view` its payload goes. */
  begin(target: ActorId, sender: Sender, bytesMax: number): number;
  readonly view: DataView;
  end(byteLength: number): void;
}

/** Hears, every few thousand events, that the actor is alive and how far it is. */
export interface Pulse {
  beat(nowMs: number): void;
}

export interface ActorOptions {
  readonly id: ActorId;
  /** For each source, the least time that a message from it to this actor takes. */
  readonly lookaheadFromMs: Float64Array;
  readonly post: Post;
  readonly pulse: Pulse;
}

export class Actor implements ActorContext, MailboxReader, Sender {
  readonly id: ActorId;
  nowMs = 0;
  nowOrder = -1;
  offset = 0;
  readonly #lookaheadFromMs: Float64Array;
  readonly #post: Post;
  readonly #pulse: Pulse;
  readonly #queue = new EventQueue();
  #behaviour: Behaviour | undefined;
  // Numbers from the start: a field that is undefined before it is a number is slow for good.
  #nextOrder = 0;
  #ordersEnd = 0;
  /** The number of the message posted last. */
  postOrder = -1;
  /** It has handled all events before this time: nothing may arrive earlier. */
  #doneUntilMs = 0;
  /** The least time at which the message in hand can arrive. */
  #arrivalMs = Infinity;
  /** At what instant the actors are meeting, or met last before this window. */
  #metAtMs = -1;

  constructor({ id, lookaheadFromMs, post, pulse }: ActorOptions) {
    assert(id >= 0 && id < ACTORS_MAX, `an actor's number is below ${ACTORS_MAX}`);
    this.id = id;
    this.#lookaheadFromMs = lookaheadFromMs;
    this.#post = post;
    this.#pulse = pulse;
    this.#nextOrder = id * ORDERS_PER_ACTOR;
    this.#ordersEnd = (id + 1) * ORDERS_PER_ACTOR;
  }

  /** What the actor does: given to it before anything else, by who made it with this world. */
  get behaviour(): Behaviour {
    assert(this.#behaviour !== undefined, 'an actor has a behaviour');
    return this.#behaviour;
  }

  set behaviour(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  /** When its next event happens; Infinity where it has none. */
  nextAtMs(): number {
    return this.#queue.nextAtMs();
  }

  /** Handles every event before `endMs`. */
  runUntil(endMs: number): void {
    const queue = this.#queue;
    const behaviour = this.behaviour;
    let eventsToBeat = EVENTS_PER_BEAT;
    while (queue.popBefore(endMs)) {
      this.nowMs = queue.atMs;
      this.nowOrder = queue.order;
      behaviour.handle(queue.kind, queue.a, queue.b, queue.c);
      if (--eventsToBeat === 0) {
        eventsToBeat = EVENTS_PER_BEAT;
        this.#pulse.beat(this.nowMs);
      }
    }
    this.#doneUntilMs = endMs;
    this.#metAtMs = -1;
  }

  /** Holds one round of the meeting at `atMs`, before all events of that time. */
  meet(round: number, atMs: number): boolean {
    this.nowMs = atMs;
    this.nowOrder = -1;
    this.#doneUntilMs = atMs;
    this.#metAtMs = atMs;
    return this.behaviour.synchronize(round, atMs);
  }

  /** A message is there, which its source posted at `sentMs`. */
  deliver(
    source: ActorId,
    sentMs: number,
    order: number,
    bytes: DataView,
    offset: number,
    length: number,
  ): void {
    const arrivalMs = sentMs + (sentMs === this.#metAtMs ? 0 : this.#lookaheadFromMs[source]!);
    this.#arrivalMs = Math.max(arrivalMs, this.#doneUntilMs);
    this.behaviour.receive(source, sentMs, order, bytes, offset, length);
    this.#arrivalMs = Infinity;
  }

  schedule(atMs: number, kind: number, a: number, b: number, c: number): void {
    assert(atMs >= this.nowMs, 'no event is sent into the past');
    this.#queue.push(atMs, this.takeOrders(1), kind, a, b, c);
  }

  scheduleAs(order: number, atMs: number, kind: number, a: number, b: number, c: number): void {
    assert(
      atMs > this.nowMs || (atMs === this.nowMs && order > this.nowOrder),
      'no event is sent into the past',
    );
    this.#queue.push(atMs, order, kind, a, b, c);
  }

  takeOrders(count: number): number {
    const order = this.#nextOrder;
    this.#nextOrder = order + count;
    assert(this.#nextOrder <= this.#ordersEnd, 'an actor sends fewer than 2^40 events');
    return order;
  }

  scheduleArrival(
    atMs: number,
    order: number,
    kind: number,
    a: number,
    b: number,
    c: number,
  ): void {
    assert(atMs >= this.#arrivalMs, 'no message outruns the lookahead');
    this.#queue.push(atMs, order, kind, a, b, c);
  }

  beginMessage(target: ActorId, order: number, bytesMax: number): DataView {
    assert(order > this.postOrder, 'messages are posted in the order of their numbers');
    this.postOrder = order;
    this.offset = this.#post.begin(target, this, bytesMax);
    return this.#post.view;
  }

  endMessage(byteLength: number): void {
    this.#post.end(byteLength);
  }
}
