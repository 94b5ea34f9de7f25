/**
 * The arguments and options of `cachetorrent view`. Its code is loaded when it runs, so that the
 * other commands start without it.
 */

import { type Command, InvalidArgumentError } from 'commander';

import type { CliEnvironment } from '../cli-environment.ts';
import type { ViewFlags } from './view.ts';

const PORT_MAX = 65_535;

const RUN = 'Folder of a run with its recording, a recording, or the key of a run in --store';
const LOG = 'Log of the messages of the run; twice for two runs';
const STORE = 'Folder of a campaign that has the runs, which are simulated again';
const FORCE = 'Overwrite an existing file; simulate even if the memory is expected not to suffice';

/** Adds the command `view` to `program`. */
export function addViewCommand(program: Command, environment: CliEnvironment): void {
  program
    .command('view')
    .description('Show a recorded run, or two side by side, in a browser')
    .argument('<run>', RUN)
    .argument('[other]', 'Another run, to compare them')
    .option('--store <folder>', STORE)
    .option('--log <file>', LOG, collect)
    .option('--out <file>', 'Save the page as one HTML file, with its data inside')
    .option('--force', FORCE)
    .option('--host <address>', 'Address to listen at (default: 127.0.0.1)')
    .option('--port <n>', 'Port to listen at (default: chosen by the system)', parsePort)
    .option('--open', 'Open the page in the browser of the system')
    .option('--quiet', 'Do not show progress')
    .action(async (run: string, other: string | undefined, flags: ViewFlags) => {
      const { viewCommand } = await import('./view.ts');
      await viewCommand(other === undefined ? [run] : [run, other], flags, environment);
    });
}

/** The values of an option that is there more than once. */
function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** @throws InvalidArgumentError if `text` is not a port */
export function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= PORT_MAX) return Number(text);
  throw new InvalidArgumentError(`Expected an integer from 0 to ${PORT_MAX}.`);
}
