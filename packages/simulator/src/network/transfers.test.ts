import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { type TransferListener, Transfers } from './transfers.ts';

/**
 * Each row is one rule. Instants are 10 ms apart, every piece has 100 bits, and `rates` are the
 * rates of the intervals in kbit/s (default: 10). `does`: at time 3, queue 2 pieces on flow 0.
 * `sent` and `atInstants`: the times at which pieces end, without and with `deliverAtAllocations`.
 */
describe('a flow', () => {
  test.each([
    {
      rule: 'begins at the next instant',
      does: [{ at: 3, queue: 1 }],
      sent: [20],
      atInstants: [20],
    },
    {
      rule: 'sends its pieces one after the other',
      does: [{ at: 0, queue: 3 }],
      rates: [20],
      sent: [5, 10, 20],
      atInstants: [10, 10, 20],
    },
    {
      rule: 'continues a piece at the rate of each interval',
      does: [{ at: 0, queue: 1 }],
      rates: [6, 2, 8],
      sent: [22.5],
      atInstants: [30],
    },
    {
      rule: 'without a rate waits for one',
      does: [{ at: 0, queue: 1 }],
      rates: [5, 0, 10],
      sent: [25],
      atInstants: [30],
    },
    {
      // At 6 ms it continues with 20 kbit/s: 80 bits until 10 ms, then 20 bits with 10 kbit/s.
      rule: 'whose queue is empty continues at once if it is started before the next instant',
      rates: [20],
      does: [
        { at: 0, queue: 1 },
        { at: 6, queue: 1 },
      ],
      sent: [5, 12],
      atInstants: [10, 10],
    },
    {
      rule: 'that has no piece at an instant waits for the next one',
      rates: [20],
      does: [
        { at: 0, queue: 1 },
        { at: 11, queue: 1 },
      ],
      sent: [5, 30],
      atInstants: [10, 30],
    },
    {
      // At 8 ms it begins anew, with 5 kbit/s: 10 bits until 10 ms, 50 until 20 ms, 40 in 4 ms.
      rule: 'that is cleared loses its progress, or keeps it with delivery at instants',
      does: [
        { at: 0, queue: 1 },
        { at: 7, clear: true },
        { at: 8, queue: 1 },
      ],
      rates: [5, 5],
      sent: [24],
      atInstants: [20],
    },
    {
      rule: 'that is cleared before it begins waits for its instant',
      does: [
        { at: 2, queue: 1 },
        { at: 3, clear: true },
        { at: 4, queue: 1 },
      ],
      sent: [20],
      atInstants: [20],
    },
    {
      rule: 'that is cleared across an instant loses its progress either way',
      rates: [5, 5],
      does: [
        { at: 0, queue: 1 },
        { at: 7, clear: true },
        { at: 12, queue: 1 },
      ],
      sent: [30],
      atInstants: [30],
    },
    {
      rule: 'whose queue is empty at an instant loses the rest of the interval',
      rates: [15],
      does: [
        { at: 0, queue: 1 },
        { at: 11, queue: 1 },
      ],
      sent: [100 / 15, 30],
      atInstants: [10, 30],
    },
    {
      rule: 'carries the rest of the interval over to the next piece',
      rates: [15, 5],
      does: [{ at: 0, queue: 2 }],
      sent: [100 / 15, 20],
      atInstants: [10, 20],
    },
    {
      rule: 'may be cleared while its queue is empty',
      does: [{ at: 4, clear: true }],
      sent: [],
      atInstants: [],
    },
  ])('$rule', ({ does, rates = [], sent, atInstants }) => {
    for (const [deliverAtAllocations, expected] of [
      [false, sent],
      [true, atInstants],
    ] as const) {
      const sender = new TestSender(1, deliverAtAllocations, (instant) => rates[instant] ?? 10);
      for (const action of does as { at: number; queue?: number; clear?: boolean }[]) {
        sender.runUntil(action.at);
        if (action.clear) sender.clear(0);
        for (let piece = 0; piece < (action.queue ?? 0); piece++) sender.queue(0, 100);
      }
      sender.runUntil(100);
      expect(sender.sent.map(({ atMs }) => Number(atMs.toFixed(9)))).toEqual(
        expected.map((atMs) => Number(atMs.toFixed(9))),
      );
    }
  });
});

