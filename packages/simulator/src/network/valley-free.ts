/**
 * Valley-free routes between autonomous systems (Gao and Rexford, Stable Internet routing without
 * global coordination, 2001). An AS prefers routes announced by customers, which earn money, to
 * those of peers, which cost nothing, to those of providers; among routes of the same kind the
 * shortest, and among these the one through the AS with the lowest number. It announces its
 * customers' routes to all neighbours, and all routes to its customers. So a route climbs, crosses
 * at most one peering link, and descends: it has no valley.
 *
 *                  peering
 *             ┌──────────────┐
 *         provider        provider
 *        ╱   climbs          ╲  descends
 *     from                    to
 *
 * All routes to one destination are found in three steps, starting there: up to providers, across
 * one peering link, and down to customers. An AS prefers a long route of a customer to a short one
 * of a provider, so a route need not be the shortest that has no valley.
 */

import { assert } from '@cachetorrent/std';

import { amongAs, type Neighbours, type Relationships } from './relationships.ts';

/** The number of hops if there is no route. */
export const NO_ROUTE = 0xffff_ffff;

/** From which kind of neighbour a route was learned. */
const [NONE, OF_CUSTOMER, OF_PEER, OF_PROVIDER] = [0, 1, 2, 3];

/** Finds the routes of all AS to one destination after the other. AS are given by their index. */
export class ValleyFreeRoutes {
  /** After `find`: the number of AS hops from each AS to the destination. */
  readonly hops: Uint32Array;
  /** After `find`: the next AS on the way to the destination; none without a route. */
  readonly nextAs: Uint32Array;
  readonly #relationships: Relationships;
  readonly #kind: Uint8Array;
  /** The AS that have a route, in the order in which they got it. */
  readonly #reached: Uint32Array;
  #reachedCount = 0;
  /** The AS with a route of each length, as linked lists. */
  readonly #firstOfLength: Uint32Array;
  readonly #nextOfLength: Uint32Array;

  constructor(relationships: Relationships) {
    const count = relationships.asNumbers.length;
    this.#relationships = relationships;
    this.hops = new Uint32Array(count).fill(NO_ROUTE);
    this.nextAs = new Uint32Array(count);
    this.#kind = new Uint8Array(count);
    this.#reached = new Uint32Array(count);
    this.#firstOfLength = new Uint32Array(count + 1);
    this.#nextOfLength = new Uint32Array(count);
  }

  /** Finds the route of each AS to `destination`. */
  find(destination: number): void {
    this.hops.fill(NO_ROUTE);
    this.#kind.fill(NONE);
    this.#reachedCount = 0;
    this.#take(destination, OF_CUSTOMER, 0, destination);
    const { providers, peers } = this.#relationships;

    // Breadth first, so that the routes of customers are the shortest.
    for (let i = 0; i < this.#reachedCount; i++)
      this.#offer(this.#reached[i]!, providers, OF_CUSTOMER);
    // Peers hear of the routes of customers only.
    const ofCustomers = this.#reachedCount;
    for (let i = 0; i < ofCustomers; i++) this.#offer(this.#reached[i]!, peers, OF_PEER);
    this.#descend();
  }

  /**
   * From the nearest to the farthest AS: customers hear of all routes, and their own customers of
   * what they choose.
   */
  #descend(): void {
    const first = this.#firstOfLength.fill(NO_ROUTE);
    const next = this.#nextOfLength;
    for (let i = 0; i < this.#reachedCount; i++) {
      const as = this.#reached[i]!;
      next[as] = first[this.hops[as]!]!;
      first[this.hops[as]!] = as;
    }
    for (let length = 0; length < this.hops.length; length++) {
      const before = this.#reachedCount;
      for (let as = first[length]!; as !== NO_ROUTE; as = next[as]!) {
        this.#offer(as, this.#relationships.customers, OF_PROVIDER);
      }
      for (let i = before; i < this.#reachedCount; i++) {
        const as = this.#reached[i]!;
        next[as] = first[length + 1]!;
        first[length + 1] = as;
      }
    }
  }

  /** Announces the route of an AS to some of its neighbours, who learn a route of a kind. */
  #offer(as: number, { start, neighbours }: Neighbours, kind: number): void {
    const hops = this.hops[as]! + 1;
    for (let i = start[as]!; i < start[as + 1]!; i++) {
      const neighbour = neighbours[i]!;
      const known = this.#kind[neighbour];
      if (known === NONE) {
        this.#take(neighbour, kind, hops, as);
      } else if (known === kind && hops <= this.hops[neighbour]!) {
        if (hops === this.hops[neighbour] && as > this.nextAs[neighbour]!) continue;
        this.hops[neighbour] = hops;
        this.nextAs[neighbour] = as;
      }
    }
  }

  #take(as: number, kind: number, hops: number, nextAs: number): void {
    this.#kind[as] = kind;
    this.hops[as] = hops;
    this.nextAs[as] = nextAs;
    this.#reached[this.#reachedCount++] = as;
  }
}

/**
 * The part of `relationships` in which all routes between `hosts` lie, and the index of each host
 * in it. A route climbs from one host and descends to the other, so all AS on it are hosts, their
 * providers, the providers of these, and so on. Half a million relationships become some thousand.
 */
export function aboveHosts(
  relationships: Relationships,
  hosts: Uint32Array,
): { readonly above: Relationships; readonly hostsAbove: Uint32Array } {
  const { start, neighbours } = relationships.providers;
  const isAbove = new Uint8Array(relationships.asNumbers.length);
  const found: number[] = [];
  const add = (as: number): void => {
    if (isAbove[as] === 1) return;
    isAbove[as] = 1;
    found.push(as);
  };
  for (const host of hosts) add(host);
  for (const as of found) {
    for (let i = start[as]!; i < start[as + 1]!; i++) add(neighbours[i]!);
  }
  const indices = Uint32Array.from(found).sort();
  const indexOf = new Map(Array.from(indices, (as, index) => [as, index]));
  const hostsAbove = hosts.map((host) => {
    const index = indexOf.get(host);
    assert(index !== undefined, 'a host is above itself');
    return index;
  });
  return { above: amongAs(relationships, indices), hostsAbove };
}
