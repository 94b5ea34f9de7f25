/**
 * The section `network.prices` of a configuration: what traffic between AS costs.
 *
 *     prices:
 *       transit: 2                          # per Mbit/s and month, of a customer
 *       peering: { ratio: 2, price: 1 }     # free while balanced
 *       exceptions: [{ as: AS3, transit: 5 }]
 */

import { z } from 'zod';

import type { PriceException, Prices } from '../swarm/plan/prices.ts';
import { refuse } from './configuration-error.ts';
import { type AsName, asName, type FullNameOf } from './as-names.ts';
import type { Path } from './problems.ts';
import { type Percentage, quantity, type Time } from './quantities.ts';
import { quantityOf } from './quantity-schema.ts';

/** Peering that is free while it is balanced. */
export interface PeeringPriceConfig {
  /** Neither AS may send more than so many times what it receives. */
  readonly ratio: number;
  /** The price that one which sends more pays for what it sends. */
  readonly price: number;
}

/** Other prices for some AS. */
export interface PriceExceptionConfig {
  /** The name of an AS: what it pays its providers, or the terms of all its peerings. */
  readonly as?: AsName;
  /** The names of two AS: the price of the link between them. */
  readonly between?: readonly AsName[];
  /** Price of transit. */
  readonly transit?: number;
  /** Terms of peering. */
  readonly peering?: 'free' | PeeringPriceConfig;
}

/** What traffic between AS costs. A price is per Mbit/s and month. */
export interface PricesConfig {
  /** The name of the currency, for tables and plots (default: USD). */
  readonly currency?: string;
  /** The price that a customer pays its provider. */
  readonly transit: number;
  /** Terms of peering (default: free). */
  readonly peering?: 'free' | PeeringPriceConfig;
  /** Other prices for some AS; of those that fit a link, the last one holds. */
  readonly exceptions?: readonly PriceExceptionConfig[];
  /** The intervals in which traffic is metered (default: 5 min). */
  readonly interval?: Time;
  /** The percentile of their rates that is billed (default: 95 %). */
  readonly percentile?: Percentage;
  /** The billing period (default: the run, which stands for every day of the month). */
  readonly period?: 'run' | Time;
}

/** The section with every field written out, as plain numbers. */
export interface CompletePricesConfig extends PricesConfig {
  readonly currency: string;
  readonly peering: 'free' | PeeringPriceConfig;
  readonly exceptions: readonly PriceExceptionConfig[];
  readonly interval: number;
  readonly percentile: number;
  readonly period: 'run' | number;
}

const price = z.number();
const peering = z.union([
  z.strictObject({
    ratio: z.number().describe('Free while neither AS sends more than so many times the other.'),
    price: price.describe('Price that one which sends more pays for what it sends.'),
  }),
  z.enum(['free']),
]);

const exception = z.strictObject({
  as: asName.exactOptional().describe('An AS, such as AS3: what it pays, or its peerings.'),
  between: z.array(asName).exactOptional().describe('Two AS: the price of the link between them.'),
  transit: price.exactOptional().describe('Price of transit.'),
  peering: peering.exactOptional().describe('Terms of peering.'),
});

export const pricesSchema: z.ZodObject = z
  .strictObject({
    currency: z.string().exactOptional().describe('Name of the currency (default: USD).'),
    transit: price.describe('Price that a customer pays its provider.'),
    peering: peering.exactOptional().describe('Terms of peering (default: free).'),
    exceptions: z
      .array(exception)
      .exactOptional()
      .describe('Other prices for some AS; the last one that fits holds.'),
    interval: quantityOf('time')
      .exactOptional()
      .describe('Intervals in which traffic is metered (default: 5 min).'),
    percentile: quantityOf('percent')
      .exactOptional()
      .describe('Percentile of their rates that is billed (default: 95 %).'),
    period: quantityOf('time', 'run')
      .exactOptional()
      .describe('Billing period: `run` (default), or a time, such as 30 d.'),
  })
  .describe('What traffic between AS costs, per Mbit/s and month.');