describe('an allocation', () => {
  test('is notified once of a flow that stays busy, and of its end at the next instant', () => {
    const sender = new TestSender(1, false, () => 100);
    sender.runUntil(3);
    sender.queue(0, 1_500); // Until 25 ms.
    sender.runUntil(27);
    sender.queue(0, 100); // Until 28 ms: the flow is still open.
    sender.runUntil(29);
    expect(sender.notifications).toEqual(['opened 0 at 10']);
    expect(sender.transfers.needsInstant).toBe(true);

    sender.runUntil(45);
    expect(sender.notifications).toEqual(['opened 0 at 10', 'closed 0 at 30']);
    expect(sender.transfers.needsInstant).toBe(false);

    sender.queue(0, 100);
    sender.runUntil(55);
    expect(sender.notifications.at(-1)).toBe('opened 0 at 50');
  });

  test('is not notified of a flow that was cleared before it began', () => {
    const sender = new TestSender(1, true, () => 100);
    sender.queue(0, 100);
    sender.clear(0);
    sender.runUntil(30);
    expect(sender.notifications).toEqual([]);
  });

  test('never waits for bits that rounding has lost', () => {
    // A third of a bit per ms for 10 ms, ten times, is not quite a hundred thirds.
    const sender = new TestSender(1, false, (instant) => (instant < 10 ? 1 / 3 : 0));
    sender.queue(0, (100 / 3) * (1 + 1e-15));
    sender.runUntil(200);
    expect(sender.sent).toEqual([{ flow: 0, atMs: 100 }]);
  });
});

describe('progress', () => {
  test('is the bits of the first piece that have been sent, at any time', () => {
    const sender = new TestSender(1, false, (instant) => [10, 0, 5][instant % 3]!);
    sender.queue(0, 1_000);
    const done = [0, 3, 10, 15, 20, 24, 31].map((atMs) => {
      sender.runUntil(atMs);
      return sender.transfers.doneBits(0, atMs);
    });
    expect(done).toEqual([0, 30, 100, 100, 100, 120, 160]);
  });

  test('is reported at each instant, when a piece ends and when a flow is cleared', () => {
    const sender = new TestSender(1, false, () => 10);
    sender.queue(0, 250);
    sender.queue(0, 100);
    const reported = [11, 21, 26, 29, 31].map((atMs) => {
      sender.runUntil(atMs);
      return sender.sentBits[0];
    });
    expect(reported).toEqual([100, 200, 250, 250, 300]);
    sender.clear(0);
    expect(sender.sentBits[0]).toBe(310);
  });

  test('is reported with delivery at instants, too, but not what is lost of an interval', () => {
    const sender = new TestSender(1, true, () => 15);
    sender.queue(0, 200);
    sender.queue(0, 100);
    const reported = [9, 11, 21, 31].map((atMs) => {
      sender.runUntil(atMs);
      return sender.sentBits[0] ?? 0;
    });
    expect(reported).toEqual([0, 150, 300, 300]);
    sender.queue(0, 100);
    sender.runUntil(60);
    expect([sender.sentBits[0], sender.sent.length]).toEqual([400, 3]);
  });

  test.each([
    { rule: 'within the interval', bits: 60, endsMs: 6 },
    { rule: 'in the next one', bits: 120, endsMs: 12 },
  ])('a piece that becomes shorter ends earlier, $rule', ({ bits, endsMs }) => {
    const sender = new TestSender(1, false, () => 10);
    sender.queue(0, 300);
    sender.runUntil(5);
    sender.shorten(0, bits);
    sender.runUntil(40);
    expect(sender.sent).toEqual([{ flow: 0, atMs: endsMs }]);
    expect(sender.sentBits[0]).toBe(bits);
  });

  test('only a flow that has a rate is flowing', () => {
    const sender = new TestSender(1, false, (instant) => (instant === 1 ? 0 : 10));
    const { transfers } = sender;
    sender.queue(0, 150);
    const flowing = [0, 5, 15, 24, 28].map((atMs) => {
      sender.runUntil(atMs);
      return transfers.isFlowing(0);
    });
    // It begins after 0 ms, has no rate from 10 to 20 ms, and ends at 25 ms.
    expect(flowing).toEqual([false, true, false, true, false]);
  });
});

