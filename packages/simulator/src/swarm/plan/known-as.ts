/** Refuses the name of an AS that a network does not have. */

import type { RelatedAs } from '../../network/related-as.ts';
import type { Refuse } from './number-rule.ts';

/** `field` has the name. */
export function checkKnown(field: string, name: string, related: RelatedAs, refuse: Refuse): void {
  if (related.has(name)) return;
  const problem = `is ${JSON.stringify(name)}, which is no AS of this network`;
  refuse(field, problem, `name one of its AS, such as "${related.examples[0]}"`);
}
