/** The decisions of a tracker: which peers are neighbours, and which are leaders. */

export { byCapacity, type Candidate, NO_CANDIDATE, stands } from './election/candidate.ts';
export { Election, type ElectionOptions } from './election/election.ts';
export type { LeaderChange } from './election/as-election.ts';
export {
  electForSubTorrents,
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
export {
  biasedSelection,
  externalCount,
  type NeighbourSelection,
  type SelectablePeers,
  uniformSelection,
} from './neighbour-selection.ts';
export { Places } from './places.ts';
export { type RecencyLinks, RecencyList, silentSinceMs } from './recency-list.ts';
export { Tracker, type TrackerHost, type TrackerOptions } from './tracker.ts';
