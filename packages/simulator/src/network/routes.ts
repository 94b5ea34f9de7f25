/**
 * The way of traffic between AS that host nodes, as the links between AS that it crosses. Other AS,
 * of their providers for instance, are on the way, too.
 *
 *     names     AS64500 AS64501 | AS64510        those that host nodes come first
 *     links     0: from 0 to 2    1: from 1 to 2
 *     start     0 0 2 4 4
 *     steps     0 3 | 2 1         from 0 to 1: along link 0, then back along link 1
 *
 * Plain data in shared memory, so that all workers read the same copy.
 */

import { assert } from '@cachetorrent/std';

import { sharedUint32 } from './shared-arrays.ts';

/** What the AS at the ends of a link are to each other. */
export const RELATIONSHIP = {
  /** `from` pays `to`: it is a customer of its provider. */
  transit: 0,
  /** They exchange traffic free of charge. */
  peering: 1,
  /** The description of the network does not say. */
  unknown: 2,
} as const;

/** The way of traffic between AS that host nodes, as the links between AS that it crosses. */
export interface Routes {
  /** The names of all AS on any route, such as AS64500; those with nodes come first, by AS id. */
  readonly names: readonly string[];
  /** For each link: the AS at its ends (indices into names), and what they are to each other. */
  readonly links: {
    readonly from: Uint32Array;
    readonly to: Uint32Array;
    /** A number of `RELATIONSHIP`. */
    readonly relationship: Uint8Array;
  };
  /**
   * The steps of the route from hosting AS a to b are `steps[start[a * asCount + b]] …`, up to the
   * start of the next: 2 * link, + 1 if the link is crossed from its `to` to its `from`.
   */
  readonly start: Uint32Array;
  readonly steps: Uint32Array;
}

/** The name of the AS through which all traffic goes where no relationships are known. */
export const TRANSIT_NAME = 'transit';

/**
 * Routes where it is only known how far AS are from each other, and not through whom: every AS pays
 * for one link, its uplink, to an AS that stands for all transit.
 */
export function uplinkRoutes(names: readonly string[]): Routes {
  const builder = new RoutesBuilder(names);
  const transit = builder.add(TRANSIT_NAME);
  const uplinks = names.map((_, as) => builder.link(as, transit, RELATIONSHIP.transit));
  for (let from = 0; from < names.length; from++) {
    for (let to = 0; to < names.length; to++) {
      if (from !== to) {
        builder.step(uplinks[from]!, false);
        builder.step(uplinks[to]!, true);
      }
      builder.endRoute();
    }
  }
  return builder.build();
}

/** The AS that a step of a route leaves, and the one that it enters, as indices into `names`. */
export function endsOfStep(
  { links: { from, to } }: Pick<Routes, 'links'>,
  step: number,
): { readonly leaves: number; readonly enters: number } {
  const link = step >>> 1;
  const isBack = (step & 1) === 1;
  return isBack
    ? { leaves: to[link]!, enters: from[link]! }
    : { leaves: from[link]!, enters: to[link]! };
}

/** The number of links between AS on the route from one hosting AS to another. */
export function hopsBetween(
  { start }: Pick<Routes, 'start'>,
  asCount: number,
  from: number,
  to: number,
): number {
  const pair = from * asCount + to;
  return start[pair + 1]! - start[pair]!;
}

/** Routes under construction: from AS 0 to 0, 1, 2 …, then from AS 1 to 0, 1, 2 … */
export class RoutesBuilder {
  readonly #names: string[];
  readonly #hostCount: number;
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #relationship: number[] = [];
  readonly #start: Uint32Array;
  #steps = new Uint32Array(1024);
  #stepCount = 0;
  #routeCount = 0;

  /** `hosts` are the names of the AS that host nodes, by AS id. */
  constructor(hosts: readonly string[]) {
    this.#names = [...hosts];
    this.#hostCount = hosts.length;
    this.#start = sharedUint32(hosts.length * hosts.length + 1);
  }

  /** Adds an AS that hosts no nodes. Returns its index. */
  add(name: string): number {
    return this.#names.push(name) - 1;
  }

  /** Adds a link between two AS. Returns its index. */
  link(from: number, to: number, relationship: number): number {
    this.#to.push(to);
    this.#relationship.push(relationship);
    return this.#from.push(from) - 1;
  }

  /** Adds a link to the present route; `isBack` if it is crossed from its `to` to its `from`. */
  step(link: number, isBack: boolean): void {
    if (this.#stepCount === this.#steps.length) {
      const steps = new Uint32Array(2 * this.#steps.length);
      steps.set(this.#steps);
      this.#steps = steps;
    }
    this.#steps[this.#stepCount++] = 2 * link + (isBack ? 1 : 0);
  }

  /** Ends the present route, and begins the next. */
  endRoute(): void {
    this.#start[++this.#routeCount] = this.#stepCount;
  }

  build(): Routes {
    assert(this.#routeCount === this.#hostCount ** 2, 'there is a route for each pair of AS');
    const steps = sharedUint32(this.#stepCount);
    steps.set(this.#steps.subarray(0, this.#stepCount));
    const relationship = new Uint8Array(new SharedArrayBuffer(this.#from.length));
    relationship.set(this.#relationship);
    const links = { from: shared(this.#from), to: shared(this.#to), relationship };
    return { names: this.#names, links, start: this.#start, steps };
  }
}

function shared(numbers: readonly number[]): Uint32Array {
  const array = sharedUint32(numbers.length);
  array.set(numbers);
  return array;
}
