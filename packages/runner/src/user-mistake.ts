/** What the user got wrong: where it is, what is wrong there, and how to mend it. */

export interface Mistake {
  /** The place: a file with line and column, or an option. */
  readonly at: string;
  readonly problem: string;
  readonly fix: string;
}

/** Ends the command with exit code 2, before anything has been written. */
export class UserMistake extends Error {
  override readonly name = 'UserMistake';
  /** All that is wrong, in the order in which it was found. */
  readonly mistakes: readonly Mistake[];

  constructor(...mistakes: readonly Mistake[]) {
    super(mistakes.map(tell).join('\n'));
    this.mistakes = mistakes;
  }
}

function tell({ at, problem, fix }: Mistake): string {
  return `${at}: ${problem}\n  to mend it: ${fix}`;
}
