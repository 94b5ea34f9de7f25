/** What keeps a client from its work, as its user gets to read it. */

export interface ClientProblem {
  /** A file, an option, an address. */
  readonly at: string;
  /** What is wrong there, as the rest of a sentence that begins with `at`. */
  readonly problem: string;
  /** What to do about it. */
  readonly fix: string;
}

/** Something that the user can mend: where it is, what is wrong, and what to do about it. */
export class ClientError extends Error {
  override readonly name: string = 'ClientError';
  /** The same as the message, in its parts. */
  readonly mistake: ClientProblem;

  constructor(mistake: ClientProblem, cause?: unknown) {
    super(`${mistake.at}: ${mistake.problem}\n  to mend it: ${mistake.fix}`, { cause });
    this.mistake = mistake;
  }
}

/** The disk keeps a download from going on; it can be begun again when that is mended. */
export class StorageFailure extends ClientError {
  override readonly name = 'StorageFailure';
}

/** The user stopped a download before its end. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}
