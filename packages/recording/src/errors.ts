/** What is wrong with a recording: where, what, and how to fix it. */

import { printable } from '@cachetorrent/std';

/** A problem with a recording. */
export interface RecordingProblem {
  /** The name of the recording, such as its path. */
  readonly name: string;
  /** The position of the damaged part, in bytes from the start of the recording. */
  readonly byte: number;
  /** What is wrong there. */
  readonly problem: string;
  /** How to fix it. */
  readonly fix: string;
}

/** A recording cannot be read: it is damaged, of another version, or no recording. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
  /** The position of the damaged part, in bytes from the start of the recording. */
  readonly byte: number;
  /** What the message consists of. */
  readonly details: RecordingProblem;

  constructor(details: RecordingProblem) {
    const { name, byte, problem, fix } = details;
    const where = `${printable(name, NAME_MAX)}, byte ${byte}`;
    super(`${where}: ${printable(problem, NAME_MAX)}\n  fix: ${printable(fix, NAME_MAX)}`);
    this.byte = byte;
    this.details = details;
  }
}

/**
 * Bytes are not what they should be; without the place, which only the caller knows. The message is
 * the problem.
 */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** A name may be of any length, and contain any character. */
const NAME_MAX = 1_000;
