/** Simulates one swarm with the command that users have, and measures the whole process. */

import type { RunDocument } from '@cachetorrent/runner';

import { measure, type Measured } from './process.ts';

/** The command, as a module of the repository. */
export const COMMAND = 'packages/runner/src/main.ts';

export interface MeasuredRun extends Omit<Measured, 'stdout'> {
  readonly document: RunDocument;
}

export interface RunProcess {
  /** A configuration file, and options of `cachetorrent run`. */
  readonly args: readonly string[];
  /** Options of Node. */
  readonly node?: readonly string[];
  readonly signal: AbortSignal;
}

/** @throws ProcessFailed where the run does */
export async function measureRun({ args, ...process }: RunProcess): Promise<MeasuredRun> {
  const command = ['run', ...args, '--json', '--quiet'];
  const { stdout, ...usage } = await measure({ script: COMMAND, args: command, ...process });
  return { ...usage, document: JSON.parse(stdout) as RunDocument };
}
