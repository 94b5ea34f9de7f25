/** The decisions of a tracker: which peers are neighbours, and which are leaders. */

export {
  byCapacity,
  type Candidate,
  electForSubTorrents,
  electLeaders,
  leaderCount,
} from './election.ts';
export { type OpenAnnounce, OpenTracker, type OpenTrackerOptions } from './open-tracker.ts';
export { JoinedPeers } from './joined-peers.ts';
export {
  biasedSelection,
  externalCount,
  type NeighbourSelection,
  type SelectablePeers,
  uniformSelection,
} from './neighbour-selection.ts';
export { Tracker, type TrackerHost, type TrackerOptions } from './tracker.ts';
