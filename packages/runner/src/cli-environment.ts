/** All of the world that the command touches, as a value: a test puts another in its place. */

import type { simulate } from '@cachetorrent/simulator';

import type { OutputStream } from './progress/run-progress-display.ts';

/** All of the world that the command touches. */
export interface CliEnvironment {
  /** What the user asked for goes here, and nothing else. */
  readonly stdout: { write(text: string): unknown };
  /** What happens meanwhile, and what went wrong. */
  readonly stderr: OutputStream;
  /** A clock that never goes back, in ms. */
  readonly nowMs: () => number;
  /** The most memory that the process has had, all threads together. */
  readonly peakRssBytes: () => number;
  /** What there is to run on. */
  readonly machine: { readonly cores: number; readonly memoryBytes: number };
  /** The environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal;
  /** Carries out a run. */
  readonly simulate: typeof simulate;
}