/** How values of the section are written, for messages about others. */
export const PRICE_EXAMPLES: Readonly<Record<string, string>> = {
  prices: '{ "transit": 2 }',
  transit: '2',
  currency: '"USD"',
  between: '["AS1", "transit"]',
  'network.prices.exceptions[].as': '"AS1"',
  peering: '"free"',
  ratio: '2',
  price: '1',
  'exceptions[]': '{ "as": "AS1", "transit": 5 }',
  interval: '"5 min"',
  percentile: '"95 %"',
  period: '"30 d"',
};

const DEFAULT = { currency: 'USD', intervalMs: 300_000, percentile: 95 } as const;
const PATH: Path = ['network', 'prices'];

/** Fills in the section. */
export function completePrices(prices: PricesConfig): CompletePricesConfig {
  const { currency, transit, interval, percentile, period = 'run' } = prices;
  const exceptions = prices.exceptions ?? [];
  for (const [i, entry] of exceptions.entries()) checkException(entry, [...PATH, 'exceptions', i]);
  return {
    currency: currency ?? DEFAULT.currency,
    transit,
    peering: prices.peering ?? 'free',
    exceptions,
    interval: interval === undefined ? DEFAULT.intervalMs : quantity('time', interval),
    percentile: percentile === undefined ? DEFAULT.percentile : quantity('percent', percentile),
    period: period === 'run' ? period : quantity('time', period),
  };
}

function checkException(entry: PriceExceptionConfig, path: Path): void {
  const { as, between, transit, peering: terms } = entry;
  if (as === undefined && between === undefined) {
    refuse(path, 'does not say for which AS', 'add "as": "AS1", or "between": ["AS1", "transit"]');
  }
  if (as !== undefined && between !== undefined) {
    refuse(path, 'names an AS and a pair of AS', 'remove one of them');
  }
  if (between !== undefined && between.length !== 2) {
    const problem = `names ${between.length} AS, but a price is that of a link between two`;
    refuse([...path, 'between'], problem, 'write ["AS1", "transit"], for instance');
  }
  if (transit === undefined && terms === undefined) {
    refuse(path, 'has no price', 'add "transit": 5, or "peering": "free"');
  }
}

/** The prices of a swarm; what is the default is absent. */
export function pricesOf(prices: CompletePricesConfig, fullNameOf: FullNameOf): Prices {
  const { currency, transit, interval, percentile, period } = prices;
  return {
    currency,
    transit,
    ...(prices.peering === 'free' ? {} : { peering: prices.peering }),
    exceptions: prices.exceptions.map((entry) => exceptionOf(entry, fullNameOf)),
    intervalMs: interval,
    percentile,
    ...(period === 'run' ? {} : { periodMs: period }),
  };
}

function exceptionOf(entry: PriceExceptionConfig, fullNameOf: FullNameOf): PriceException {
  const { as, between, transit, peering: terms } = entry;
  return {
    ...(as === undefined ? {} : { as: fullNameOf(as) }),
    ...(between === undefined
      ? {}
      : { between: [fullNameOf(between[0]!), fullNameOf(between[1]!)] }),
    ...(transit === undefined ? {} : { transit }),
    ...(terms === undefined ? {} : { peering: terms }),
  };
}

/** Names of fields of `Prices` in a configuration. */
const NAMES: Readonly<Record<string, string>> = {
  intervalMs: 'interval',
  periodMs: 'period',
};

/** The path of a field of `Swarm.prices`, such as `prices.exceptions[0].as`. */
export function pathOfPrice(field: string): Path {
  const steps = field.split(/[.[\]]+/).filter((step) => step !== '');
  return [
    'network',
    ...steps.map((step) => (/^\d+$/.test(step) ? Number(step) : (NAMES[step] ?? step))),
  ];
}
