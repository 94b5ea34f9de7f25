/** The candidates of an election. */

import type { PeerId } from '@cachetorrent/protocol';

/** A peer that can be elected, and its capacities. */
export interface Candidate {
  /** The peer that is a candidate. */
  readonly id: PeerId;
  /** Its upload capacity, in kbit/s. */
  readonly uploadKbps: number;
  /** Its download capacity, in kbit/s. */
  readonly downloadKbps: number;
}

/**
 * Compares candidates by what they have to give: the highest upload capacity comes first, then the
 * highest download capacity, then the lowest id.
 */
export function byCapacity(a: Candidate, b: Candidate): number {
  return b.uploadKbps - a.uploadKbps || b.downloadKbps - a.downloadKbps || a.id - b.id;
}

/** A candidate, and what it is worth as a leader by the policy. */
export interface WeighedCandidate {
  readonly candidate: Candidate;
  readonly weight: number;
}

/** The one with the greatest weight comes first, then the one with more to give. */
export function byWeight(a: WeighedCandidate, b: WeighedCandidate): number {
  return b.weight - a.weight || byCapacity(a.candidate, b.candidate);
}
