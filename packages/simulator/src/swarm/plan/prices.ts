/**
 * The prices of a swarm's network: what the AS at the two ends of a link pay to each other. Prices
 * belong to relationships, so a price where there is none is a mistake.
 */

import { SwarmError } from '../../errors.ts';
import {
  type AsLinks,
  type LinkTerms,
  type Metering,
  relationshipsOf,
} from '../../network/billing.ts';
import type { RelatedAs } from '../../network/related-as.ts';
import { checkNumber, DAY_MS, type Refuse, TIME_MAX_MS } from './number-rule.ts';

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

/** Letters, digits or a sign, as in `USD` or `€`. */
const CURRENCY = /^[\p{L}\p{N}\p{Sc}.]{1,12}$/u;

/** The greatest price, and the greatest ratio. */
const PRICE_MAX = 1e9;

/**
 * Checks the prices of a swarm beyond their types, and their relationships if these are known
 * before the plan is made.
 */
export function checkPrices(
  prices: Prices | undefined,
  related: RelatedAs | undefined,
  refuse: Refuse,
): void {
  if (prices === undefined) return;
  const { currency, intervalMs, percentile, periodMs } = prices;
  if (!CURRENCY.test(currency)) {
    refuse('prices.currency', 'is not the name of a currency', 'write "USD", for instance');
  }
  const number = { least: 0, fraction: true, reason: 'a price is 0 or more' };
  const price = (field: string, value: number): void =>
    checkNumber({ field, value, ...number, most: PRICE_MAX }, refuse);
  const peering = (field: string, terms: 'free' | PeeringByRatio | undefined): void => {
    if (terms === undefined || terms === 'free') return;
    const reason = 'traffic of which one side sends no more than the other is balanced';
    const rule = { least: 1, most: PRICE_MAX, fraction: true, reason };
    checkNumber({ field: `${field}.ratio`, value: terms.ratio, ...rule }, refuse);
    price(`${field}.price`, terms.price);
  };
  price('prices.transit', prices.transit);
  peering('prices.peering', prices.peering);
  prices.exceptions.forEach((entry, i) => {
    if (entry.transit !== undefined) price(`prices.exceptions[${i}].transit`, entry.transit);
    peering(`prices.exceptions[${i}].peering`, entry.peering);
  });
  const time = { fraction: true, reason: 'no rate could be measured' };
  const interval = { field: 'prices.intervalMs', value: intervalMs, least: 1_000, ...time };
  checkNumber({ ...interval, most: 31 * DAY_MS }, refuse);
  if (!(percentile > 0 && percentile <= 100)) {
    const fix = 'set it to 95 %, for instance';
    refuse('prices.percentile', `is ${percentile}, not above 0 and at most 100`, fix);
  }
  if (periodMs !== undefined) {
    const rule = { field: 'prices.periodMs', value: periodMs, least: intervalMs, ...time };
    checkNumber({ ...rule, most: TIME_MAX_MS }, refuse);
    if (!Number.isInteger(periodMs / intervalMs)) {
      const problem = `is ${periodMs / intervalMs} intervals, which is not a whole number`;
      refuse('prices.periodMs', problem, 'set it to a multiple of the interval');
    }
  }
  if (related === undefined) return;
  checkRelationships(prices, related, (mistake) =>
    refuse(mistake.at, mistake.problem, mistake.fix),
  );
}

/** A mistake in the prices. */
interface PriceMistake {
  readonly at: string;
  readonly problem: string;
  readonly fix: string;
}

/**
 * Checks that each price has a relationship in the network, on a route of the run or not.
 *
 * @throws SwarmError if one has none
 */
export function checkRelationships(
  { peering, exceptions }: Prices,
  related: RelatedAs,
  refuse: RefusePrice = refusePrice,
): void {
  if (!related.isRelated('transit')) {
    const problem = 'is a price for transit, but no AS is the customer of another';
    refuse({ at: 'prices.transit', problem, fix: 'remove the prices, or name another topology' });
  }
  if (peering !== undefined && !related.isRelated('peering')) {
    const problem = 'is a price for peering, but no two AS are peers in this network';
    refuse({ at: 'prices.peering', problem, fix: 'remove it' });
  }
  for (const [i, exception] of exceptions.entries()) {
    const at = `prices.exceptions[${i}]`;
    const ends = checkEnds(exception, at, related, refuse);
    for (const price of ['transit', 'peering'] as const) {
      if (exception[price] === undefined || related.isRelated(price, ...ends)) continue;
      refuse(withoutRelationship(exception, at, price));
    }
  }
}

type RefusePrice = (mistake: PriceMistake) => never;

function refusePrice(mistake: PriceMistake): never {
  throw new SwarmError(mistake);
}

/** The names of the AS of an exception, which are in the network. */
function checkEnds(
  { as, between }: PriceException,
  at: string,
  related: RelatedAs,
  refuse: RefusePrice,
): readonly string[] {
  const names = between ?? [as!];
  for (const [end, name] of names.entries()) {
    if (related.has(name)) continue;
    const field = between === undefined ? `${at}.as` : `${at}.between[${end}]`;
    const problem = `is ${JSON.stringify(name)}, which is no AS of this network`;
    const fix = `name one of its AS, such as "${related.examples[0]}"`;
    refuse({ at: field, problem, fix });
  }
  return names;
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

function withoutRelationship(
  { as, between }: PriceException,
  at: string,
  price: 'transit' | 'peering',
): PriceMistake {
  const what = { transit: 'pays', peering: 'peers with' }[price];
  const problem =
    between === undefined
      ? `is a price for ${price}, but "${as}" ${what} no other AS`
      : `is a price for ${price}, which "${between[0]}" and "${between[1]}" do not have`;
  return { at: `${at}.${price}`, problem, fix: 'remove it, or name AS with this relationship' };
}
