/** What the commands of `bench` get from the process that they run in. */

export interface Streams {
  /** Receives tables and documents. */
  readonly stdout: { write(text: string): unknown };
  /** Receives progress and errors. */
  readonly stderr: { write(text: string): unknown };
}

export interface BenchEnvironment extends Streams {
  /** Writes a line of progress to `stderr`. */
  readonly log: (line: string) => void;
  /** Aborted when the user stops the command. */
  readonly signal: AbortSignal;
}

/** A figure got worse than in the measurement that it was compared with. */
export class Regression extends Error {
  override readonly name = 'Regression';
}
