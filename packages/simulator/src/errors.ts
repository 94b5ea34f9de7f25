/** Mistakes of the user: what cannot be simulated, and how to fix it. */

/** What is wrong with a swarm, and where. */
export interface SwarmProblem {
  /** The place: a field of the swarm, such as `classes[1].uploadKbps`, or a line of a file. */
  readonly at: string;
  /** The field of the swarm, if the user knows it by another name. */
  readonly field?: string;
  /** What is wrong, as the rest of a sentence that begins with the field. */
  readonly problem: string;
  /** How to fix it. */
  readonly fix: string;
}

/** The swarm cannot be simulated as described. The user can fix it. */
export class SwarmError extends Error {
  override readonly name = 'SwarmError';
  /** The place, by the name that the user knows. */
  readonly at: string;
  /** The field of the swarm, such as `classes[1].uploadKbps`. */
  readonly field: string;
  /** What is wrong, as the rest of a sentence that begins with `at`. */
  readonly problem: string;
  /** How to fix it. */
  readonly fix: string;

  constructor({ at, field = at, problem, fix }: SwarmProblem) {
    super(`${at}: ${problem}; ${fix}`);
    this.field = field;
    this.at = at;
    this.problem = problem;
    this.fix = fix;
  }
}

/** The swarm stalled before all peers had the file: nothing is pending that could change this. */
export class SwarmStalled extends Error {
  override readonly name = 'SwarmStalled';
}
