/** What the commands of `bench` have around them: where they write, and when they must stop. */

/** Where a command writes to. */
export interface Streams {
  /** Tables and documents. */
  readonly stdout: { write(text: string): unknown };
  /** How far it is. */
  readonly stderr: { write(text: string): unknown };
}

export interface BenchEnvironment extends Streams {
  /** One line of how far it is. */
  readonly tell: (line: string) => void;
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal;
}

/** Something got slower than it was. */
export class GotWorse extends Error {
  override readonly name = 'GotWorse';
}
