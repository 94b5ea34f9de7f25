import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { type TransferListener, Transfers } from './transfers.ts';

/**
 * Each row is one rule. Instants are 10 ms apart, every piece has 100 bits, and every link that
 * flows has the rate in kbit/s that `rates` gives for the interval, 10 where it says nothing.
 * What happens to link 0: `at` 3, `queue` 2 pieces. What is sent: the times at which pieces end.
 */
describe('a link', () => {
  test.each([
    { rule: 'that fills begins at the next instant', does: [{ at: 3, queue: 1 }],
      sent: [20], atInstants: [20] },
    { rule: 'sends its pieces one after the other', does: [{ at: 0, queue: 3 }], rates: [20],
      sent: [5, 10, 20], atInstants: [10, 10, 20] },
    { rule: 'goes on with a piece at the rate of each interval', does: [{ at: 0, queue: 1 }],
      rates: [6, 2, 8], sent: [22.5], atInstants: [30] },
    { rule: 'without a rate waits for one', does: [{ at: 0, queue: 1 }],
      rates: [5, 0, 10], sent: [25], atInstants: [30] },
    { rule: 'that empties stops until the next instant', rates: [20],
      does: [{ at: 0, queue: 1 }, { at: 6, queue: 1 }], sent: [5, 20], atInstants: [10, 10] },
    { rule: 'that is cleared starts anew, or keeps its progress at instants',
      does: [{ at: 0, queue: 1 }, { at: 7, clear: true }, { at: 8, queue: 1 }], rates: [5, 5],
      sent: [25], atInstants: [20] },
    { rule: 'that is cleared over an instant starts anew in either way', rates: [5, 5],
      does: [{ at: 0, queue: 1 }, { at: 7, clear: true }, { at: 12, queue: 1 }],
      sent: [30], atInstants: [30] },
    { rule: 'that empties at an instant loses the rest of the interval', rates: [15],
      does: [{ at: 0, queue: 1 }, { at: 11, queue: 1 }],
      sent: [100 / 15, 30], atInstants: [10, 30] },
    { rule: 'carries the rest of the interval over to the next piece', rates: [15, 5],
      does: [{ at: 0, queue: 2 }], sent: [100 / 15, 20], atInstants: [10, 20] },
    { rule: 'may be cleared while nothing is queued', does: [{ at: 4, clear: true }],
      sent: [], atInstants: [] },
  ])('$rule', ({ does, rates = [], sent, atInstants }) => {
    for (const [deliverAtAllocations, expected] of [[false, sent], [true, atInstants]] as const) {
      const sender = new Sender(1, deliverAtAllocations, (instant) => rates[instant] ?? 10);
      for (const act of does as { at: number; queue?: number; clear?: boolean }[]) {
        sender.runUntil(act.at);
        if (act.clear) sender.clear(0);
        for (let piece = 0; piece < (act.queue ?? 0); piece++) sender.queue(0, 100);
      }
      sender.runUntil(100);
      expect(sender.sent.map(({ atMs }) => Number(atMs.toFixed(9)))).toEqual(
        expected.map((atMs) => Number(atMs.toFixed(9))),
      );
    }
  });
});

describe('an allocation', () => {
  test('hears of a link once while it keeps busy, and of its end at the instant after', () => {
    const sender = new Sender(1, false, () => 100);
    sender.runUntil(3);
    sender.queue(0, 100);
    sender.runUntil(15);
    sender.queue(0, 100);
    sender.runUntil(25);
    expect(sender.heard).toEqual(['opened 0 at 10']);
    expect(sender.transfers.wantsInstant).toBe(true);

    sender.runUntil(45);
    expect(sender.heard).toEqual(['opened 0 at 10', 'closed 0 at 30']);
    expect(sender.transfers.wantsInstant).toBe(false);

    sender.queue(0, 100);
    sender.runUntil(55);
    expect(sender.heard.at(-1)).toBe('opened 0 at 50');
  });

  test('does not hear of a link that was cleared before it began', () => {
    const sender = new Sender(1, true, () => 100);
    sender.queue(0, 100);
    sender.clear(0);
    sender.runUntil(30);
    expect(sender.heard).toEqual([]);
  });

  test('never waits for digits that rounding has lost', () => {
    // A third of a bit per ms for 10 ms, ten times, is not quite a hundred thirds.
    const sender = new Sender(1, false, (instant) => (instant < 10 ? 1 / 3 : 0));
    sender.queue(0, (100 / 3) * (1 + 1e-15));
    sender.runUntil(200);
    expect(sender.sent).toEqual([{ link: 0, atMs: 100 }]);
  });
});

