/**
 * Who is a customer or a peer of whom in a network as a whole, so that a price that no link has can
 * be told from a price of a link that no route of a run crosses.
 */

import { TRANSIT_NAME } from './routes.ts';

/** The relationships that have a price. */
export type PricedRelationship = 'transit' | 'peering';

export interface RelatedAs {
  /** The names of some AS, as examples for messages. */
  readonly examples: readonly string[];
  has(name: string): boolean;
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
  return {
    examples,
    has: (name) => name === TRANSIT_NAME || isAs(name),
    isRelated: (price, first, second) => {
      if (price !== 'transit') return false;
      if (second === undefined) return first !== TRANSIT_NAME;
      return (first === TRANSIT_NAME) !== (second === TRANSIT_NAME);
    },
  };
}
