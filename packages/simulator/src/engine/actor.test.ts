import { describe, expect, test } from 'vitest';

import { Actor } from './actor.ts';
import type { Behaviour } from './behaviour.ts';
import type { Sender } from './mailbox/outbox.ts';

const LOOKAHEAD_MS = 10;

describe('an actor', () => {
  test('handles its events in order, at their times, before the end of its window', () => {
    const { actor, log } = recorder();
    actor.schedule(9, 1, 10, 20, 30);
    actor.schedule(3, 2, 0, 0, 0);
    actor.schedule(10, 3, 0, 0, 0);
    actor.runUntil(10);
    expect(log).toEqual(['3: event 2 0 0 0', '9: event 1 10 20 30']);
    expect(actor.nextAtMs()).toBe(10);
  });

  test('handles events of one time in the order in which it scheduled them', () => {
    const { actor, log } = recorder();
    for (const kind of [3, 1, 2]) actor.schedule(5, kind, 0, 0, 0);
    actor.runUntil(10);
    expect(log.map((line) => line.slice(0, 10))).toEqual(['5: event 3', '5: event 1', '5: event 2']);
  });

  test('handles events of one time by their source, whatever came first', () => {
    const { actor, log } = recorder({ id: 5 });
    actor.schedule(20, 5, 0, 0, 0);
    deliver(actor, { source: 7, sentMs: 10, order: 7 * 2 ** 40, kind: 7, atMs: 20 });
    deliver(actor, { source: 3, sentMs: 10, order: 3 * 2 ** 40 + 9, kind: 3, atMs: 20 });
    actor.runUntil(30);
    expect(log.map((line) => line.slice(0, 11))).toEqual(['20: event 3', '20: event 5', '20: event 7']);
  });

  test('takes the numbers of what it sends from one sequence', () => {
    const { actor } = recorder({ id: 2 });
    expect(actor.takeOrders(3)).toBe(2 * 2 ** 40);
    actor.schedule(1, 0, 0, 0, 0);
    expect(actor.takeOrders(1)).toBe(2 * 2 ** 40 + 4);
  });

  test('posts under its own name, the time, and the number given', () => {
    const { actor, posted } = recorder({ id: 2 });
    actor.schedule(4, 0, 0, 0, 0);
    actor.runUntil(5);
    const order = actor.takeOrders(1);
    actor.beginMessage(1, order, 16).setUint8(actor.offset, 42);
    actor.endMessage(1);
    expect(posted).toEqual([{ target: 1, source: 2, sentMs: 4, order, bytesMax: 16, byteLength: 1 }]);
  });

  test('stands at the instant of a meeting while it meets', () => {
    const { actor, log } = recorder();
    expect(actor.meet(3, 50)).toBe(true);
    expect(actor.nowMs).toBe(50);
    expect(log).toEqual(['50: meet 3']);
  });

  test('shows that it is alive every few thousand events', () => {
    const { actor, beats } = recorder();
    for (let n = 0; n < 10_000; n++) actor.schedule(n, 0, 0, 0, 0);
    actor.runUntil(10_000);
    expect(beats).toEqual([4095, 8191]);
  });
});

/** Each is a bug of the model or of the engine, and says so. */
describe('an actor refuses', () => {
  test.each([
    { rule: 'an event before now', does: (actor: Actor) => actor.schedule(4.9, 0, 0, 0, 0), claim: 'no event is sent into the past' },
    { rule: 'an event at no time', does: (actor: Actor) => actor.schedule(Number.NaN, 0, 0, 0, 0), claim: 'no event is sent into the past' },
    { rule: 'an event that never comes', does: (actor: Actor) => actor.schedule(Infinity, 0, 0, 0, 0), claim: 'an event happens at some time to come' },
    { rule: 'a message that outruns the lookahead', does: (actor: Actor) => deliver(actor, { sentMs: 9, atMs: 18.9 }), claim: 'no message outruns the lookahead' },
    { rule: 'a message that arrives in a window that is over', does: (actor: Actor) => deliver(actor, { sentMs: 0, atMs: 11.9 }), claim: 'no message outruns the lookahead' },
    { rule: 'an arrival that no message brought', does: (actor: Actor) => actor.scheduleArrival(99, 0, 0, 0, 0, 0), claim: 'no message outruns the lookahead' },
    { rule: 'to post out of order', does: (actor: Actor) => { const order = actor.takeOrders(2); actor.beginMessage(1, order + 1, 0); actor.beginMessage(1, order, 0); }, claim: 'messages are posted in the order of their numbers' },
    { rule: 'more events than numbers', does: (actor: Actor) => actor.takeOrders(2 ** 40), claim: 'an actor sends fewer than 2^40 events' },
  ])('$rule', ({ does, claim }) => {
    const { actor } = recorder();
    actor.schedule(5, 0, 0, 0, 0);
    actor.runUntil(12);
    expect(() => does(actor)).toThrow(`bug: ${claim}`);
  });

  test('a number that leaves no room in the order', () => {
    expect(() => recorder({ id: 8192 })).toThrow("bug: an actor's number is below 8192");
  });
});

test('a message posted in a meeting needs no time to arrive', () => {
  const { actor, log } = recorder();
  actor.meet(0, 50);
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

/** The recorder below schedules what a message says: its kind, and when it arrives. */
function deliver(actor: Actor, { source = 1, sentMs, order = 0, kind = 0, atMs }: Message): void {
  const bytes = new DataView(new ArrayBuffer(16));
  bytes.setFloat64(0, kind);
  bytes.setFloat64(8, atMs);
  actor.deliver(source, sentMs, order, bytes, 0, 16);
}

/** An actor that writes down what happens to it, what it posts, and when it shows that it lives. */
function recorder({ id = 0 }: { readonly id?: number } = {}) {
  const log: string[] = [];
  const posted: unknown[] = [];
  const beats: number[] = [];
  let open: object = {};
  const actor = new Actor({
    id,
    lookaheadFromMs: new Float64Array(8).fill(LOOKAHEAD_MS),
    pulse: { beat: (nowMs) => beats.push(nowMs) },
    post: {
      view: new DataView(new ArrayBuffer(64)),
      begin(target: number, { id: source, nowMs: sentMs, postOrder: order }: Sender, bytesMax) {
        open = { target, source, sentMs, order, bytesMax };
        return 0;
      },
      end: (byteLength) => posted.push({ ...open, byteLength }),
    },
  });
  actor.behaviour = {
    needsSync: false,
    pendingCount: 1,
    doneCount: 0,
    messageCount: 0,
    lastActiveMs: 0,
    handle: (...event) => log.push(`${actor.nowMs}: event ${event.join(' ')}`),
    receive: (_source, _sentMs, order, bytes, offset) =>
      actor.scheduleArrival(bytes.getFloat64(offset + 8), order, bytes.getFloat64(offset), 0, 0, 0),
    synchronize: (round) => log.push(`${actor.nowMs}: meet ${round}`) > 0,
    report: () => undefined,
  } satisfies Behaviour;
  return { actor, log, posted, beats };
}
