/** Errors that the user can correct: where they are, what is wrong, and how to fix it. */

import type { SwarmProblem } from '@cachetorrent/simulator';
import { printable } from '@cachetorrent/std';

/** A problem, and what is not listed besides it, such as `990 more of the same kind`. */
export interface UserProblem extends SwarmProblem {
  readonly more?: string;
}

/**
 * One or more problems in what the user wrote. The command exits with code 2, and has written
 * nothing before.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** All problems, in the order in which they were found. */
  readonly problems: readonly UserProblem[];

  constructor(...problems: readonly UserProblem[]) {
    super(problems.map(format).join('\n'));
    this.problems = problems;
  }
}

function format({ at, problem, fix, more }: UserProblem): string {
  const others = more === undefined ? '' : `\n  and ${more}`;
  return `${shown(at)}: ${shown(problem)}\n  fix: ${shown(fix)}${others}`;
}

/** What the user wrote may be of any length, and contain any character. */
const LENGTH_MAX = 1_000;

function shown(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line, LENGTH_MAX))
    .join('\n');
}
