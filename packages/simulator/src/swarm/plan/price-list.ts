/** The prices of traffic between AS, as plain data. `prices.ts` checks them. */

import type { Metering } from '../../network/billing.ts';

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
