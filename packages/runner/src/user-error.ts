/** What the user got wrong: where it is, what is wrong there, and how to mend it. */

import type { SwarmProblem } from '@cachetorrent/simulator';

/** Ends the command with exit code 2, before anything has been written. */
export class UserError extends Error {
  override readonly name = 'UserMistake';
  /** All that is wrong, in the order in which it was found. */
  readonly problems: readonly SwarmProblem[];

  constructor(...mistakes: readonly SwarmProblem[]) {
    super(mistakes.map(format).join('\n'));
    this.problems = mistakes;
  }
}

function format({ at, problem, fix }: SwarmProblem): string {
  return `${at}: ${problem}\n  to mend it: ${fix}`;
}
