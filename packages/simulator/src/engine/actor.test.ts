import { describe, expect, test } from 'vitest';

import { Actor } from './actor.ts';
import type { Behaviour } from './behaviour.ts';
import type { MessageSource } from './mailbox/outbox.ts';

const LOOKAHEAD_MS = 10;

describe('an actor', () => {
  test('handles the events before the end of its window, in order, at their times', () => {
    const { actor, log } = recorder();
    actor.schedule(9, 1, 10, 20, 30);
    actor.schedule(3, 2, 0, 0, 0);
    actor.schedule(10, 3, 0, 0, 0);
    actor.runUntil(10);
    expect(log).toEqual(['3: event 2 0 0 0', '9: event 1 10 20 30']);
    expect(actor.nextAtMs()).toBe(10);
  });

  test('handles events of the same time in the order in which it scheduled them', () => {
    const { actor, log } = recorder();
    for (const kind of [3, 1, 2]) actor.schedule(5, kind, 0, 0, 0);
    actor.runUntil(10);
    expect(log.map((line) => line.slice(0, 10))).toEqual([
      '5: event 3',
      '5: event 1',
      '5: event 2',
    ]);
  });

  test('handles events of the same time by source, whichever arrived first', () => {
    const { actor, log } = recorder({ id: 5 });
    actor.schedule(20, 5, 0, 0, 0);
    deliver(actor, { source: 7, sentMs: 10, order: 7 * 2 ** 40, kind: 7, atMs: 20 });
    deliver(actor, { source: 3, sentMs: 10, order: 3 * 2 ** 40 + 9, kind: 3, atMs: 20 });
    actor.runUntil(30);
    expect(log.map((line) => line.slice(0, 11))).toEqual([
      '20: event 3',
      '20: event 5',
      '20: event 7',
    ]);
  });

  test('takes the orders of events and messages from one sequence', () => {
    const { actor } = recorder({ id: 2 });
    expect(actor.takeOrders(3)).toBe(2 * 2 ** 40);
    actor.schedule(1, 0, 0, 0, 0);
    expect(actor.takeOrders(1)).toBe(2 * 2 ** 40 + 4);
  });

  test('sends messages with its id, the current time and the given order', () => {
    const { actor, sent } = recorder({ id: 2 });
    actor.schedule(4, 0, 0, 0, 0);
    actor.runUntil(5);
    const order = actor.takeOrders(1);
    actor.beginMessage(1, order, 16).setUint8(actor.offset, 42);
    actor.endMessage(1);
    expect(sent).toEqual([{ target: 1, source: 2, sentMs: 4, order, bytesMax: 16, byteLength: 1 }]);
  });

  test('has the time of a synchronization instant during its rounds', () => {
    const { actor, log } = recorder();
    expect(actor.synchronize(3, 50)).toBe(true);
    expect(actor.nowMs).toBe(50);
    expect(log).toEqual(['50: synchronize 3']);
  });

  test('sends a heartbeat every few thousand events', () => {
    const { actor, heartbeats } = recorder();
    for (let n = 0; n < 10_000; n++) actor.schedule(n, 0, 0, 0, 0);
    actor.runUntil(10_000);
    expect(heartbeats).toEqual([4095, 8191]);
  });
});

