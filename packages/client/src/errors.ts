/** The errors of the client that its user can act on. */

import { printable } from '@cachetorrent/std';

/** The parts of an error message. */
export interface ClientErrorDetails {
  /** Where the error is: a file, an option, or an address. */
  readonly at: string;
  /** What is wrong there, as the rest of a sentence that begins with `at`. */
  readonly problem: string;
  /** What the user can do about it. */
  readonly fix: string;
}

const PART_LENGTH_MAX = 1_000;

/**
 * An error that the user can fix. Its message says where it is, what is wrong, and the fix; names
 * in it that come from outside are safe to print.
 */
export class ClientError extends Error {
  override readonly name: string = 'ClientError';
  /** The parts of the message. */
  readonly details: ClientErrorDetails;

  constructor(details: ClientErrorDetails, cause?: unknown) {
    const [at, problem, fix] = [details.at, details.problem, details.fix].map((part) =>
      printable(part, PART_LENGTH_MAX),
    );
    super(`${at}: ${problem}\n  fix: ${fix}`, { cause });
    this.details = details;
  }
}

/** The files cannot be written. The download can be resumed once the cause is removed. */
export class StorageFailure extends ClientError {
  override readonly name = 'StorageFailure';
}

/** The user stopped a download before it was complete. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}