test('flows equal those of a reference that moves bits as time passes', () => {
  for (let run = 0; run < 400; run++) {
    const random = seededRandom('transfers', run);
    const deliverAtAllocations = run % 2 === 1;
    const flowCount = 1 + random.below(30);
    const rates = seededRandom('transfers', run, 'rates');
    const table = Array.from({ length: 12 }, () =>
      Array.from({ length: flowCount }, () => [0, 1, 7, 40 * rates.unit()][rates.below(4)]!),
    );
    const rateOf = (instant: number, flow: number) => table[instant % 12]![flow]!;

    const sender = new TestSender(flowCount, deliverAtAllocations, rateOf);
    const reference = new ReferenceSender(flowCount, deliverAtAllocations, rateOf);
    let nowMs = 0;
    for (let step = 0; step < 200; step++) {
      nowMs += random.below(3) === 0 ? 0 : random.unit() * 4;
      sender.runUntil(nowMs);
      reference.runUntil(nowMs);
      const flow = random.below(flowCount);
      const action = random.below(6);
      if (action === 0) {
        sender.clear(flow);
        reference.clear(flow);
      } else if (action === 1 && !deliverAtAllocations) {
        const doneBits = reference.doneBits(flow);
        expect(sender.transfers.doneBits(flow, nowMs)).toBeCloseTo(doneBits, 6);
        const bits = doneBits + 1 + 20 * random.unit();
        sender.shorten(flow, bits);
        reference.shorten(flow, bits);
      } else {
        // Not a whole number: no piece ends with an interval, where rounding would decide.
        const bits = 1 + 150 * random.unit();
        sender.queue(flow, bits);
        reference.queue(flow, bits);
      }
    }
    const endMs = INTERVAL_MS * Math.ceil((nowMs + 200) / INTERVAL_MS) + 1;
    sender.runUntil(endMs);
    reference.runUntil(endMs);

    for (let flow = 0; flow < flowCount; flow++) {
      const at = `run ${run}, flow ${flow}`;
      const times = (sent: readonly Sent[]) =>
        sent.filter((piece) => piece.flow === flow).map(({ atMs }) => Number(atMs.toFixed(6)));
      expect(times(sender.sent), at).toEqual(times(reference.sent));
      if (deliverAtAllocations) continue;
      const unreported = sender.transfers.doneBits(flow, endMs) - sender.doneBitsAtInstant(flow);
      const reported = (sender.sentBits[flow] ?? 0) + unreported;
      expect(reported, at).toBeCloseTo(reference.movedBits(flow), 4);
    }
  }
});

const INTERVAL_MS = 10;

interface Sent {
  readonly flow: number;
  readonly atMs: number;
}

/**
 * Transfers with queues of pieces and a clock. An instant comes before other events of its time.
 */
class TestSender implements TransferListener {
  readonly transfers: Transfers;
  readonly sent: Sent[] = [];
  readonly notifications: string[] = [];
  /** The bits that each flow has reported as sent. */
  readonly sentBits: number[] = [];
  readonly #queues: number[][];
  readonly #rateKbps: (instant: number, flow: number) => number;
  #ends: { flow: number; atMs: number; version: number }[] = [];
  #nowMs = 0;
  #instant = -1;

  constructor(
    flowCount: number,
    deliverAtAllocations: boolean,
    rateKbps: (instant: number, flow: number) => number,
  ) {
    this.transfers = new Transfers({ flowCount: 0, deliverAtAllocations });
    this.#queues = Array.from({ length: flowCount }, () => []);
    this.#rateKbps = rateKbps;
  }

