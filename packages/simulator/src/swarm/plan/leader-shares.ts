/**
 * Leaders placed by what they save: the dearer traffic over the border of an AS is for it, the
 * fewer of its peers lead, since each leader fetches copies of its own over the border.
 *
 *     leaders of an AS, in percent = leaders of all · mean price of all AS / price of the AS
 *
 * The price of an AS is what it pays for 1 Mbit/s from the others: the mean over all of them of the
 * price of the link over which their traffic enters. It is 0 for what comes from customers and
 * peers. Where nothing is to be saved, all peers lead, which makes them plain peers.
 */

import type { Routes } from '../../network/routes.ts';
import { sharedFloat64 } from '../../network/shared-arrays.ts';
import { linkTermsOf, type Prices } from './prices.ts';

/** The percentage of the peers of each AS that lead it. */
export function leaderPercents(
  leaderPercent: number,
  prices: Prices,
  routes: Routes,
  asCount: number,
): Float64Array {
  const pricePerMbps = importPrices(prices, routes, asCount);
  const mean = pricePerMbps.reduce((sum, price) => sum + price, 0) / asCount;
  return sharedFloat64(asCount).map((_, asId) => {
    const price = pricePerMbps[asId]!;
    return price === 0 ? 100 : Math.min(100, (leaderPercent * mean) / price);
  });
}

/** What each AS pays for 1 Mbit/s that comes from the others, equal parts from each. */
export function importPrices(prices: Prices, routes: Routes, asCount: number): Float64Array {
  const terms = linkTermsOf(prices, routes);
  const { start, steps, links } = routes;
  return Float64Array.from({ length: asCount }, (_, to) => {
    let sum = 0;
    for (let from = 0; from < asCount; from++) {
      if (from === to) continue;
      const step = steps[start[from * asCount + to + 1]! - 1]!;
      const link = step >>> 1;
      const each = terms[link]!;
      // Of a transit link, `from` is the customer, who pays.
      if (each.kind === 'transit' && links.from[link] === to) sum += each.price;
    }
    return asCount === 1 ? 0 : sum / (asCount - 1);
  });
}