test('links agree with one that counts every bit as it goes', () => {
  for (let run = 0; run < 400; run++) {
    const random = seededRandom('transfers', run);
    const deliverAtAllocations = run % 2 === 1;
    const linkCount = 1 + random.below(30);
    const rates = seededRandom('transfers', run, 'rates');
    const table = Array.from({ length: 12 }, () => Array.from({ length: linkCount }, () =>
      [0, 1, 7, 40 * rates.unit()][rates.below(4)]!));
    const rateOf = (instant: number, link: number) => table[instant % 12]![link]!;

    const sender = new Sender(linkCount, deliverAtAllocations, rateOf);
    const plain = new PlainSender(linkCount, deliverAtAllocations, rateOf);
    let nowMs = 0;
    for (let step = 0; step < 200; step++) {
      nowMs += random.below(3) === 0 ? 0 : random.unit() * 4;
      sender.runUntil(nowMs);
      plain.runUntil(nowMs);
      const link = random.below(linkCount);
      if (random.below(6) === 0) {
        sender.clear(link);
        plain.clear(link);
      } else {
        const bits = 1 + random.below(150);
        sender.queue(link, bits);
        plain.queue(link, bits);
      }
    }
    sender.runUntil(nowMs + 200);
    plain.runUntil(nowMs + 200);

    for (let link = 0; link < linkCount; link++) {
      const times = (sent: readonly Sent[]) =>
        sent.filter((piece) => piece.link === link).map(({ atMs }) => Number(atMs.toFixed(6)));
      expect(times(sender.sent), `run ${run}, link ${link}`).toEqual(times(plain.sent));
    }
  }
});

const INTERVAL_MS = 10;

interface Sent {
  readonly link: number;
  readonly atMs: number;
}

/** Queues of pieces, and a clock, around transfers. Instants come before what else is due then. */
class Sender implements TransferListener {
  readonly transfers: Transfers;
  readonly sent: Sent[] = [];
  readonly heard: string[] = [];
  readonly #queues: number[][];
  readonly #rateKbps: (instant: number, link: number) => number;
  #ends: { link: number; atMs: number; ticket: number }[] = [];
  #nowMs = 0;
  #instant = -1;

  constructor(
    linkCount: number,
    deliverAtAllocations: boolean,
    rateKbps: (instant: number, link: number) => number,
  ) {
    this.transfers = new Transfers({ linkCount: 0, deliverAtAllocations });
    this.#queues = Array.from({ length: linkCount }, () => []);
    this.#rateKbps = rateKbps;
  }

