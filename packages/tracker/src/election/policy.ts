/** What a rule of election decides: who leads rather than others. The machinery is `Election`. */

import type { Candidate } from './candidate.ts';

/** A rule by which leaders are chosen among the candidates that are there. */
export interface ElectionPolicy {
  /**
   * How much a candidate is worth as a leader; at equal weight, what it has to give decides
   * (`byCapacity`). The weight may depend on how long the candidate has been there.
   *
   * @param drawn A number in [0, 1) that was drawn for the candidate when it came.
   */
  weight(candidate: Candidate, joinedAtMs: number, ageMs: number, drawn: number): number;
  /** The age after `ageMs` at which the weight of a candidate changes; Infinity if it does not. */
  nextChangeMs(ageMs: number): number;
  /**
   * How many times the weight of a leader another candidate must have to replace it; Infinity: no
   * candidate replaces a leader that is there.
   */
  readonly margin: number;
  /** Whether a number has to be drawn for each candidate. */
  readonly draws: boolean;
}
