/** A mistake that the user can mend: where it is, what is wrong, and what to do about it. */

export interface Mistake {
  /** A file, an option, an address. */
  readonly at: string;
  readonly problem: string;
  readonly fix: string;
}

export class ClientError extends Error {
  override readonly name = 'ClientError';

  constructor({ at, problem, fix }: Mistake, cause?: unknown) {
    super(`${at}: ${problem}. ${fix}.`, { cause });
  }
}
