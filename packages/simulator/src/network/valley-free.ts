/**
 * Routes between autonomous systems as their interests have them (Gao and Rexford, Stable Internet
 * routing without global coordination, 2001). An AS prefers a route that a customer told it of,
 * since that earns money, to one from a peer, which costs nothing, to one from a provider; among
 * routes of one kind, the shortest. It tells everybody of its customers' routes, and its own
 * customers of all. So a path climbs, goes over at most one peering, and descends: it has no
 * valley.
 *
 *                  peering
 *             ┌──────────────┐
 *         provider        provider
 *        ╱   climbs          ╲  descends
 *     from                    to
 *
 * All routes to one destination are found in three steps, from there: up along providers, over
 * one peering, and down along customers.
 */

import type { Relationships } from './relationships.ts';

/** The length of a route where there is none. */
export const NO_ROUTE = 0xffff;

/** For each AS, how many borders a message crosses on its route to `destination`. */
export function hopsTo(relationships: Relationships, destination: number): Uint16Array {
  const { providers, customers, peers } = relationships;
  const count = providers.length;
  const hops = new Uint16Array(count).fill(NO_ROUTE);

  // From customers: breadth first, from the destination up.
  hops[destination] = 0;
  const byCustomer = [destination];
  for (const as of byCustomer) {
    for (const provider of providers[as]!) {
      if (hops[provider] !== NO_ROUTE) continue;
      hops[provider] = hops[as]! + 1;
      byCustomer.push(provider);
    }
  }

  // From peers, who tell of their customers' routes alone. The nearest come first.
  const byPeer = new Uint16Array(count).fill(NO_ROUTE);
  for (const as of byCustomer) {
    for (const peer of peers[as]!) {
      if (byPeer[peer] === NO_ROUTE) byPeer[peer] = hops[as]! + 1;
    }
  }
  for (let as = 0; as < count; as++) if (hops[as] === NO_ROUTE) hops[as] = byPeer[as]!;

  // From providers: breadth first again, beginning from all who know a route, at their distance.
  const atDistance: number[][] = [];
  for (let as = 0; as < count; as++) {
    if (hops[as] !== NO_ROUTE) (atDistance[hops[as]!] ??= []).push(as);
  }
  for (let distance = 0; distance < atDistance.length; distance++) {
    for (const as of atDistance[distance] ?? []) {
      for (const customer of customers[as]!) {
        if (hops[customer] !== NO_ROUTE) continue;
        hops[customer] = distance + 1;
        (atDistance[distance + 1] ??= []).push(customer);
      }
    }
  }
  return hops;
}
