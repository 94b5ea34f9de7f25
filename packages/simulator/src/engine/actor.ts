/**
 * An actor: a part of the simulated world with its own behaviour, clock and pending events (a
 * logical process in the terms of Fujimoto 2000). Actors share nothing; they interact only by
 * messages.
 *
 * An actor knows no threads. The worker that hosts it runs it window by window, delivers the
 * messages of other actors, and provides the outbox.
 */

import { assert } from '@cachetorrent/std';

import type { ActorId, Behaviour, ActorContext } from './behaviour.ts';
import { EventQueue } from './queue/event-queue.ts';
import type { MessageReceiver } from './mailbox/inbox.ts';
import type { MessageSource } from './mailbox/outbox.ts';

/**
 * The order of an event is the id of its source, followed by the source's sequence number, in the
 * 53 bits of a float.
 */
export const ACTORS_MAX: number = 2 ** 13;
const ORDERS_PER_ACTOR = 2 ** 40;
const EVENTS_PER_HEARTBEAT = 4096;

/** Where an actor writes the messages that it sends. */
export interface MessageOutbox {
  /** Begins a message. Returns the offset in `view` at which its payload starts. */
  begin(target: ActorId, sender: MessageSource, bytesMax: number): number;
  readonly view: DataView;
  end(byteLength: number): void;
}

/** Receives a heartbeat from an actor every few thousand events. */
export interface HeartbeatSink {
  /** The actor is alive and has reached `nowMs`. */
  beat(nowMs: number): void;
}

export interface ActorOptions {
  readonly id: ActorId;
  /** For each source, the lookahead from it to this actor, in ms. */
  readonly lookaheadFromMs: Float64Array;
  readonly outbox: MessageOutbox;
  readonly heartbeat: HeartbeatSink;
}

export class Actor implements ActorContext, MessageReceiver, MessageSource {
  readonly id: ActorId;
  nowMs = 0;
  nowOrder = -1;
  offset = 0;
  readonly #lookaheadFromMs: Float64Array;
  readonly #outbox: MessageOutbox;
  readonly #heartbeat: HeartbeatSink;
  readonly #queue = new EventQueue();
  #behaviour: Behaviour | undefined;
  // Initialized with numbers: a field that is undefined at first stays slow for good.
  #nextOrder = 0;
  #ordersEnd = 0;
  /** The order of the message sent last. */
  messageOrder = -1;
  /** All events before this time have been handled, so nothing may arrive earlier. */
  #handledUntilMs = 0;
  /** The earliest time at which the message being delivered can arrive. */
  #minArrivalMs = Infinity;
  /** The synchronization instant in progress, or the last one before this window; -1 if none. */
  #syncAtMs = -1;

  constructor({ id, lookaheadFromMs, outbox, heartbeat }: ActorOptions) {
    assert(id >= 0 && id < ACTORS_MAX, `an actor id is below ${ACTORS_MAX}`);
    this.id = id;
    this.#lookaheadFromMs = lookaheadFromMs;
    this.#outbox = outbox;
    this.#heartbeat = heartbeat;
    this.#nextOrder = id * ORDERS_PER_ACTOR;
    this.#ordersEnd = (id + 1) * ORDERS_PER_ACTOR;
  }

  /** What the actor does. Must be set before the actor is used. */
  get behaviour(): Behaviour {
    assert(this.#behaviour !== undefined, 'an actor has a behaviour before it is used');
    return this.#behaviour;
  }

  set behaviour(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  /** Returns the time of the next event, in ms; Infinity if there is none. */
  nextAtMs(): number {
    return this.#queue.nextAtMs();
  }

  /** Handles all events before `endMs`. */
  runUntil(endMs: number): void {
    const queue = this.#queue;
    const behaviour = this.behaviour;
    let eventsUntilHeartbeat = EVENTS_PER_HEARTBEAT;
    while (queue.popBefore(endMs)) {
      this.nowMs = queue.atMs;
      this.nowOrder = queue.order;
      behaviour.handle(queue.kind, queue.a, queue.b, queue.c);
      if (--eventsUntilHeartbeat === 0) {
        eventsUntilHeartbeat = EVENTS_PER_HEARTBEAT;
        this.#heartbeat.beat(this.nowMs);
      }
    }
    this.#handledUntilMs = endMs;
    this.#syncAtMs = -1;
  }

  /**
   * Runs one round of the synchronization at `atMs`, before all events of that time. Returns
   * whether the actor needs another round.
   */
  synchronize(round: number, atMs: number): boolean {
    this.nowMs = atMs;
    this.nowOrder = -1;
    this.#handledUntilMs = atMs;
    this.#syncAtMs = atMs;
    return this.behaviour.synchronize(round, atMs);
  }

  /** Receives a message that `source` sent at `sentMs`. */
  deliver(
    source: ActorId,
    sentMs: number,
    order: number,
    bytes: DataView,
    offset: number,
    length: number,
  ): void {
    const arrivalMs = sentMs + (sentMs === this.#syncAtMs ? 0 : this.#lookaheadFromMs[source]!);
    this.#minArrivalMs = Math.max(arrivalMs, this.#handledUntilMs);
    this.behaviour.receive(source, sentMs, order, bytes, offset, length);
    this.#minArrivalMs = Infinity;
  }

  schedule(atMs: number, kind: number, a: number, b: number, c: number): void {
    assert(atMs >= this.nowMs, 'no event is scheduled in the past');
    this.#queue.push(atMs, this.takeOrders(1), kind, a, b, c);
  }

  scheduleAs(order: number, atMs: number, kind: number, a: number, b: number, c: number): void {
    assert(
      atMs > this.nowMs || (atMs === this.nowMs && order > this.nowOrder),
      'no event is scheduled in the past',
    );
    this.#queue.push(atMs, order, kind, a, b, c);
  }

  takeOrders(count: number): number {
    const order = this.#nextOrder;
    this.#nextOrder = order + count;
    assert(this.#nextOrder <= this.#ordersEnd, 'an actor schedules fewer than 2^40 events');
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
    assert(atMs >= this.#minArrivalMs, 'no message arrives before its lookahead has passed');
    this.#queue.push(atMs, order, kind, a, b, c);
  }

  beginMessage(target: ActorId, order: number, bytesMax: number): DataView {
    assert(order > this.messageOrder, 'messages are sent in ascending order');
    this.messageOrder = order;
    this.offset = this.#outbox.begin(target, this, bytesMax);
    return this.#outbox.view;
  }

  endMessage(byteLength: number): void {
    this.#outbox.end(byteLength);
  }
}
