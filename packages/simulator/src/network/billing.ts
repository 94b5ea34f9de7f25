/**
 * What traffic between AS costs. Transit is billed by the 95th percentile: the traffic of a link is
 * metered in intervals of 5 minutes over a month, the highest 5 % of the intervals are discarded,
 * and the customer pays for the highest rate that is left, in the direction in which it is higher
 * (Dimitropoulos et al., On the 95-percentile billing method, PAM 2009; Norton, The Internet
 * Peering Playbook, 2014). Peering is free, or free as long as the two directions are balanced.
 *
 * Not modelled: commitments, prices that fall with the volume, ports, and the other traffic of a
 * link, which decides at which hours a customer pays at all.
 */

import { RELATIONSHIP, type Routes } from './routes.ts';

/** How the two AS of a link are related. */
export type RelationshipName = keyof typeof RELATIONSHIP;

/** The AS on any route, and the links between them. */
export type AsLinks = Pick<Routes, 'names' | 'links'>;

/** How the AS of each link are related. */
export function relationshipsOf({ links }: AsLinks): RelationshipName[] {
  const names = Object.keys(RELATIONSHIP) as RelationshipName[];
  return Array.from(
    links.relationship,
    (code) => names.find((name) => RELATIONSHIP[name] === code)!,
  );
}

/** How traffic is metered. */
export interface Metering {
  /** The length of an interval, in ms. */
  readonly intervalMs: number;
  /** The percentile, above 0, at most 100. */
  readonly percentile: number;
  /**
   * The billing period, in ms: a whole number of intervals. What the run leaves of a period is
   * idle. Absent: the run is the period, and stands for every day of the month.
   */
  readonly periodMs?: number;
}

/** What the AS of a link pay to each other, in units of the currency for 1 Mbit/s and month. */
export type LinkTerms =
  | { readonly kind: 'transit'; readonly price: number }
  | { readonly kind: 'peering'; readonly ratio: number; readonly price: number }
  | { readonly kind: 'free' };

/** What is paid for a link. */
export interface LinkBill {
  /** Which end of the link pays; undefined if nothing is to be paid. */
  readonly payer: 'from' | 'to' | undefined;
  /** In units of the currency a month. */
  readonly amount: number;
}

/**
 * The rate that is billed, in kbit/s: the percentile of the rates of all intervals of a billing
 * period; with several periods, the mean. `bits` has a value for each interval of the run.
 */
export function billedKbps(bits: ArrayLike<number>, metering: Metering): number {
  const { intervalMs, periodMs, percentile } = metering;
  const perPeriod = periodMs === undefined ? bits.length : Math.round(periodMs / intervalMs);
  if (perPeriod === 0) return 0;
  const discarded = perPeriod - rankOf(perPeriod, percentile);
  let sum = 0;
  let periods = 0;
  for (let first = 0; first < bits.length; first += perPeriod) {
    const end = Math.min(first + perPeriod, bits.length);
    const period = Float64Array.from({ length: end - first }, (_, i) => bits[first + i]!);
    period.sort();
    // Those that lie after the run are 0, so they are the lowest.
    sum += period[period.length - 1 - discarded] ?? 0;
    periods++;
  }
  return sum / periods / intervalMs;
}

/** Far above the rounding error of a product, far below 1. */
const ROUNDING = 1e-9;

/** The rank of a percentile among `count` values, from 1: that of the nearest-rank method. */
function rankOf(count: number, percentile: number): number {
  return Math.max(1, Math.ceil((count * percentile) / 100 - ROUNDING));
}

/** The traffic of a link, from its `from` to its `to` (`there`) and `back`. */
export interface LinkTraffic {
  /** All bits of the run. */
  readonly bits: { readonly there: number; readonly back: number };
  /** The rates that are billed, in kbit/s. */
  readonly kbps: { readonly there: number; readonly back: number };
}

/** The bill of a link. */
export function billOf(terms: LinkTerms, { bits, kbps }: LinkTraffic): LinkBill {
  switch (terms.kind) {
    case 'free':
      return NOTHING;
    case 'transit':
      return owed('from', terms.price, Math.max(kbps.there, kbps.back));
    case 'peering': {
      // Who sends too much pays for all that it sends.
      const { ratio, price } = terms;
      if (bits.there > ratio * bits.back) return owed('from', price, kbps.there);
      if (bits.back > ratio * bits.there) return owed('to', price, kbps.back);
      return NOTHING;
    }
  }
}

const NOTHING: LinkBill = { payer: undefined, amount: 0 };
const KBIT_PER_MBIT = 1_000;

function owed(payer: 'from' | 'to', price: number, kbps: number): LinkBill {
  const amount = (price * kbps) / KBIT_PER_MBIT;
  return amount === 0 ? NOTHING : { payer, amount };
}