  queue(flow: number, bits: number): void {
    if (this.#queues[flow]!.push(bits) > 1) return;
    this.transfers.start(flow, bits, this.#nowMs, this);
  }

  clear(flow: number): void {
    this.#queues[flow]!.length = 0;
    this.transfers.stop(flow, this.#nowMs, this);
  }

  /** The first piece of a flow, if there is one, has no more than `bits`. */
  shorten(flow: number, bits: number): void {
    if (!((this.#queues[flow]![0] ?? 0) > bits)) return;
    this.#queues[flow]![0] = bits;
    this.transfers.shorten(flow, bits, this);
  }

  /** How much of the first piece had been sent at the last instant, which has reported it. */
  doneBitsAtInstant(flow: number): number {
    // Less than 0 if it has begun since then.
    return Math.max(0, this.transfers.doneBits(flow, this.#instant * INTERVAL_MS));
  }

  /** Runs up to `untilMs`, including events at that time, but not an instant. */
  runUntil(untilMs: number): void {
    for (;;) {
      this.#ends.sort((a, b) => a.atMs - b.atMs);
      const next = this.#ends[0];
      const instantMs = (this.#instant + 1) * INTERVAL_MS;
      if (instantMs < untilMs && !(next && next.atMs < instantMs)) this.#holdInstant(instantMs);
      else if (next && next.atMs <= untilMs) this.#endPiece();
      else break;
    }
    this.#nowMs = untilMs;
  }

  opened(flow: number): void {
    this.notifications.push(`opened ${flow} at ${this.#nowMs}`);
  }

  closed(flow: number): void {
    this.notifications.push(`closed ${flow} at ${this.#nowMs}`);
  }

  delivered(flow: number): number {
    this.sent.push({ flow, atMs: this.#nowMs });
    this.#queues[flow]!.shift();
    return this.#queues[flow]![0] ?? 0;
  }

  rateKbps(flow: number): number {
    return this.#rateKbps(this.#instant, flow);
  }

  progressed(flow: number, bits: number): void {
    expect(bits).toBeGreaterThanOrEqual(0);
    this.sentBits[flow] = (this.sentBits[flow] ?? 0) + bits;
  }

  pieceEnds(flow: number, atMs: number, version: number): void {
    expect(atMs).toBeGreaterThanOrEqual(this.#nowMs);
    expect(atMs).toBeLessThan((this.#instant + 1) * INTERVAL_MS);
    this.#ends.push({ flow, atMs, version });
  }

  #holdInstant(instantMs: number): void {
    this.#nowMs = instantMs;
    this.#instant++;
    this.transfers.settle(instantMs, this);
    this.transfers.run(instantMs + INTERVAL_MS, this);
  }

  #endPiece(): void {
    const { flow, atMs, version } = this.#ends.shift()!;
    this.#nowMs = atMs;
    if (!this.transfers.isCurrent(flow, version)) return;
    this.transfers.advance(flow, this.delivered(flow), atMs, this);
  }
}

/** A reference implementation: every flow moves its bits as time passes. */
class ReferenceSender {
  readonly sent: Sent[] = [];
  readonly #deliverAtAllocations: boolean;
  readonly #rateKbps: (instant: number, flow: number) => number;
  readonly #flows: {
    queue: number[];
    doneBits: number;
    movedBits: number;
    rate: number | undefined;
  }[];
  #nowMs = 0;
  #instant = -1;

  constructor(
    flowCount: number,
    deliverAtAllocations: boolean,
    rateKbps: (instant: number, flow: number) => number,
  ) {
    this.#deliverAtAllocations = deliverAtAllocations;
    this.#rateKbps = rateKbps;
    this.#flows = Array.from({ length: flowCount }, () => ({
      queue: [],
      doneBits: 0,
      movedBits: 0,
      rate: undefined,
    }));
  }

  queue(flow: number, bits: number): void {
    this.#flows[flow]!.queue.push(bits);
  }

  clear(flow: number): void {
    const cleared = this.#flows[flow]!;
    cleared.queue.length = 0;
    if (!this.#deliverAtAllocations) cleared.doneBits = 0;
  }

  shorten(flow: number, bits: number): void {
    const { queue } = this.#flows[flow]!;
    if (queue.length > 0) queue[0] = Math.min(queue[0]!, bits);
  }

  doneBits(flow: number): number {
    return this.#flows[flow]!.doneBits;
  }

  /** The bits that a flow has moved, of all pieces. */
  movedBits(flow: number): number {
    return this.#flows[flow]!.movedBits;
  }

  runUntil(untilMs: number): void {
    for (;;) {
      const instantMs = (this.#instant + 1) * INTERVAL_MS;
      const stopMs = Math.min(untilMs, instantMs);
      for (const flow of this.#flows.keys()) {
        if (this.#deliverAtAllocations) this.#move(flow, stopMs - this.#nowMs);
        else this.#send(flow, stopMs);
      }
      this.#nowMs = stopMs;
      if (instantMs >= untilMs) return;
      this.#instant++;
      for (const flow of this.#flows.keys()) this.#holdInstant(flow);
    }
  }

  #move(flow: number, tookMs: number): void {
    this.#flows[flow]!.doneBits += (this.#flows[flow]!.rate ?? 0) * tookMs;
  }

  #send(flow: number, untilMs: number): void {
    const sender = this.#flows[flow]!;
    let atMs = this.#nowMs;
    while (sender.rate !== undefined && sender.queue.length > 0) {
      const endMs = atMs + (sender.queue[0]! - sender.doneBits) / sender.rate;
      if (!(endMs <= untilMs + 1e-9)) {
        sender.doneBits += sender.rate * (untilMs - atMs);
        sender.movedBits += sender.rate * (untilMs - atMs);
        return;
      }
      this.sent.push({ flow, atMs: endMs });
      sender.movedBits += sender.queue.shift()! - sender.doneBits;
      sender.doneBits = 0;
      atMs = endMs;
    }
  }

  #holdInstant(flow: number): void {
    const sender = this.#flows[flow]!;
    if (this.#deliverAtAllocations && sender.rate !== undefined) {
      while (sender.queue.length > 0 && sender.doneBits >= sender.queue[0]!) {
        sender.doneBits -= sender.queue.shift()!;
        this.sent.push({ flow, atMs: this.#nowMs });
      }
    }
    if (sender.queue.length === 0 || sender.rate === undefined) sender.doneBits = 0;
    sender.rate = sender.queue.length === 0 ? undefined : this.#rateKbps(this.#instant, flow);
  }
}
