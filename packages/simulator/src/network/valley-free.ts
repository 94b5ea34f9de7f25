/**
 * Valley-free routes between autonomous systems (Gao and Rexford, Stable Internet routing without
 * global coordination, 2001). An AS prefers routes announced by customers, which earn money, to
 * those of peers, which cost nothing, to those of providers; among routes of the same kind, it
 * prefers the shortest. It announces its customers' routes to all neighbours, and all routes to its
 * customers. So a route climbs, crosses at most one peering link, and descends: it has no valley.
 *
 *                  peering
 *             ┌──────────────┐
 *         provider        provider
 *        ╱   climbs          ╲  descends
 *     from                    to
 *
 * All routes to one destination are found in three steps, starting there: up to providers, across
 * one peering link, and down to customers. Not used by a simulation yet.
 */

import type { Relationships } from './relationships.ts';

/** The number of hops if there is no route. */
export const NO_ROUTE = 0xffff;

/**
 * Returns the number of AS hops on the route from each AS to `destination`. AS are given by their
 * index in `relationships`.
 */
export function hopsTo(relationships: Relationships, destination: number): Uint16Array {
  const { providers, customers, peers } = relationships;
  const count = providers.length;
  const hops = new Uint16Array(count).fill(NO_ROUTE);

  // Routes announced by customers: breadth-first search from the destination to providers.
  hops[destination] = 0;
  const byCustomer = [destination];
  for (const index of byCustomer) {
    for (const provider of providers[index]!) {
      if (hops[provider] !== NO_ROUTE) continue;
      hops[provider] = hops[index]! + 1;
      byCustomer.push(provider);
    }
  }

  // Routes announced by peers, which announce only their customers' routes. The nearest come first.
  const byPeer = new Uint16Array(count).fill(NO_ROUTE);
  for (const index of byCustomer) {
    for (const peer of peers[index]!) {
      if (byPeer[peer] === NO_ROUTE) byPeer[peer] = hops[index]! + 1;
    }
  }
  for (let index = 0; index < count; index++)
    if (hops[index] === NO_ROUTE) hops[index] = byPeer[index]!;

  // Routes announced by providers: breadth-first search from all AS with a route, by distance.
  const atDistance: number[][] = [];
  for (let index = 0; index < count; index++) {
    if (hops[index] !== NO_ROUTE) (atDistance[hops[index]!] ??= []).push(index);
  }
  for (let distance = 0; distance < atDistance.length; distance++) {
    for (const index of atDistance[distance] ?? []) {
      for (const customer of customers[index]!) {
        if (hops[customer] !== NO_ROUTE) continue;
        hops[customer] = distance + 1;
        (atDistance[distance + 1] ??= []).push(customer);
      }
    }
  }
  return hops;
}
