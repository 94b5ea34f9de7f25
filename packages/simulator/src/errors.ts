/** The user's mistakes: what cannot be simulated, said so that it can be mended. */

export interface SwarmProblem {
  /** Where it is: the field, by the name that the user knows. */
  readonly at: string;
  /** What is wrong there. */
  readonly problem: string;
  /** What to do about it. */
  readonly fix: string;
}

/** The swarm cannot be simulated as it was described. The user can mend it. */
export class SwarmError extends Error {
  override readonly name = 'SwarmError';
  /** The field of the swarm. */
  readonly at: string;
  /** What is wrong there, as the rest of a sentence that begins with `at`. */
  readonly problem: string;
  /** What to do about it. */
  readonly fix: string;

  constructor({ at, problem, fix }: SwarmProblem) {
    super(`${at}: ${problem}; ${fix}`);
    this.at = at;
    this.problem = problem;
    this.fix = fix;
  }
}
