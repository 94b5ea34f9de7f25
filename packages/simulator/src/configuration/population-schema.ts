/**
 * The entries of `seeds` and `classes` in a configuration: how many peers there are of a kind, what
 * they can do, when they arrive, how long they stay, and where they live.
 */

import { z } from 'zod';

import { type AsName, asName } from './as-names.ts';
import type { ArrivalRate, Percentage, Rate, Time } from './quantities.ts';
import { quantityOf } from './quantity-schema.ts';

/** A distribution, from which a quantity is drawn for each peer. */
export interface DistributionConfig<Quantity> {
  /** Its name (default: exponential). */
  readonly distribution?: 'exponential' | 'weibull' | 'log-normal';
  /** Mean of an exponential distribution. */
  readonly mean?: Quantity;
  /** Scale of a Weibull distribution, which 63 % do not exceed. */
  readonly scale?: Quantity;
  /** Shape of a Weibull distribution: below 1 there are many small and some large numbers. */
  readonly shape?: number;
  /** Median of a log-normal distribution. */
  readonly median?: Quantity;
  /** Standard deviation of the logarithm, of a log-normal distribution. */
  readonly sigma?: number;
}

/** A time, or the distribution of one. */
export type DurationConfig = Time | DistributionConfig<Time>;

/** A capacity that is drawn from a distribution. */
export interface DrawnRateConfig extends DistributionConfig<Rate> {
  /** Lower capacities become this one (default: 1 kbit/s). */
  readonly min?: Rate;
  /** Higher capacities become this one (default: no bound). */
  readonly max?: Rate;
}

/** Capacities of a share of the peers of a class. */
export interface CapacityConfig {
  /** The share of the peers; shares are relative to their sum. */
  readonly share: Percentage;
  /** Upload capacity of each. */
  readonly upload: Rate;
  /** Download capacity of each. */
  readonly download: Rate;
}

/** An AS in which peers live. */
export interface HomeConfig {
  /** The AS: its name or number, or its index, from 0, in a transit–stub topology. */
  readonly index: AsName;
  /** The share of the peers that live there; shares are relative to their sum. */
  readonly share: Percentage;
}

/** Arrivals at a rate, all at once, or by a trace. */
export interface ArrivalConfig {
  /** A Poisson process with this rate. */
  readonly rate?: ArrivalRate;
  /** When it begins (default: at the start of the run). */
  readonly from?: Time;
  /** When it ends (default: with the run). */
  readonly until?: Time;
  /** The time in which the rate falls to 1/e (default: it is constant). */
  readonly decay?: Time;
  /** All arrive at this time, instead of at a rate. */
  readonly at?: Time;
  /** How many do (default: the count of the class). */
  readonly count?: number;
  /** Peers and when they arrive, instead of a rate: a CSV file, or the list of its rows. */
  readonly trace?: string | readonly TracedPeerConfig[];
}

/** A row of a trace. What is absent is drawn as for other peers of the class. */
export interface TracedPeerConfig {
  /** When the peer arrives. */
  readonly time: Time;
  /** When it leaves, whatever it holds. */
  readonly leaves?: Time;
  /** Its upload capacity. */
  readonly upload?: Rate;
  /** Its download capacity. */
  readonly download?: Rate;
  /** Its AS: the name or number, or its index, from 0, in a transit–stub topology. */
  readonly as?: AsName;
}

/** How long peers stay. */
export interface SessionConfig {
  /** When they leave, once they are complete (default: at the end of the run). */
  readonly leaves?: {
    /** So long after they are complete; 0 for at once. */
    readonly after?: DurationConfig;
    /** When they have uploaded so many times the size of the file. */
    readonly ratio?: number;
  };
  /** When they crash: they stop without a word (default: never). */
  readonly crashes?: {
    /** So long after their arrival. */
    readonly after?: DurationConfig;
  };
  /**
   * When those who have crashed or given up come back, with the pieces that they had (default:
   * never).
   */
  readonly returns?: {
    /** So long after they have left. */
    readonly after?: DurationConfig;
  };
}

/** What peers do that they should not, and whether others can connect to them. */
export interface BehaviourConfig {
  /**
   * Whether they upload as well as they can, or refuse to: a free-rider unchokes nobody (default:
   * contributor).
   */
  readonly behaviour?: 'contributor' | 'free-rider';
  /**
   * Whether others can connect to them; if not, as behind a NAT, only they can connect to others
   * (default: true).
   */
  readonly reachable?: boolean;
}

/** Peers that hold the whole file from the start. */
export interface SeedConfig extends SessionConfig, BehaviourConfig {
  /** Number of seeds (default: 1). */
  readonly count?: number;
  /** Upload capacity of each (default: `upload` of the swarm). */
  readonly upload?: Rate;
  /** Download capacity of each (default: `download` of the swarm). */
  readonly download?: Rate;
  /** The AS in which they live, by name or number, or by index, from 0 (default: any). */
  readonly as?: AsName | readonly (AsName | HomeConfig)[];
}

/** A class of leechers that are alike: a population. */
export interface ClassConfig extends SessionConfig, BehaviourConfig {
  /** Name of the class, by which results are broken down. */
  readonly name: string;
  /** Number of leechers of this class; with `arrivals` at most so many (default: no limit). */
  readonly count?: number;
  /** Percentage of the leechers that belong to this class, instead of `count`. */
  readonly share?: Percentage;
  /** Upload capacity of each, or its distribution (default: `upload` of the swarm). */
  readonly upload?: Rate | DrawnRateConfig;
  /** Download capacity of each, or its distribution (default: `download` of the swarm). */
  readonly download?: Rate | DrawnRateConfig;
  /** Capacities by shares of the peers, instead of `upload` and `download`. */
  readonly capacities?: readonly CapacityConfig[];
  /** The AS in which they live, by name or number, or by index, from 0 (default: any). */
  readonly as?: AsName | readonly (AsName | HomeConfig)[];
  /** When they arrive (default: with all others, at the start). */
  readonly arrivals?: ArrivalConfig | readonly ArrivalConfig[];
  /** They give up if they are not complete so long after their arrival (default: never). */
  readonly patience?: DurationConfig;
  /** Percentage of the pieces that they lack and announce nevertheless (default: 0 %). */
  readonly claims?: Percentage;
}

