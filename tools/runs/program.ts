/** The exit codes of tools, and how the command line of a tool is run. */

import { UserError } from '@cachetorrent/runner';
import { type Command, CommanderError } from 'commander';

export const EXIT = { failed: 1, mistake: 2, interrupted: 130 } as const;

/**
 * Runs the command of a tool with the arguments of the process, and sets the exit code. Mistakes in
 * the arguments, and a `UserError`, are told without a stack.
 */
export async function runTool(program: Command): Promise<void> {
  try {
    await program.exitOverride().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : EXIT.mistake;
    } else if (error instanceof UserError) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = EXIT.mistake;
    } else throw error;
  }
}