  queue(link: number, bits: number): void {
    if (this.#queues[link]!.push(bits) === 1) this.transfers.start(link, bits);
  }

  clear(link: number): void {
    this.#queues[link]!.length = 0;
    this.transfers.stop(link);
  }

  /** Up to `untilMs`; what is due then, too, but for an instant. */
  runUntil(untilMs: number): void {
    for (;;) {
      this.#ends.sort((a, b) => a.atMs - b.atMs);
      const next = this.#ends[0];
      const instantMs = (this.#instant + 1) * INTERVAL_MS;
      if (instantMs < untilMs && !(next && next.atMs < instantMs)) this.#hold(instantMs);
      else if (next && next.atMs <= untilMs) this.#end();
      else break;
    }
    this.#nowMs = untilMs;
  }

  opened(link: number): void {
    this.heard.push(`opened ${link} at ${this.#nowMs}`);
  }

  closed(link: number): void {
    this.heard.push(`closed ${link} at ${this.#nowMs}`);
  }

  delivered(link: number): number {
    this.sent.push({ link, atMs: this.#nowMs });
    this.#queues[link]!.shift();
    return this.#queues[link]![0] ?? 0;
  }

  rateKbps(link: number): number {
    return this.#rateKbps(this.#instant, link);
  }

  ends(link: number, atMs: number, ticket: number): void {
    expect(atMs).toBeGreaterThanOrEqual(this.#nowMs);
    expect(atMs).toBeLessThan((this.#instant + 1) * INTERVAL_MS);
    this.#ends.push({ link, atMs, ticket });
  }

  #hold(instantMs: number): void {
    this.#nowMs = instantMs;
    this.#instant++;
    this.transfers.settle(instantMs, this);
    this.transfers.run(instantMs + INTERVAL_MS, this);
  }

  #end(): void {
    const { link, atMs, ticket } = this.#ends.shift()!;
    this.#nowMs = atMs;
    if (!this.transfers.isCurrent(link, ticket)) return;
    this.transfers.advance(link, this.delivered(link), atMs, this);
  }
}

/** The same, but every link moves its bits along as time passes. */
class PlainSender {
  readonly sent: Sent[] = [];
  readonly #deliverAtAllocations: boolean;
  readonly #rateKbps: (instant: number, link: number) => number;
  readonly #links: { queue: number[]; doneBits: number; rate: number | undefined }[];
  #nowMs = 0;
  #instant = -1;

  constructor(
    linkCount: number,
    deliverAtAllocations: boolean,
    rateKbps: (instant: number, link: number) => number,
  ) {
    this.#deliverAtAllocations = deliverAtAllocations;
    this.#rateKbps = rateKbps;
    this.#links = Array.from({ length: linkCount }, () =>
      ({ queue: [], doneBits: 0, rate: undefined }));
  }

  queue(link: number, bits: number): void {
    this.#links[link]!.queue.push(bits);
  }

  clear(link: number): void {
    const cleared = this.#links[link]!;
    cleared.queue.length = 0;
    if (this.#deliverAtAllocations) return;
    cleared.doneBits = 0;
    cleared.rate = undefined;
  }

  runUntil(untilMs: number): void {
    for (;;) {
      const instantMs = (this.#instant + 1) * INTERVAL_MS;
      const stopMs = Math.min(untilMs, instantMs);
      for (const link of this.#links.keys()) {
        if (this.#deliverAtAllocations) this.#move(link, stopMs - this.#nowMs);
        else this.#send(link, stopMs);
      }
      this.#nowMs = stopMs;
      if (instantMs >= untilMs) return;
      this.#instant++;
      for (const link of this.#links.keys()) this.#hold(link);
    }
  }

  #move(link: number, tookMs: number): void {
    this.#links[link]!.doneBits += (this.#links[link]!.rate ?? 0) * tookMs;
  }

  #send(link: number, untilMs: number): void {
    const sender = this.#links[link]!;
    let atMs = this.#nowMs;
    while (sender.rate !== undefined && sender.queue.length > 0) {
      const endMs = atMs + (sender.queue[0]! - sender.doneBits) / sender.rate;
      if (!(endMs <= untilMs + 1e-9)) {
        sender.doneBits += sender.rate * (untilMs - atMs);
        return;
      }
      this.sent.push({ link, atMs: endMs });
      sender.queue.shift();
      sender.doneBits = 0;
      atMs = endMs;
      if (sender.queue.length === 0) sender.rate = undefined;
    }
  }

  #hold(link: number): void {
    const sender = this.#links[link]!;
    if (this.#deliverAtAllocations && sender.rate !== undefined) {
      while (sender.queue.length > 0 && sender.doneBits >= sender.queue[0]!) {
        sender.doneBits -= sender.queue.shift()!;
        this.sent.push({ link, atMs: this.#nowMs });
      }
    }
    if (sender.queue.length === 0 || sender.rate === undefined) sender.doneBits = 0;
    sender.rate = sender.queue.length === 0 ? undefined : this.#rateKbps(this.#instant, link);
  }
}

