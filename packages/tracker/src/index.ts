/** The tracker's decisions: who are whose neighbours, and who leads. */

export { type Candidate, electForParts, electLeaders, leaderCount } from './election.ts';
export { Members } from './members.ts';
export {
  biasedSelection,
  externalCount,
  type NeighbourSelection,
  uniformSelection,
} from './neighbour-selection.ts';
export { Tracker, type TrackerHost, type TrackerOptions } from './tracker.ts';