const count = z.number();
const rate = quantityOf('rate');
const time = quantityOf('time');
const percentage = quantityOf('percent');

/** Objects come first in a union, so that the mistakes in one are reported, not its type. */
function drawn(kind: 'rate' | 'time', bounds: z.core.$ZodLooseShape = {}) {
  const quantity = quantityOf(kind);
  const distribution = z.strictObject({
    distribution: z
      .enum(['exponential', 'weibull', 'log-normal'])
      .exactOptional()
      .describe('Name of the distribution (default: exponential).'),
    mean: quantity.exactOptional().describe('Mean of an exponential distribution.'),
    scale: quantity.exactOptional().describe('Scale of a Weibull distribution.'),
    shape: count.exactOptional().describe('Shape of a Weibull distribution.'),
    median: quantity.exactOptional().describe('Median of a log-normal distribution.'),
    sigma: count.exactOptional().describe('Standard deviation of the logarithm, of a log-normal.'),
    ...bounds,
  });
  return z.union([distribution, quantity]);
}

const duration = drawn('time');
const capacity = drawn('rate', {
  min: rate.exactOptional().describe('Lower capacities become this one (default: 1 kbit/s).'),
  max: rate.exactOptional().describe('Higher capacities become this one.'),
});

const session = {
  leaves: z
    .strictObject({
      after: duration.exactOptional().describe('So long after it is complete; 0: at once.'),
      ratio: count.exactOptional().describe('When it has uploaded so many times the file.'),
    })
    .exactOptional()
    .describe('When a complete peer leaves (default: never).'),
  crashes: z
    .strictObject({
      after: duration.exactOptional().describe('So long after its arrival.'),
    })
    .exactOptional()
    .describe('When a peer stops without a word (default: never).'),
  returns: z
    .strictObject({
      after: duration.exactOptional().describe('So long after it has left.'),
    })
    .exactOptional()
    .describe('When one who crashed or gave up comes back with its pieces (default: never).'),
};

const behaviour = {
  behaviour: z
    .enum(['contributor', 'free-rider'])
    .exactOptional()
    .describe('Whether they upload, or unchoke nobody (default: contributor).'),
  reachable: z
    .boolean()
    .exactOptional()
    .describe('Whether others can connect to them; false: they are behind a NAT (default: true).'),
};

const home = z.strictObject({
  index: asName.describe('The AS: its name or number, or its index, from 0.'),
  share: percentage,
});

const homes = z
  .union([z.array(z.union([home, asName])), asName])
  .exactOptional()
  .describe('AS in which they live: one, a list of them, or of shares (default: any).');

const tracedPeer = z.strictObject({
  time,
  leaves: time.exactOptional().describe('When it leaves, whatever it holds.'),
  upload: rate.exactOptional().describe('Its upload capacity.'),
  download: rate.exactOptional().describe('Its download capacity.'),
  as: asName.exactOptional().describe('Its AS: the name or number, or the index, from 0.'),
});

const arrival = z.strictObject({
  rate: quantityOf('arrivals').exactOptional().describe('Rate of a Poisson process: 100/h.'),
  from: time.exactOptional().describe('When it begins (default: at the start of the run).'),
  until: time.exactOptional().describe('When it ends (default: with the run).'),
  decay: time.exactOptional().describe('Time in which the rate falls to 1/e (default: constant).'),
  at: time.exactOptional().describe('All arrive at this time, instead of at a rate.'),
  count: count.exactOptional().describe('How many do (default: the count of the class).'),
  trace: z
    .union([z.array(tracedPeer), z.string()])
    .exactOptional()
    .describe('A CSV file with the times at which peers arrive, or a list of them.'),
});

export const seedSchema: z.ZodObject = z.strictObject({
  count: count.exactOptional().describe('Number of seeds (default: 1).'),
  upload: rate.exactOptional().describe('Upload capacity of each.'),
  download: rate.exactOptional().describe('Download capacity of each.'),
  as: homes,
  ...session,
  ...behaviour,
});

export const classSchema: z.ZodObject = z.strictObject({
  name: z.string().describe('Name of the class, by which results are broken down.'),
  count: count
    .exactOptional()
    .describe('Number of leechers of this class; with `arrivals` at most so many.'),
  share: percentage.exactOptional().describe('Percentage of the leechers, instead of `count`.'),
  upload: capacity.exactOptional().describe('Upload capacity of each, or its distribution.'),
  download: capacity.exactOptional().describe('Download capacity of each, or its distribution.'),
  capacities: z
    .array(z.strictObject({ share: percentage, upload: rate, download: rate }))
    .exactOptional()
    .describe('Capacities by shares of the peers, instead of `upload` and `download`.'),
  as: homes,
  arrivals: z
    .union([z.array(arrival), arrival])
    .exactOptional()
    .describe('When they arrive (default: with all others, at the start).'),
  patience: duration
    .exactOptional()
    .describe('They give up if they are not complete so long after their arrival.'),
  ...session,
  ...behaviour,
  claims: percentage
    .exactOptional()
    .describe('Percentage of the pieces that they lack and announce (default: 0 %).'),
});
