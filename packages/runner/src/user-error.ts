/** Errors that the user can correct: where they are, what is wrong, and how to fix it. */

import type { SwarmProblem } from '@cachetorrent/simulator';

/**
 * One or more problems in what the user wrote. The command exits with code 2, and has written
 * nothing before.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** All problems, in the order in which they were found. */
  readonly problems: readonly SwarmProblem[];

  constructor(...problems: readonly SwarmProblem[]) {
    super(problems.map(format).join('\n'));
    this.problems = problems;
  }
}

function format({ at, problem, fix }: SwarmProblem): string {
  return `${at}: ${problem}\n  fix: ${fix}`;
}
