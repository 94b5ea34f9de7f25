/** The fields of `network` in a configuration that are about capacities and rates between AS. */

import { z } from 'zod';

import type { AsReference } from '../swarm/plan/as-names.ts';
import type { Percentage, Rate, Size } from './quantities.ts';
import { quantityOf } from './quantity-schema.ts';

/** A border between AS, and its capacity: of the AS `as` to all others, or of a link. */
export interface BorderConfig {
  /** The AS by number from 0 or by name, a list of them, or `all`. */
  readonly as?: AsReference | readonly AsReference[];
  /** What may leave each of them, over all its links together (default: no limit). */
  readonly up?: Rate;
  /** What may enter each of them (default: no limit). */
  readonly down?: Rate;
  /** The two AS at the ends of a link, instead of `as`. */
  readonly between?: readonly AsReference[];
  /** What may cross the link in each direction. */
  readonly capacity?: Rate;
}

/** How TCP bounds the rate of a flow by its round trip. */
export interface TcpConfig {
  /** The window: no flow is faster than a window in a round trip (default: 4 MiB). */
  readonly window?: Size;
  /** Share of the packets that each link between two AS loses (default: none). */
  readonly loss?: Percentage;
}

const rate = quantityOf('rate');
const reference = z.union([z.string(), z.number()]);

export const bordersSchema: z.ZodArray = z.array(
  z.strictObject({
    as: z
      .union([z.array(reference), z.string(), z.number()])
      .exactOptional()
      .describe('AS by number from 0 or by name, a list of them, or `all`.'),
    up: rate.exactOptional().describe('What may leave each of them (default: no limit).'),
    down: rate.exactOptional().describe('What may enter each of them (default: no limit).'),
    between: z
      .array(reference)
      .exactOptional()
      .describe('The two AS at the ends of a link, instead of `as`.'),
    capacity: rate.exactOptional().describe('What may cross the link in each direction.'),
  }),
);

export const tcpSchema: z.ZodObject = z.strictObject({
  window: quantityOf('size')
    .exactOptional()
    .describe('A flow sends at most a window in a round trip (default: 4 MiB).'),
  loss: quantityOf('percent')
    .exactOptional()
    .describe('Share of the packets that each link between two AS loses (default: none).'),
});
