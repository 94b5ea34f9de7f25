/**
 * The candidates of one autonomous system and the leaders that they have elected. Candidates are
 * kept in the order in which an election prefers them, so that an election takes the first ones.
 */

import type { PeerId } from '@cachetorrent/protocol';
import { byCapacity, type Candidate, leaderCount } from '@cachetorrent/tracker';

/** The candidates and leaders of one AS. */
export class AsElection {
  /** The best first. */
  readonly #candidates: Candidate[] = [];
  /** The best first; empty before an election, and when a leader has left. */
  #leaders: readonly PeerId[] = [];

  /** Adds a candidate. */
  add(candidate: Candidate): void {
    this.#candidates.splice(this.#rankOf(candidate), 0, candidate);
  }

  /** Removes a candidate that was added; it stays a leader if it is one. */
  remove(candidate: Candidate): void {
    this.#candidates.splice(this.#rankOf(candidate), 1);
  }

  /** A peer has left the AS: if it was a leader, another election will be held. */
  leave(id: PeerId): void {
    if (this.#leaders.includes(id)) this.#leaders = [];
  }

  /** Returns the leaders; holds an election if there are none. */
  leaders(leaderPercent: number): readonly PeerId[] {
    if (this.#leaders.length === 0) {
      const count = leaderCount(this.#candidates.length, leaderPercent);
      this.#leaders = this.#candidates.slice(0, count).map(({ id }) => id);
    }
    return this.#leaders;
  }

  /** The number of candidates that are better than `candidate`. */
  #rankOf(candidate: Candidate): number {
    let low = 0;
    for (let high = this.#candidates.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if (byCapacity(this.#candidates[middle]!, candidate) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
