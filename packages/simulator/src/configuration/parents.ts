/**
 * The field `cache.parents` of a configuration: through whose leaders the leaders of an AS get
 * pieces from elsewhere.
 *
 *     parents: providers
 *     parents: [{ as: 3, parent: 1 }, { as: 4, parent: 1 }]
 */

import { z } from 'zod';

import type { Parents } from '../swarm/plan/swarm.ts';
import { type AsIndexOf, type AsName, asName } from './as-names.ts';

/** An AS, and its parent. */
export interface ParentConfig {
  /** The AS. */
  readonly as: AsName;
  /** The AS through whose leaders its own ones get pieces. */
  readonly parent: AsName;
}

/**
 * A provider of each AS, or a peer, as far as peers live there; of both, a peer if there is one
 * (`cheapest`); or a list.
 */
export type ParentsConfig = 'providers' | 'peers' | 'cheapest' | readonly ParentConfig[];

export const parentsSchema: z.ZodUnion = z
  .union([
    z.enum(['providers', 'peers', 'cheapest']),
    z.array(
      z.strictObject({
        as: asName.describe('An AS.'),
        parent: asName.describe('The AS through whose leaders its own ones get pieces.'),
      }),
    ),
  ])
  .describe(
    'AS through whose leaders those of an AS get pieces: its provider, its peer, the cheapest of ' +
      'them, or as listed (default: none).',
  );

/** The parents by indices in the topology. */
export function parentsOfSwarm(parents: ParentsConfig, indexOf: AsIndexOf): Parents {
  if (typeof parents === 'string') return parents;
  return parents.map(({ as, parent }) => ({ as: indexOf(as), parent: indexOf(parent) }));
}
