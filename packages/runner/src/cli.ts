/** The command line: its commands and options, and what becomes of an error. */

import {
  addClientCommands,
  ClientError,
  Stopped,
  StorageFailure,
} from '@cachetorrent/client/commands';
import { MESSAGE_KINDS, type MessageKind } from '@cachetorrent/protocol';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import { RunsFailed } from './campaign/engines/engine.ts';
import { addCampaignCommands } from './commands/add-campaign-commands.ts';
import { Interrupted, runCommand, RunFailed } from './commands/run.ts';
import type { Overrides } from './configuration/swarm.ts';
import { decimal, withOverrides } from './overrides.ts';
import type { CliEnvironment } from './cli-environment.ts';
import { UserError } from './user-error.ts';
import { VERSION } from './version.ts';

/** With what the command ends. */
export const EXIT_CODE = { success: 0, failure: 1, userError: 2, interrupted: 130 } as const;

/** Ends that explain themselves, the special before the general. */
const EXPECTED_ERRORS = [
  { kind: UserError, code: EXIT_CODE.userError },
  { kind: StorageFailure, code: EXIT_CODE.failure },
  { kind: ClientError, code: EXIT_CODE.userError },
  { kind: Interrupted, code: EXIT_CODE.interrupted },
  { kind: Stopped, code: EXIT_CODE.interrupted },
  { kind: RunsFailed, code: EXIT_CODE.failure },
] as const;

const DEFAULT_SEED = 1;

/** Runs the command that `args` (without program and script) say; the answer is its exit code. */
export async function cli(args: readonly string[], environment: CliEnvironment): Promise<number> {
  try {
    await createProgram(environment).parseAsync([...args], { from: 'user' });
    return EXIT_CODE.success;
  } catch (error) {
    return reportError(error, environment);
  }
}

interface RunFlags extends Overrides {
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
    .description('BitTorrent with leaders and caches in every AS: simulated, and on real sockets.')
    .version(VERSION)
    .showHelpAfterError('  (--help says what there is)')
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    })
    .exitOverride();

  const workersOption = new Option('--workers <n>', "threads, or 'as' for one for each AS")
    .argParser(parseWorkers)
    .default(undefined, 'as many as pay, up to the cores');
  withOverrides(program.command('run'))
    .description('Simulates one swarm and says what it came to.')
    .argument('<config>', 'a configuration file: JSON, with // comments')
    .option(
      '--seed <n>',
      'decides all chance: the same seed gives the same result',
      parseSeed,
      DEFAULT_SEED,
    )
    .addOption(workersOption)
    .option('--out <folder>', 'writes the results there: JSON, and tables as CSV')
    .option('--timeline <ms>', 'simulated time of a row of timeline.csv', decimal)
    .option('--cdf', 'prints the distribution of completion times, too')
    .option('--log <file>', 'writes what nodes say to one another there, as JSON Lines')
    .option('--log-kinds <kinds>', 'only these kinds of message: have,request', parseKinds)
    .option('--json', 'prints one JSON document instead of a table')
    .option('--quiet', 'shows no progress')
    .option('--plan', 'says what memory and time it will take, and does not run')
    .option('--force', 'runs even what will not fit into memory')
    .action(async (file: string, flags: RunFlags) => {
      const { seed, workers, out, timeline, cdf = false, json = false, ...rest } = flags;
      const { quiet = false, plan = false, force = false, log, logKinds, ...overrides } = rest;
      const optional = {
        ...(workers === undefined ? {} : { workers }),
        ...(out === undefined ? {} : { out }),
        ...(timeline === undefined ? {} : { timelineMs: timeline }),
        ...(log === undefined ? {} : { log }),
        ...(logKinds === undefined ? {} : { logKinds }),
      };
      const how = { cdf, json, quiet, plan, force };
      await runCommand({ file, overrides, seed, ...how, ...optional }, environment);
    });
  addCampaignCommands(program, environment);
  addClientCommands(program, environment);
  return program;
}

function reportError(error: unknown, { stderr }: CliEnvironment): number {
  if (error instanceof CommanderError) {
    // It has been told already; help and version are no errors.
    return error.exitCode === 0 ? EXIT_CODE.success : EXIT_CODE.userError;
  }
  for (const { kind, code } of EXPECTED_ERRORS) {
    if (!(error instanceof kind)) continue;
    stderr.write(`${error.message}\n`);
    return code;
  }
  const text = error instanceof RunFailed ? error.message : stackOf(error);
  stderr.write(`the run failed: ${text}\n`);
  return EXIT_CODE.failure;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function parseSeed(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('Write a whole number, 0 or more.');
  }
  return value;
}

function parseKinds(text: string): readonly MessageKind[] {
  return text.split(',').map((name) => {
    const kind = MESSAGE_KINDS.find((known) => known === name.trim());
    if (kind !== undefined) return kind;
    throw new InvalidArgumentError(
      `There is no kind "${name.trim()}". Write some of ${MESSAGE_KINDS.join(',')}.`,
    );
  });
}

function parseWorkers(text: string): number | 'as' {
  if (text === 'as') return text;
  if (!/^[1-9]\d*$/.test(text)) {
    throw new InvalidArgumentError("Write a whole number, 1 or more, or 'as'.");
  }
  return Number(text);
}
