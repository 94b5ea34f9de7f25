/**
 * The entries of `faults` in a configuration: each states a time, and one thing that happens then.
 */

import { z } from 'zod';

import { type AsName, asName } from './as-names.ts';
import { type SeedConfig, seedSchema } from './population-schema.ts';
import type { Percentage, Rate, Time } from './quantities.ts';
import { quantityOf } from './quantity-schema.ts';

/** A share of the peers of the whole swarm, or of those of an AS or a class. */
export interface GroupConfig {
  /** The share of the leaders at that time, in every AS. */
  readonly leaders?: Percentage;
  /** The share of all peers that are there at that time, in every AS. */
  readonly peers?: Percentage;
  /** Only those who live in these AS, by name, number, or index from 0 (default: all). */
  readonly as?: AsName | readonly AsName[];
  /** Only those of this class (default: all but `seed`). */
  readonly class?: string;
}

/** AS that are cut off from all others. */
export interface CutConfig {
  /** An AS by name, number, or index from 0, or a list of these, which reach one another. */
  readonly as: AsName | readonly AsName[];
}

/** New capacities of a class. */
export interface CapacityChangeConfig {
  /** The name of the class. */
  readonly class: string;
  /** Upload capacity of each of its peers (default: as before). */
  readonly upload?: Rate;
  /** Download capacity of each of its peers (default: as before). */
  readonly download?: Rate;
}

/** Something that happens on purpose. */
export interface FaultConfig {
  /** When it happens, since the start of the run. */
  readonly at: Time;
  /** These peers stop without a word. */
  readonly crash?: GroupConfig;
  /** These peers say goodbye and leave. */
  readonly leave?: GroupConfig;
  /** The tracker does not answer, for the time `for`. */
  readonly tracker?: 'silent';
  /** Some AS are cut off from all others, for the time `for`. */
  readonly cut?: CutConfig;
  /** The capacities of a class change, for the time `for` or for good. */
  readonly capacity?: CapacityChangeConfig;
  /** Seeds arrive. */
  readonly seed?: SeedConfig;
  /** How long it lasts. */
  readonly for?: Time;
}

const percentage = quantityOf('percent');
const indices = z.union([z.array(asName), asName]);
const asList = indices
  .exactOptional()
  .describe('Only in this AS, or in these: names, or indices from 0 (default: all).');

const group = z.strictObject({
  leaders: percentage.exactOptional().describe('Share of the leaders of every AS.'),
  peers: percentage.exactOptional().describe('Share of all peers of every AS.'),
  as: asList,
  class: z.string().exactOptional().describe('Only those of this class (default: all but `seed`).'),
});

export const faultSchema: z.ZodObject = z.strictObject({
  at: quantityOf('time').describe('When it happens, since the start of the run.'),
  crash: group.exactOptional().describe('These peers stop without a word.'),
  leave: group.exactOptional().describe('These peers say goodbye and leave.'),
  tracker: z.enum(['silent']).exactOptional().describe('The tracker does not answer.'),
  cut: z
    .strictObject({ as: indices.describe('This AS, or these: names, or indices from 0.') })
    .exactOptional()
    .describe('Some AS are cut off from all others.'),
  capacity: z
    .strictObject({
      class: z.string().describe('Name of the class.'),
      upload: quantityOf('rate').exactOptional().describe('Upload capacity of each.'),
      download: quantityOf('rate').exactOptional().describe('Download capacity of each.'),
    })
    .exactOptional()
    .describe('The capacities of a class change.'),
  seed: seedSchema.exactOptional().describe('Seeds arrive.'),
  for: quantityOf('time').exactOptional().describe('How long it lasts.'),
});
