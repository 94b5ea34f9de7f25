/** Who stands for election as a leader of its AS. */

import type { PeerId } from '@cachetorrent/protocol';
import { type Candidate, NO_CANDIDATE } from '@cachetorrent/tracker';

import type { Plan } from '../plan/plan.ts';

/**
 * With which capacities a peer stands. One to which others cannot connect does not: its followers
 * could not reach it. A free-rider does, and tells nobody that it is one.
 */
export function candidacyOf(plan: Plan, id: PeerId): Candidate {
  return { id, ...(plan.isReachable(id) ? plan.capacityOf(id) : NO_CANDIDATE) };
}
