/**
 * The way of traffic between AS that host nodes, as the links between AS that it crosses.
 *
 * Where nothing is known of the relationships of AS, as in a transit–stub topology, each AS has one
 * link, its uplink, to an AS named `transit`, which it pays:
 *
 *     AS 0 ──link 0── transit ──link 2── AS 2      steps from 0 to 2:  2·0, 2·2 + 1
 */

import { sharedUint32 } from './shared-arrays.ts';

/** The way of traffic between AS that host nodes, as the links between AS that it crosses. */
export interface Routes {
  /** The names of all AS on any route; those that host nodes come first, by AS id. */
  readonly names: readonly string[];
  /** For each link: the AS at its ends (indices into names), and what they are to each other. */
  readonly links: {
    readonly from: Uint32Array;
    readonly to: Uint32Array;
    /** 0: `from` pays `to` (customer to provider), 1: peering, 2: unknown. */
    readonly relationship: Uint8Array;
  };
  /**
   * The steps of the route from hosting AS a to b are `steps[start[a * asCount + b]] …`, up to the
   * start of the next: 2 * link, + 1 if the link is crossed from its `to` to its `from`.
   */
  readonly start: Uint32Array;
  /** The steps of all routes. */
  readonly steps: Uint32Array;
}

/** The name of the AS through which all traffic goes where no relationships are known. */
export const TRANSIT_NAME = 'transit';

/**
 * Routes where it is only known how far AS are from each other, and not through whom: every AS pays
 * for one link, its uplink, to an AS that stands for all transit. `names` are those of the AS.
 */
export function uplinkRoutes(names: readonly string[]): Routes {
  const asCount = names.length;
  const start = sharedUint32(asCount ** 2 + 1);
  const steps = sharedUint32(2 * asCount * Math.max(0, asCount - 1));
  const links = { from: sharedUint32(asCount), to: sharedUint32(asCount).fill(asCount) };
  let next = 0;
  for (let from = 0; from < asCount; from++) {
    links.from[from] = from;
    for (let to = 0; to < asCount; to++) {
      start[from * asCount + to] = next;
      if (from === to) continue;
      steps[next++] = 2 * from;
      steps[next++] = 2 * to + 1;
    }
  }
  start[asCount ** 2] = next;
  const relationship = new Uint8Array(new SharedArrayBuffer(asCount));
  return { names: [...names, TRANSIT_NAME], links: { ...links, relationship }, start, steps };
}
