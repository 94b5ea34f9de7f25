/**
 * The ways of traffic between AS, as the links between AS that they cross. Borders with a capacity
 * and losses on the way are along these.
 *
 *     AS0 ──0──▶ transit ◀──1── AS1          AS0 and AS1 pay transit
 *                   ▲
 *                   └────2── AS2             from AS0 to AS2: link 0, then link 2 reversed
 */

import { sharedUint32, sharedUint8 } from './shared-arrays.ts';

/** What the AS at the two ends of a link are to each other. */
export const RELATIONSHIPS: {
  /** `from` pays `to` for transit. */
  readonly customer: 0;
  /** Neither pays. */
  readonly peering: 1;
  readonly unknown: 2;
} = { customer: 0, peering: 1, unknown: 2 };

/**
 * The way of traffic between AS that host nodes, as the links between AS that it crosses. Plain
 * data in shared memory.
 */
export interface Routes {
  /** The names of all AS on any route, such as AS64500; those that host nodes come first, by id. */
  readonly names: readonly string[];
  /** For each link: the AS at its ends (indices into `names`), and what they are to each other. */
  readonly links: {
    readonly from: Uint32Array;
    readonly to: Uint32Array;
    /** One of `RELATIONSHIPS`. */
    readonly relationship: Uint8Array;
  };
  /**
   * The steps of the route from hosting AS a to b are `steps[start[a * asCount + b]]` and those
   * before the start of the next route: twice the link, and 1 more if the link is crossed from its
   * `to` to its `from`.
   */
  readonly start: Uint32Array;
  readonly steps: Uint32Array;
}

/** The AS to which all others are connected where no relationships are known. */
export const TRANSIT = 'transit';

/**
 * The routes of a network without relationships: each of the AS named `hosts` has one link, its
 * uplink, to an AS that sells transit to all. So a route has two steps, and none within an AS.
 */
export function uplinkRoutes(hosts: readonly string[]): Routes {
  const count = hosts.length;
  const from = sharedUint32(count);
  const to = sharedUint32(count).fill(count);
  const relationship = sharedUint8(count).fill(RELATIONSHIPS.customer);
  const start = sharedUint32(count * count + 1);
  const steps = sharedUint32(2 * count * (count - 1));
  let end = 0;
  for (let a = 0; a < count; a++) {
    from[a] = a;
    for (let b = 0; b < count; b++) {
      if (a !== b) {
        steps[end++] = 2 * a;
        steps[end++] = 2 * b + 1;
      }
      start[a * count + b + 1] = end;
    }
  }
  return { names: [...hosts, TRANSIT], links: { from, to, relationship }, start, steps };
}

/** The AS that a step of a route leaves, and the one that it enters, as indices into `names`. */
export function endsOfStep(
  { links: { from, to } }: Routes,
  step: number,
): { readonly leaves: number; readonly enters: number } {
  const link = step >>> 1;
  const isReversed = (step & 1) === 1;
  return isReversed
    ? { leaves: to[link]!, enters: from[link]! }
    : { leaves: from[link]!, enters: to[link]! };
}

/** The number of links between AS on the route from one hosting AS to another. */
export function hopsBetween({ start }: Routes, asCount: number, from: number, to: number): number {
  const pair = from * asCount + to;
  return start[pair + 1]! - start[pair]!;
}
