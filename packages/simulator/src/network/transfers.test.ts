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
      rule: 'whose queue is empty stops until the next instant',
      rates: [20],
      does: [
        { at: 0, queue: 1 },
        { at: 6, queue: 1 },
      ],
      sent: [5, 20],
      atInstants: [10, 10],
    },
    {
      rule: 'that is cleared loses its progress, or keeps it with delivery at instants',
      does: [
        { at: 0, queue: 1 },
        { at: 7, clear: true },
        { at: 8, queue: 1 },
      ],
      rates: [5, 5],
      sent: [25],
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
    sender.queue(0, 100);
    sender.runUntil(15);
    sender.queue(0, 100);
    sender.runUntil(25);
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
      if (random.below(6) === 0) {
        sender.clear(flow);
        reference.clear(flow);
      } else {
        const bits = 1 + random.below(150);
        sender.queue(flow, bits);
        reference.queue(flow, bits);
      }
    }
    sender.runUntil(nowMs + 200);
    reference.runUntil(nowMs + 200);

    for (let flow = 0; flow < flowCount; flow++) {
      const times = (sent: readonly Sent[]) =>
        sent.filter((piece) => piece.flow === flow).map(({ atMs }) => Number(atMs.toFixed(6)));
      expect(times(sender.sent), `run ${run}, flow ${flow}`).toEqual(times(reference.sent));
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
  readonly #flows: { queue: number[]; doneBits: number; rate: number | undefined }[];
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
      rate: undefined,
    }));
  }

  queue(flow: number, bits: number): void {
    this.#flows[flow]!.queue.push(bits);
  }

  clear(flow: number): void {
    const cleared = this.#flows[flow]!;
    cleared.queue.length = 0;
    if (this.#deliverAtAllocations) return;
    cleared.doneBits = 0;
    cleared.rate = undefined;
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
        return;
      }
      this.sent.push({ flow, atMs: endMs });
      sender.queue.shift();
      sender.doneBits = 0;
      atMs = endMs;
      if (sender.queue.length === 0) sender.rate = undefined;
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
