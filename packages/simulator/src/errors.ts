/** The errors that a user of this package can fix. */

/** What is wrong with a swarm, and where. */
export interface SwarmProblem {
  /** The field, by the name that the user knows. */
  readonly at: string;
  /** What is wrong, as the rest of a sentence that begins with `at`. */
  readonly problem: string;
  /** How to fix it. */
  readonly fix: string;
}

/** The swarm cannot be simulated as described. */
export class SwarmError extends Error {
  override readonly name = 'SwarmError';
  /** The field, by the name that the user knows. */
  readonly at: string;
  /** What is wrong, as the rest of a sentence that begins with `at`. */
  readonly problem: string;
  /** How to fix it. */
  readonly fix: string;

  constructor({ at, problem, fix }: SwarmProblem) {
    super(`${at}: ${problem}; ${fix}`);
    this.at = at;
    this.problem = problem;
    this.fix = fix;
  }
}

/** The swarm stalled before all peers had the file: no peer can send what others lack. */
export class SwarmStalled extends Error {
  override readonly name = 'SwarmStalled';
}
