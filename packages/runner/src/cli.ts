/** The command line: its commands and options, and what becomes of an error. */

import {
  addClientCommands,
  ClientError,
  Stopped,
  StorageFailure,
} from '@cachetorrent/client/commands';
import { MESSAGE_KINDS, type MessageKind } from '@cachetorrent/protocol';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import { RunsFailed } from './campaign/failed.ts';
import { addCampaignCommands } from './commands/campaign.ts';
import { addConfigurationCommands } from './commands/configuration.ts';
import { Interrupted, run, RunFailed } from './commands/run.ts';
import { type OverrideFlags, overridesOf, withOverrides } from './configuration/flags.ts';
import type { CliEnvironment } from './surroundings.ts';
import { UserMistake } from './user-mistake.ts';
import { VERSION } from './version.ts';

/** With what the command ends. */
export const EXIT = { done: 0, failed: 1, mistake: 2, interrupted: 130 } as const;

/** Ends that explain themselves, the special before the general. */
const EXPECTED = [
  { kind: UserMistake, code: EXIT.mistake },
  { kind: StorageFailure, code: EXIT.failed },
  { kind: ClientError, code: EXIT.mistake },
  { kind: Interrupted, code: EXIT.interrupted },
  { kind: Stopped, code: EXIT.interrupted },
  { kind: RunsFailed, code: EXIT.failed },
] as const;

const SEED = 1;

/** Runs the command that `args` (without program and script) say; the answer is its exit code. */
export async function cli(args: readonly string[], surroundings: CliEnvironment): Promise<number> {
  try {
    await commandLine(surroundings).parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return exitCodeOf(error, surroundings);
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

function commandLine(surroundings: CliEnvironment): Command {
  const { stdout, stderr } = surroundings;
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
    .argParser(workers)
    .default(undefined, 'as many as pay, up to the cores');
  withOverrides(program.command('run'))
    .description('Simulates one swarm and says what it came to.')
    .argument('<config>', 'a configuration file: JSON, with // comments')
    .option('--seed <n>', 'decides all chance: the same seed gives the same result', seed, SEED)
    .addOption(workersOption)
    .option('--out <folder>', 'writes the results there: JSON, and tables as CSV')
    .option('--timeline <ms>', 'simulated time of a row of timeline.csv', decimal)
    .option('--cdf', 'prints the distribution of completion times, too')
    .option('--log <file>', 'writes what nodes say to one another there, as JSON Lines')
    .option('--log-kinds <kinds>', 'only these kinds of message: have,request', kinds)
    .option('--json', 'prints one JSON document instead of a table')
    .option('--quiet', 'shows no progress')
    .option('--plan', 'says what memory and time it will take, and does not run')
    .option('--force', 'runs even what will not fit into memory')
    .action(async (file: string, flags: RunFlags) => {
      const { seed, workers, out, timeline, cdf = false, json = false, ...rest } = flags;
      const { quiet = false, plan = false, force = false, log, logKinds, ...fields } = rest;
      const overrides = overridesOf(fields, (text) => stderr.write(`note: ${text}\n`));
      const optional = {
        ...(workers === undefined ? {} : { workers }),
        ...(out === undefined ? {} : { out }),
        ...(timeline === undefined ? {} : { timelineMs: timeline }),
        ...(log === undefined ? {} : { log }),
        ...(logKinds === undefined ? {} : { logKinds }),
      };
      const how = { cdf, json, quiet, plan, force };
      await run({ file, overrides, seed, ...how, ...optional }, surroundings);
    });
  addConfigurationCommands(program, surroundings);
  addCampaignCommands(program, surroundings);
  addClientCommands(program, surroundings);
  return program;
}

function exitCodeOf(error: unknown, { stderr }: CliEnvironment): number {
  if (error instanceof CommanderError) {
    // It has been told already; help and version are no errors.
    return error.exitCode === 0 ? EXIT.done : EXIT.mistake;
  }
  for (const { kind, code } of EXPECTED) {
    if (!(error instanceof kind)) continue;
    stderr.write(`${error.message}\n`);
    return code;
  }
  const text = error instanceof RunFailed ? error.message : inFull(error);
  stderr.write(`the run failed: ${text}\n`);
  return EXIT.failed;
}

/** @throws InvalidArgumentError if `text` is not a number */
function decimal(text: string): number {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    throw new InvalidArgumentError('Write a number.');
  }
  return Number(text);
}

function inFull(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function seed(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('Write a whole number, 0 or more.');
  }
  return value;
}

function kinds(text: string): readonly MessageKind[] {
  return text.split(',').map((name) => {
    const kind = MESSAGE_KINDS.find((known) => known === name.trim());
    if (kind !== undefined) return kind;
    throw new InvalidArgumentError(
      `There is no kind "${name.trim()}". Write some of ${MESSAGE_KINDS.join(',')}.`,
    );
  });
}

function workers(text: string): number | 'as' {
  if (text === 'as') return text;
  if (!/^[1-9]\d*$/.test(text)) {
    throw new InvalidArgumentError("Write a whole number, 1 or more, or 'as'.");
  }
  return Number(text);
}
