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
 * The capacities of a peer that does not stand for election, because others cannot connect to it:
 * it takes part only as one who is waited for.
 */
export const NO_CANDIDATE: Omit<Candidate, 'id'> = { uploadKbps: 0, downloadKbps: 0 };

/** Whether a peer stands for election. */
export function stands({ uploadKbps, downloadKbps }: Candidate): boolean {
  return uploadKbps > 0 || downloadKbps > 0;
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
