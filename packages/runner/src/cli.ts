/** The command line: its commands and options, and the exit codes for errors. */

import {
  addClientCommands,
  ClientError,
  Stopped,
  StorageFailure,
} from '@cachetorrent/client/commands';
import { MESSAGE_KINDS, type MessageKind } from '@cachetorrent/protocol';
import { Command, CommanderError, InvalidArgumentError } from 'commander';

import { RunsFailed } from './campaign/engines/engine.ts';
import type { CliEnvironment } from './cli-environment.ts';
import { addCampaignCommands } from './commands/add-campaign-commands.ts';
import { addConfigurationCommands } from './commands/configuration.ts';
import { DEFAULT_TIMELINE_MS, Interrupted, runCommand, RunFailed } from './commands/run.ts';
import { type OverrideFlags, overridesOf, withOverrides } from './configuration/flags.ts';
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

const DEFAULT_SEED = 1;

const WORKERS =
  'Number of worker threads, or "as" for one per AS ' +
  '(default: as many as help, up to the number of cores)';
const TIMELINE = `Simulated time per row of timeline.csv, in ms (default: ${DEFAULT_TIMELINE_MS})`;
const FORCE =
  'Overwrite earlier results and logs; run even if the memory is expected not to suffice';
const LOG_KINDS = 'Kinds of messages to log, such as have,request (default: all)';

const EXAMPLES = `Examples:
  cachetorrent run examples/configs/small.json --leaders 30
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

interface RunFlags extends OverrideFlags {
  readonly seed: number;
  readonly workers?: number | 'as';
  readonly out?: string;
  readonly timeline?: number;
  readonly cdf?: true;
  readonly log?: string;
  readonly logKinds?: readonly MessageKind[];
  readonly json?: true;
  readonly quiet?: true;
  readonly plan?: true;
  readonly force?: true;
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

function addRunCommand(program: Command, environment: CliEnvironment): void {
  const command = program
    .command('run')
    .description('Simulate one swarm and print a summary')
    .argument('<config>', 'Configuration file (YAML, or JSON with comments)')
    .optionsGroup('Swarm options (override the configuration file):');
  withOverrides(command)
    .optionsGroup('Run options:')
    .option('--seed <n>', 'Random seed; equal seeds give equal results', parseSeed, DEFAULT_SEED)
    .option('--workers <n>', WORKERS, parseWorkers)
    .option('--plan', 'Print the expected memory and time of the run, and exit')
    .option('--force', FORCE)
    .optionsGroup('Output options:')
    .option('--out <folder>', 'Write the results to this folder, as JSON and CSV files')
    .option('--timeline <ms>', TIMELINE, parseNumber)
    .option('--cdf', 'Also print the distribution of completion times')
    .option('--log <file>', 'Log all messages between nodes to this file, as JSON Lines')
    .option('--log-kinds <kinds>', LOG_KINDS, parseKinds)
    .option('--json', 'Print one JSON document instead of a table')
    .option('--quiet', 'Do not show progress')
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'Print help')
    .action(async (file: string, flags: RunFlags) => {
      const { seed, workers, out, timeline, cdf = false, json = false, ...rest } = flags;
      const { quiet = false, plan = false, force = false, log, logKinds, ...fields } = rest;
      const note = (text: string) => environment.stderr.write(`note: ${text}\n`);
      const overrides = overridesOf(fields, note);
      const optional = {
        ...(workers === undefined ? {} : { workers }),
        ...(out === undefined ? {} : { out }),
        ...(timeline === undefined ? {} : { timelineMs: timeline }),
        ...(log === undefined ? {} : { log }),
        ...(logKinds === undefined ? {} : { logKinds }),
      };
      const modes = { cdf, json, quiet, plan, force };
      await runCommand({ file, overrides, seed, ...modes, ...optional }, environment);
    });
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

function parseSeed(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError(`Expected an integer from 0 to ${Number.MAX_SAFE_INTEGER}.`);
}

/** @throws InvalidArgumentError if `text` is not a number */
function parseNumber(text: string): number {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    throw new InvalidArgumentError('Expected a number.');
  }
  return Number(text);
}

function parseKinds(text: string): readonly MessageKind[] {
  return text.split(',').map((name) => {
    const kind = MESSAGE_KINDS.find((known) => known === name.trim());
    if (kind !== undefined) return kind;
    throw new InvalidArgumentError(
      `Unknown kind "${name.trim()}". The kinds are ${MESSAGE_KINDS.join(',')}.`,
    );
  });
}

function parseWorkers(text: string): number | 'as' {
  if (text === 'as') return text;
  if (!/^[1-9]\d*$/.test(text) || !Number.isSafeInteger(Number(text))) {
    throw new InvalidArgumentError('Expected an integer, 1 or more, or "as".');
  }
  return Number(text);
}
