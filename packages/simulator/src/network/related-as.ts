/**
 * The links of a network as a whole, and who is a customer or a peer of whom, so that a price or a
 * capacity of a link that does not exist can be told from one that no route of a run crosses.
 */

import { TRANSIT_NAME } from './routes.ts';

/** The relationships that have a price. */
export type PricedRelationship = 'transit' | 'peering';

export interface RelatedAs {
  /** The names of some AS, as examples for messages. */
  readonly examples: readonly string[];
  has(name: string): boolean;
  /** Whether there is a link between two AS. */
  isLinked(first: string, second: string): boolean;
  /**
   * Whether any AS pays another for transit, or any two peer; of one AS, whether it pays another,
   * or peers; of two, whether they have this relationship.
   */
  isRelated(price: PricedRelationship, first?: string, second?: string): boolean;
}

/** The relationships where each AS, by name, has an uplink and nothing else. */
export function relatedByUplinks(
  examples: readonly string[],
  isAs: (name: string) => boolean,
): RelatedAs {
  const isLinked = (first: string, second: string): boolean =>
    first === TRANSIT_NAME ? isAs(second) : second === TRANSIT_NAME && isAs(first);
  return {
    examples,
    has: (name) => name === TRANSIT_NAME || isAs(name),
    isLinked,
    isRelated: (price, first, second) => {
      if (price !== 'transit') return false;
      if (second !== undefined) return isLinked(first!, second);
      return first === undefined || (first !== TRANSIT_NAME && isAs(first));
    },
  };
}
