/** The section `tracker` of a configuration: what the tracker does, and how it names neighbours. */

import { NEIGHBOUR_POLICIES, type NeighbourPolicyName } from '@cachetorrent/tracker';
import { z } from 'zod';

import { type AsName, asName } from './as-names.ts';
import type { Percentage } from './quantities.ts';
import { quantityOf } from './quantity-schema.ts';

/** A row of a cost map. */
export interface CostConfig {
  /** The AS whose provider pays. */
  readonly from: AsName;
  /** The other AS. */
  readonly to: AsName;
  /** What traffic between them costs, above 0, in any unit. */
  readonly cost: number;
}

/** What the tracker does. */
export interface TrackerConfig {
  /** Number of neighbours that the tracker names to a peer (default: 20, or all other peers). */
  readonly neighbours?: number;
  /**
   * Percentage of the neighbours that are chosen among all peers, the others among the peers of
   * the same AS: biased neighbour selection (Bindal et al. 2006). Default: all, uniformly; 20 %
   * where `neighbourSelection` names a rule that uses it.
   */
  readonly externalNeighbours?: Percentage;
  /** How neighbours are chosen (default: `uniform`; `biased` with `externalNeighbours`). */
  readonly neighbourSelection?: NeighbourPolicyName;
  /** Peers of which `hops` and `latency` choose the nearest (default: 5 for each neighbour). */
  readonly sampleSize?: number;
  /** Connections that each AS has with others with `budget` (default: 4). */
  readonly interAsConnections?: number;
  /** What traffic costs, for `cost`: a CSV file or its rows, or the `hops` (default). */
  readonly costMap?: string | readonly CostConfig[];
  /** The tracker answers when this many peers have joined (default: all). */
  readonly minPeers?: number;
}

const count = z.number();
const percentage = quantityOf('percent');

/** The names of the rules by which neighbours are chosen. */
const NEIGHBOUR_SELECTIONS: readonly NeighbourPolicyName[] = Object.keys(
  NEIGHBOUR_POLICIES,
) as NeighbourPolicyName[];

export const trackerSchema: z.ZodObject = z
  .strictObject({
    neighbours: count
      .exactOptional()
      .describe('Neighbours that the tracker names to a peer (default: 20, or all others).'),
    externalNeighbours: percentage
      .exactOptional()
      .describe('Percentage of the neighbours chosen among all peers, the others in the same AS.'),
    neighbourSelection: z
      .enum(NEIGHBOUR_SELECTIONS)
      .exactOptional()
      .describe('How neighbours are chosen (default: uniform, or biased).'),
    sampleSize: count
      .exactOptional()
      .describe(
        'Peers of which the nearest are chosen by hops, latency (default: 5 times as many).',
      ),
    interAsConnections: count
      .exactOptional()
      .describe('Connections of each AS with others in all, with budget (default: 4).'),
    costMap: z
      .union([z.array(z.strictObject({ from: asName, to: asName, cost: z.number() })), z.string()])
      .exactOptional()
      .describe('Costs between AS for cost: a CSV file, its rows, or hops (default).'),
    minPeers: count
      .exactOptional()
      .describe('The tracker answers when this many peers have joined (default: all).'),
  })
  .describe('What the tracker does.');
