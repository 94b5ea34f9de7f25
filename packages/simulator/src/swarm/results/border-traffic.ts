/**
 * The traffic at the borders of AS, and what it costs: what was metered at the links between AS,
 * assembled after a run. docs/networks.md defines the figures.
 */

import {
  type AsLinks,
  billedKbps,
  billOf,
  type Metering,
  type RelationshipName,
  relationshipsOf,
} from '../../network/billing.ts';
import { BorderCounters } from '../../network/border-counters.ts';
import type { Plan } from '../plan/plan.ts';
import { linkTermsOf } from '../plan/prices.ts';

/** The traffic of a link between two AS, and what is paid for it. */
export interface BorderLink {
  /** The name of the AS at one end: the customer, if one pays for transit. */
  readonly from: string;
  /** The name of the AS at the other end: the provider, if one pays for transit. */
  readonly to: string;
  /** What the two are to each other. */
  readonly relationship: RelationshipName;
  /** Bytes of blocks sent over the link, from `from` to `to`. */
  readonly bytes: number;
  /** Bytes of blocks sent from `to` to `from`. */
  readonly bytesBack: number;
  /** The percentile of the rates of all intervals from `from` to `to`, in kbit/s. */
  readonly billedKbps: number;
  /** The same from `to` to `from`. */
  readonly billedBackKbps: number;
  /** The name of the AS that pays; absent if nothing is to be paid, or there are no prices. */
  readonly payer?: string;
  /** What it pays in a month, in units of the currency. */
  readonly bill?: number;
}

/** Bytes into an AS and out of it. */
export interface InOut {
  /** Bytes into it. */
  readonly in: number;
  /** Bytes out of it. */
  readonly out: number;
}

/** The traffic of an AS with its neighbours, and what it pays and gets. */
export interface BorderAs {
  /** Its name. */
  readonly name: string;
  /** Whether peers live there; otherwise it carries traffic of others only. */
  readonly hostsPeers: boolean;
  /** Bytes exchanged with its customers. */
  readonly customers: InOut;
  /** Bytes exchanged with the AS with which it peers. */
  readonly peers: InOut;
  /** Bytes exchanged with its providers. */
  readonly providers: InOut;
  /** What it pays to others in a month. */
  readonly pays: number;
  /** What others pay to it in a month. */
  readonly gets: number;
}

/** The traffic between AS, metered by interval. */
export interface BorderTraffic {
  /** The length of an interval, in ms. */
  readonly intervalMs: number;
  /** The start of the first interval, in ms since the start of the run: the end of the warm-up. */
  readonly fromMs: number;
  /** The number of intervals. The run may end within the last one. */
  readonly intervals: number;
  /** The percentile by which traffic is billed: 95, unless the prices say otherwise. */
  readonly percentile: number;
  /** The name of the currency; absent if there are no prices. */
  readonly currency?: string;
  /** The links, as routes number them. */
  readonly links: readonly BorderLink[];
  /** The AS on any route, those that host peers first, by AS id. */
  readonly as: readonly BorderAs[];
  /** The sum over all blocks sent of their bytes times the number of links that they cross. */
  readonly byteHops: number;
  /**
   * The bits of each interval, by link and direction: those of link l in interval i are at
   * `2 * (i * links.length + l)`, those back after them.
   */
  readonly bits: Float64Array;
}

/** How traffic is metered in a network without prices. */
const PERCENTILE = 95;

/** The traffic at the borders in a run that has ended at `endMs`; undefined if it has no meter. */
export function borderTrafficOf(plan: Plan, endMs: number): BorderTraffic | undefined {
  if (plan.borders === undefined) return undefined;
  const { intervalMs, routes, counters: shared } = plan.borders;
  const { prices, warmUpMs: fromMs = 0 } = plan.swarm;
  const counters = new BorderCounters(shared);
  const ended = Math.ceil((endMs - fromMs) / intervalMs);
  const intervals = Math.max(1, ended, counters.intervals);
  const bits = counters.read(intervals);
  const metering: Metering = prices ?? { intervalMs, percentile: PERCENTILE };
  const terms = prices && linkTermsOf(prices, routes);
  const { names, links } = routes;
  const relationships = relationshipsOf(routes);
  const linkCount = links.from.length;
  const borderLinks = Array.from(links.from, (from, link): BorderLink => {
    const [there, back] = [0, 1].map((direction) =>
      Float64Array.from(
        { length: intervals },
        (_, i) => bits[2 * (i * linkCount + link) + direction]!,
      ),
    ) as [Float64Array, Float64Array];
    const traffic = {
      bits: { there: sum(there), back: sum(back) },
      kbps: { there: billedKbps(there, metering), back: billedKbps(back, metering) },
    };
    const { payer, amount } = terms === undefined ? NO_BILL : billOf(terms[link]!, traffic);
    const ends = { from: names[from]!, to: names[links.to[link]!]! };
    return {
      ...ends,
      relationship: relationships[link]!,
      bytes: traffic.bits.there / 8,
      bytesBack: traffic.bits.back / 8,
      billedKbps: traffic.kbps.there,
      billedBackKbps: traffic.kbps.back,
      ...(payer === undefined ? {} : { payer: ends[payer], bill: amount }),
    };
  });
  return {
    intervalMs,
    fromMs,
    intervals,
    percentile: metering.percentile,
    ...(prices === undefined ? {} : { currency: prices.currency }),
    links: borderLinks,
    as: asOf(routes, borderLinks, plan.asCount),
    byteHops: borderLinks.reduce((all, { bytes, bytesBack }) => all + bytes + bytesBack, 0),
    bits,
  };
}

const NO_BILL = { payer: undefined, amount: 0 } as const;

/** Which of its neighbours an AS exchanges traffic with, over a link of which it is one end. */
const NEIGHBOURS = {
  transit: { from: 'providers', to: 'customers' },
  peering: { from: 'peers', to: 'peers' },
} as const;

/** Adds up the links of each AS, in their order. */
function asOf(
  { names, links }: AsLinks,
  traffic: readonly BorderLink[],
  hosts: number,
): BorderAs[] {
  const none = (): { in: number; out: number } => ({ in: 0, out: 0 });
  const all = names.map((name, as) => ({
    name,
    hostsPeers: as < hosts,
    customers: none(),
    peers: none(),
    providers: none(),
    pays: 0,
    gets: 0,
  }));
  traffic.forEach(({ relationship, bytes, bytesBack, payer, bill = 0 }, link) => {
    const from = all[links.from[link]!]!;
    const to = all[links.to[link]!]!;
    if (relationship !== 'unknown') {
      const neighbours = NEIGHBOURS[relationship];
      from[neighbours.from].out += bytes;
      from[neighbours.from].in += bytesBack;
      to[neighbours.to].in += bytes;
      to[neighbours.to].out += bytesBack;
    }
    const [paying, paid] = payer === from.name ? [from, to] : [to, from];
    paying.pays += bill;
    paid.gets += bill;
  });
  return all;
}

function sum(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}
