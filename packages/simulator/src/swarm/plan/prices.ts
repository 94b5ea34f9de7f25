/**
 * The prices of a swarm's network: what the AS at the two ends of a link pay to each other. Prices
 * belong to relationships, so a price where there is none is a mistake.
 */

import {
  type AsLinks,
  type LinkTerms,
  type Metering,
  relationshipsOf,
} from '../../network/billing.ts';

/** Peering that is free while neither side sends more than `ratio` times what it receives. */
export interface PeeringByRatio {
  /** How many times what it receives a side may send for free, at least 1. */
  readonly ratio: number;
  /** What a side that sends more pays for 1 Mbit/s and month of what it sends. */
  readonly price: number;
}

/** Other prices for some links: those of an AS, or the one between two. */
export interface PriceException {
  /** Absent with `between`. */
  readonly as?: string;
  /** Absent with `as`. */
  readonly between?: readonly [string, string];
  /** What a customer pays for 1 Mbit/s and month; absent: as elsewhere. */
  readonly transit?: number;
  /** The terms of peering; absent: as elsewhere. */
  readonly peering?: 'free' | PeeringByRatio;
}

/** What traffic between AS costs, and how it is metered. */
export interface Prices extends Metering {
  /** The name of the currency. */
  readonly currency: string;
  /** What a customer pays its provider for 1 Mbit/s and month. */
  readonly transit: number;
  /** Absent: peering is free. */
  readonly peering?: PeeringByRatio;
  /** Of those that fit a link, the last one holds. */
  readonly exceptions: readonly PriceException[];
}

/** The terms of each link. A price of AS that are on no route of the run has no effect. */
export function linkTermsOf(
  { transit, peering, exceptions }: Prices,
  network: AsLinks,
): LinkTerms[] {
  const terms = relationshipsOf(network).map((kind): LinkTerms => {
    if (kind === 'transit') return { kind, price: transit };
    return kind === 'peering' && peering !== undefined ? { kind, ...peering } : { kind: 'free' };
  });
  const indexOf = new Map(network.names.map((name, index) => [name, index]));
  for (const exception of exceptions) {
    const { as, between } = exception;
    const ends = (between ?? [as!]).map((name) => indexOf.get(name));
    if (ends.includes(undefined)) continue;
    for (const price of ['transit', 'peering'] as const) {
      if (exception[price] === undefined) continue;
      for (const link of pricedLinks(ends as number[], price, network)) {
        terms[link] = termsIn(exception, price);
      }
    }
  }
  return terms;
}

/** The links of this kind between two AS; or those on which one pays for transit, or peers. */
function pricedLinks(
  [first, second]: readonly number[],
  price: 'transit' | 'peering',
  network: AsLinks,
): number[] {
  const { from, to } = network.links;
  const kinds = relationshipsOf(network);
  return [...kinds.keys()].filter((link) => {
    if (kinds[link] !== price) return false;
    const ends = [from[link], to[link]];
    if (second !== undefined) return ends.includes(first) && ends.includes(second);
    return price === 'transit' ? from[link] === first : ends.includes(first);
  });
}

function termsIn(exception: PriceException, price: 'transit' | 'peering'): LinkTerms {
  if (price === 'transit') return { kind: price, price: exception.transit! };
  const { peering } = exception;
  return peering === 'free' ? { kind: 'free' } : { kind: price, ...peering! };
}
