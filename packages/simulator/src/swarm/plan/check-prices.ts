/** Checks the prices of traffic between AS, and that AS with a price have this relationship. */

import type { RelatedAs } from '../../network/related-as.ts';
import { checkKnown } from './known-as.ts';
import { checkNumber, DAY_MS, type Refuse, TIME_MAX_MS } from './number-rule.ts';
import type { PeeringByRatio, PriceException, Prices } from './prices.ts';
import type { Swarm } from './swarm.ts';

/** Letters, digits or a sign, as in `USD` or `€`. */
const CURRENCY = /^[\p{L}\p{N}\p{Sc}.]{1,12}$/u;

/** The greatest price, and the greatest ratio. */
const PRICE_MAX = 1e9;

/** Checks the prices of a swarm beyond their types. */
export function checkPrices(swarm: Swarm, refuse: Refuse): void {
  const { prices } = swarm;
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
}

/** Checks that each price has a relationship in the network, on a route of the run or not. */
export function checkRelationships(
  { peering, exceptions }: Prices,
  related: RelatedAs,
  refuse: Refuse,
): void {
  if (!related.isRelated('transit')) {
    const problem = 'is a price for transit, but no AS is the customer of another';
    refuse('prices.transit', problem, 'remove the prices, or name another topology');
  }
  if (peering !== undefined && !related.isRelated('peering')) {
    const problem = 'is a price for peering, but no two AS are peers in this network';
    refuse('prices.peering', problem, 'remove it');
  }
  for (const [i, exception] of exceptions.entries()) {
    const at = `prices.exceptions[${i}]`;
    const { as, between } = exception;
    const ends = between ?? [as!];
    for (const [end, name] of ends.entries()) {
      const field = between === undefined ? `${at}.as` : `${at}.between[${end}]`;
      checkKnown(field, name, related, refuse);
    }
    for (const price of ['transit', 'peering'] as const) {
      if (exception[price] === undefined || related.isRelated(price, ...ends)) continue;
      const problem = withoutRelationship(exception, price);
      refuse(`${at}.${price}`, problem, 'remove it, or name AS with this relationship');
    }
  }
}

function withoutRelationship(
  { as, between }: PriceException,
  price: 'transit' | 'peering',
): string {
  const what = { transit: 'pays', peering: 'peers with' }[price];
  return between === undefined
    ? `is a price for ${price}, but "${as}" ${what} no other AS`
    : `is a price for ${price}, which "${between[0]}" and "${between[1]}" do not have`;
}
