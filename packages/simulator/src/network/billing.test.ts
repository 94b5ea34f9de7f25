import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { billedKbps, billOf, type LinkTerms, type Metering } from './billing.ts';

const MONTH_INTERVALS = 30 * 24 * 12;
const FIVE_MIN_MS = 300_000;
const BY_95: Metering = { intervalMs: FIVE_MIN_MS, percentile: 95 };

/** Bits of an interval of five minutes at so many kbit/s. */
const at = (kbps: number): number => kbps * FIVE_MIN_MS;
const repeat = (count: number, kbps: number): number[] => Array(count).fill(at(kbps)) as number[];

describe('the billed rate', () => {
  // Worked out by hand.
  test.each<{ rule: string; kbps: number[]; metering?: Partial<Metering>; billed: number }>([
    { rule: 'of one interval is its rate', kbps: [700], billed: 700 },
    { rule: 'of up to 19 intervals is the highest', kbps: [...Array(18).fill(1), 9], billed: 9 },
    { rule: 'of 20 intervals leaves out one', kbps: [...Array(18).fill(1), 5, 9], billed: 5 },
    {
      rule: 'of 39 intervals leaves out one',
      kbps: [...Array(37).fill(1), 5, 9],
      billed: 5,
    },
    {
      rule: 'of 40 intervals leaves out two',
      kbps: [...Array(37).fill(1), 5, 9, 9],
      billed: 5,
    },
    { rule: 'does not depend on the order', kbps: [9, ...Array(18).fill(1), 5], billed: 5 },
    {
      rule: 'by the median is the lower of two in the middle',
      kbps: [4, 1, 3, 2],
      metering: { percentile: 50 },
      billed: 2,
    },
    { rule: 'by 100 % is the highest', kbps: [4, 1], metering: { percentile: 100 }, billed: 4 },
    {
      rule: 'by 99.9 % of 1,000 intervals leaves out one',
      kbps: [...Array(998).fill(1), 5, 9],
      metering: { percentile: 99.9 },
      billed: 5,
    },
    {
      rule: 'of a period that the run does not fill counts the rest as idle',
      kbps: [8, 9],
      metering: { periodMs: 10 * FIVE_MIN_MS, percentile: 85 },
      billed: 8,
    },
    {
      rule: 'of a period that the run hardly fills is 0',
      kbps: [8, 9],
      metering: { periodMs: 40 * FIVE_MIN_MS },
      billed: 0,
    },
    {
      rule: 'of several periods is the mean, the last one idle in the end',
      kbps: [4, 2, 8, 2, 6],
      metering: { periodMs: 2 * FIVE_MIN_MS, percentile: 50 },
      // The lower of each period: 2, 2 and 0.
      billed: 4 / 3,
    },
    { rule: 'of no interval is 0', kbps: [], billed: 0 },
  ])('$rule', ({ kbps, metering, billed }) => {
    expect(billedKbps(kbps.map(at), { ...BY_95, ...metering })).toBeCloseTo(billed, 12);
  });

  test('of a month leaves out the 432 highest of 8,640 intervals: 36 hours are free', () => {
    const month = (bursts: number) => [
      ...repeat(MONTH_INTERVALS - bursts, 2_000),
      ...repeat(bursts, 90_000),
    ];
    expect(month(432)).toHaveLength(8_640);
    expect(billedKbps(month(432), BY_95)).toBe(2_000);
    expect(billedKbps(month(433), BY_95)).toBe(90_000);
  });

  test('is that of a plain model, for random traffic', () => {
    for (let run = 0; run < 300; run++) {
      const random = seededRandom(run, 'billing');
      const bits = Array.from({ length: 1 + random.below(300) }, () => at(random.below(50)));
      const percentile = 1 + random.below(100);
      // What the definition says: the lowest rate that is at least as high as so many of all.
      const rates = bits.map((each) => each / FIVE_MIN_MS);
      const expected = rates
        .toSorted((a, b) => a - b)
        .find(
          (rate) => 100 * rates.filter((each) => each <= rate).length >= percentile * rates.length,
        );
      expect(billedKbps(bits, { ...BY_95, percentile }), `run ${run}`).toBe(expected);
    }
  });
});

describe('a bill', () => {
  const transit: LinkTerms = { kind: 'transit', price: 3 };
  const peering: LinkTerms = { kind: 'peering', ratio: 2, price: 0.5 };
  const traffic = (there: number, back: number) => ({
    bits: { there: 100 * there, back: 100 * back },
    kbps: { there, back },
  });

  test.each([
    {
      rule: 'for transit counts what the customer sends, if that is more',
      terms: transit,
      traffic: traffic(4_000, 1_000),
      bill: { payer: 'from', amount: 12 },
    },
    {
      rule: 'for transit counts what the customer receives, if that is more',
      terms: transit,
      traffic: traffic(1_000, 2_500),
      bill: { payer: 'from', amount: 7.5 },
    },
    {
      rule: 'for transit without traffic is none',
      terms: transit,
      traffic: traffic(0, 0),
      bill: { payer: undefined, amount: 0 },
    },
    {
      rule: 'for peering within the ratio is none',
      terms: peering,
      traffic: traffic(2_000, 1_000),
      bill: { payer: undefined, amount: 0 },
    },
    {
      rule: 'for peering is paid by the side that sends too much, for all that it sends',
      terms: peering,
      traffic: traffic(2_001, 1_000),
      bill: { payer: 'from', amount: 1.0005 },
    },
    {
      rule: 'for peering may be paid by the other side',
      terms: peering,
      traffic: traffic(0, 1_000),
      bill: { payer: 'to', amount: 0.5 },
    },
    {
      rule: 'for peering without traffic is none',
      terms: peering,
      traffic: traffic(0, 0),
      bill: { payer: undefined, amount: 0 },
    },
    {
      rule: 'for free peering is none',
      terms: { kind: 'free' } as const,
      traffic: traffic(9, 0),
      bill: { payer: undefined, amount: 0 },
    },
  ])('$rule', ({ terms, traffic: of, bill }) => {
    expect(billOf(terms, of)).toEqual(bill);
  });
});
