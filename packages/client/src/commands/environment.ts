/** What the commands use of the process, as a value: a test passes another one. */

import { Stopped } from '../errors.ts';

/** The output and the stop signal of a command. */
export interface CommandEnvironment {
  /** Receives the results, and nothing else. */
  readonly stdout: { write(text: string): unknown };
  /** Receives the progress, warnings and errors. */
  readonly stderr: {
    write(text: string): unknown;
    readonly isTTY?: boolean;
    readonly columns?: number;
  };
  /** Is aborted when the user stops the command. */
  readonly signal: AbortSignal;
}

/**
 * Returns what `work` returns.
 *
 * @throws Stopped with this message if `work` ends because the user stops the command.
 */
export async function unlessStopped<T>(
  signal: AbortSignal,
  message: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw signal.aborted && error === signal.reason ? new Stopped(message) : error;
  }
}

/** Resolves when the user stops the command. */
export function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
