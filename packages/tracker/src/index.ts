/** The tracker's decisions: who are whose neighbours, and who leads. */

export { type Candidate, electForSubTorrents, electLeaders, leaderCount } from './election.ts';
export { JoinedPeers } from './joined-peers.ts';
export {
  biasedSelection,
  externalCount,
  type NeighbourSelection,
  uniformSelection,
} from './neighbour-selection.ts';
export { Tracker, type TrackerHost, type TrackerOptions } from './tracker.ts';
