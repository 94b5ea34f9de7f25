/** Checks that a network has the AS and links for which a swarm has capacities or prices. */

import type { RelatedAs } from '../../network/related-as.ts';
import { checkBorderLinks } from './check-borders.ts';
import type { Refuse } from './number-rule.ts';
import { checkRelationships } from './check-prices.ts';
import type { Swarm } from './swarm.ts';

/** Refuses a capacity or a price where the network has nothing, on a route of the run or not. */
export function checkLinks(
  { borders, prices }: Pick<Swarm, 'borders' | 'prices'>,
  related: RelatedAs,
  refuse: Refuse,
): void {
  if (borders !== undefined) checkBorderLinks(borders, related, refuse);
  if (prices !== undefined) checkRelationships(prices, related, refuse);
}
