/** The decisions of a tracker: which peers are neighbours, and which are leaders. */

export { byCapacity, type Candidate, NO_CANDIDATE, stands } from './election/candidate.ts';
export { Election, type ElectionOptions } from './election/election.ts';
export type { LeaderChange } from './election/as-election.ts';
export {
  electForSubTorrents,
  electionIn,
  type ElectionsOfAs,
  type ElectionSettings,
  leaderCount,
  type LeaderNumbers,
  leadersAskedFor,
  type TimedCandidate,
} from './election/one-shot.ts';
export { ELECTION_POLICIES, type ElectionPolicyName } from './election/policies/policies.ts';
export type { ElectionPolicy } from './election/policy.ts';
export { type OpenAnnounce, OpenTracker, type OpenTrackerOptions } from './open-tracker.ts';
export { JoinedPeers } from './joined-peers.ts';
export { externalCount } from './neighbours/draw.ts';
export {
  type CostMap,
  type CostRow,
  type CostRows,
  costsOf,
  parseCostMap,
  parseCostMapOfNames,
} from './neighbours/cost-map.ts';
export type { NeighbourSelection, SelectablePeers } from './neighbours/selection.ts';
export { biasedSelection } from './neighbours/policies/biased.ts';
export { budgetSelection } from './neighbours/policies/budget.ts';
export { costSelection } from './neighbours/policies/cost.ts';
export { hopsSelection } from './neighbours/policies/hops.ts';
export { latencySelection } from './neighbours/policies/latency.ts';
export {
  NEIGHBOUR_DEFAULTS,
  NEIGHBOUR_POLICIES,
  type NeighbourNumbers,
  type NeighbourPolicy,
  type NeighbourPolicyName,
  type NetworkKnowledge,
} from './neighbours/policies/policies.ts';
export { uniformSelection } from './neighbours/policies/uniform.ts';
export type { NearestOptions } from './neighbours/nearest.ts';
export type { ParentOf } from './parents.ts';
export { Places } from './places.ts';
export { type ProviderCacheEntry, ProviderCaches } from './provider-caches.ts';
export { type RecencyLinks, RecencyList, silentSinceMs } from './recency-list.ts';
export { Tracker, type TrackerHost, type TrackerOptions } from './tracker.ts';
