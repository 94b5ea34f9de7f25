/** What the commands touch of the world, as a value: a test puts another in its place. */

export interface CommandEnvironment {
  /** What the user asked for goes here, and nothing else. */
  readonly stdout: { write(text: string): unknown };
  /** How far it is, and what went wrong. */
  readonly stderr: {
    write(text: string): unknown;
    readonly isTTY?: boolean;
    readonly columns?: number;
  };
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal;
}
