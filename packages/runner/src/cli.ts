/**
 * The command line: its commands and options, and the exit codes for errors. It holds what help
 * needs; the code of a command is loaded when the command runs (`test/loaded-modules.test.ts`).
 */

import {
  addClientCommands,
  ClientError,
  Stopped,
  StorageFailure,
} from '@cachetorrent/client/commands';
import { Command, CommanderError } from 'commander';

import { RunsFailed } from './campaign/engines/engine.ts';
import type { CliEnvironment } from './cli-environment.ts';
import { addCampaignCommands } from './commands/add-campaign-commands.ts';
import { addConfigurationCommands } from './commands/add-configuration-commands.ts';
import { addRunCommand } from './commands/add-run-command.ts';
import { addViewCommand } from './commands/add-view-command.ts';
import { Interrupted, RunFailed } from './commands/run-errors.ts';
import { EXIT_CODE } from './exit-code.ts';
import { failureText } from './failure.ts';
import { UserError } from './user-error.ts';
import { VERSION } from './version.ts';

/** Errors whose message is complete, subclasses before their superclasses. */
const EXPECTED_ERRORS = [
  { kind: UserError, code: EXIT_CODE.userError },
  { kind: StorageFailure, code: EXIT_CODE.failure },
  { kind: ClientError, code: EXIT_CODE.userError },
  { kind: Interrupted, code: EXIT_CODE.interrupted },
  { kind: Stopped, code: EXIT_CODE.interrupted },
  { kind: RunsFailed, code: EXIT_CODE.failure },
  { kind: RunFailed, code: EXIT_CODE.failure },
] as const;

const EXAMPLES = `Examples:
  cachetorrent run examples/configs/small.json --leaders 30
  cachetorrent run examples/configs/small.json --view
  cachetorrent sweep examples/experiments/leaders-sweep.yaml

Run "cachetorrent <command> --help" for the options of a command.`;

/** Runs the command given by `args`, without program and script. Returns its exit code. */
export async function cli(args: readonly string[], environment: CliEnvironment): Promise<number> {
  try {
    await createProgram(environment).parseAsync([...args], { from: 'user' });
    return EXIT_CODE.success;
  } catch (error) {
    return reportError(error, environment);
  }
}

function createProgram(environment: CliEnvironment): Command {
  const { stdout, stderr } = environment;
  const program = new Command('cachetorrent')
    .description('Simulate BitTorrent and CacheTorrent swarms, or run them on real networks')
    .usage('<command> [options]')
    .version(VERSION, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Print help')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showHelpAfterError('(run with --help for usage)')
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    })
    .exitOverride()
    .addHelpText('after', `\n${EXAMPLES}`);

  program.commandsGroup('Simulation commands:');
  addRunCommand(program, environment);
  addViewCommand(program, environment);
  addConfigurationCommands(program, environment);
  program.commandsGroup('Campaign commands:');
  addCampaignCommands(program, environment);
  program.commandsGroup('Client commands:');
  addClientCommands(program, environment);
  program.addHelpCommand(helpCommand());
  return program;
}

function helpCommand(): Command {
  return new Command('help')
    .description('Print help for a command')
    .argument('[command]')
    .helpOption(false)
    .helpGroup('Other commands:');
}

/** Prints an error to standard error. Returns the exit code of the command. */
function reportError(error: unknown, { stderr, env, signal }: CliEnvironment): number {
  if (signal.aborted && error === signal.reason) {
    stderr.write('stopped before the command had finished\n');
    return EXIT_CODE.interrupted;
  }
  if (error instanceof CommanderError) {
    // Commander has printed the message. Help and version have exit code 0.
    return error.exitCode === 0 ? EXIT_CODE.success : EXIT_CODE.userError;
  }
  for (const { kind, code } of EXPECTED_ERRORS) {
    if (!(error instanceof kind)) continue;
    stderr.write(`${error.message}\n`);
    return code;
  }
  stderr.write(failureText(error, env));
  return EXIT_CODE.failure;
}