/** Each of these is a bug of the model or of the engine, and the error says so. */
describe('an actor refuses', () => {
  test.each([
    {
      rule: 'an event in the past',
      does: (actor: Actor) => actor.schedule(4.9, 0, 0, 0, 0),
      claim: 'no event is scheduled in the past',
    },
    {
      rule: 'an event at NaN',
      does: (actor: Actor) => actor.schedule(Number.NaN, 0, 0, 0, 0),
      claim: 'no event is scheduled in the past',
    },
    {
      rule: 'an event at Infinity',
      does: (actor: Actor) => actor.schedule(Infinity, 0, 0, 0, 0),
      claim: 'an event has a finite time',
    },
    {
      rule: 'a message that violates the lookahead',
      does: (actor: Actor) => deliver(actor, { sentMs: 9, atMs: 18.9 }),
      claim: 'no message arrives before its lookahead has passed',
    },
    {
      rule: 'a message that arrives in a past window',
      does: (actor: Actor) => deliver(actor, { sentMs: 0, atMs: 11.9 }),
      claim: 'no message arrives before its lookahead has passed',
    },
    {
      rule: 'an arrival without a message',
      does: (actor: Actor) => actor.scheduleArrival(99, 0, 0, 0, 0, 0),
      claim: 'no message arrives before its lookahead has passed',
    },
    {
      rule: 'to send messages out of order',
      does: (actor: Actor) => {
        const order = actor.takeOrders(2);
        actor.beginMessage(1, order + 1, 0);
        actor.beginMessage(1, order, 0);
      },
      claim: 'messages are sent in ascending order',
    },
    {
      rule: 'more events than there are orders',
      does: (actor: Actor) => actor.takeOrders(2 ** 40),
      claim: 'an actor schedules fewer than 2^40 events',
    },
  ])('$rule', ({ does, claim }) => {
    const { actor } = recorder();
    actor.schedule(5, 0, 0, 0, 0);
    actor.runUntil(12);
    expect(() => does(actor)).toThrow(`bug: ${claim}`);
  });

  test('an id that does not fit into an order', () => {
    expect(() => recorder({ id: 8192 })).toThrow('bug: an actor id is below 8192');
  });
});

test('a message sent during a synchronization arrives at once', () => {
  const { actor, log } = recorder();
  actor.synchronize(0, 50);
  deliver(actor, { sentMs: 50, atMs: 50, kind: 8 });
  actor.runUntil(51);
  expect(log.at(-1)).toBe('50: event 8 0 0 0');
});

interface Message {
  readonly source?: number;
  readonly sentMs: number;
  readonly order?: number;
  readonly kind?: number;
  readonly atMs: number;
}

/** The recorder below schedules the event that the message describes: its kind and time. */
function deliver(actor: Actor, { source = 1, sentMs, order = 0, kind = 0, atMs }: Message): void {
  const bytes = new DataView(new ArrayBuffer(16));
  bytes.setFloat64(0, kind);
  bytes.setFloat64(8, atMs);
  actor.deliver(source, sentMs, order, bytes, 0, 16);
}

/** An actor that records its events, the messages that it sends, and its heartbeats. */
function recorder({ id = 0 }: { readonly id?: number } = {}) {
  const log: string[] = [];
  const sent: unknown[] = [];
  const heartbeats: number[] = [];
  let header: object = {};
  const actor = new Actor({
    id,
    lookaheadFromMs: new Float64Array(8).fill(LOOKAHEAD_MS),
    heartbeat: { beat: (nowMs) => heartbeats.push(nowMs) },
    outbox: {
      view: new DataView(new ArrayBuffer(64)),
      begin(
        target: number,
        { id: source, nowMs: sentMs, messageOrder: order }: MessageSource,
        bytesMax,
      ) {
        header = { target, source, sentMs, order, bytesMax };
        return 0;
      },
      end: (byteLength) => sent.push({ ...header, byteLength }),
    },
  });
  actor.behaviour = {
    needsSync: false,
    pendingCount: 1,
    doneCount: 0,
    workCount: 0,
    messageCount: 0,
    lastActiveMs: 0,
    mayProgress: () => true,
    handle: (...event) => log.push(`${actor.nowMs}: event ${event.join(' ')}`),
    receive: (_source, _sentMs, order, bytes, offset) =>
      actor.scheduleArrival(bytes.getFloat64(offset + 8), order, bytes.getFloat64(offset), 0, 0, 0),
    synchronize: (round) => log.push(`${actor.nowMs}: synchronize ${round}`) > 0,
    report: () => undefined,
  } satisfies Behaviour;
  return { actor, log, sent, heartbeats };
}
