/** What the command uses of its process and machine. Tests pass an environment of their own. */

import type { simulate } from '@cachetorrent/simulator';

import type { Machine } from './machine.ts';
import type { OutputStream } from './progress/run-progress-display.ts';

/** What the command uses of its process and machine. */
export interface CliEnvironment {
  /** Receives the requested output, and nothing else. */
  readonly stdout: { write(text: string): unknown };
  /** Receives progress, warnings and errors. */
  readonly stderr: OutputStream;
  /** A monotonic clock, in ms. */
  readonly nowMs: () => number;
  /** The peak resident memory of the process, including all of its threads. */
  readonly peakRssBytes: () => number;
  /** What the command may use of the machine that it runs on. */
  readonly machine: Machine;
  /** The environment variables of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user interrupts the command. */
  readonly signal: AbortSignal;
  /** Executes a run. */
  readonly simulate: typeof simulate;
}
