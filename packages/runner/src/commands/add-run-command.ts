/**
 * The arguments and options of `cachetorrent run`. Its code is loaded when it runs, so that the
 * other commands start without it.
 */

import { type Command, InvalidArgumentError } from 'commander';

import type { CliEnvironment } from '../cli-environment.ts';
import { type OverrideFlags, withOverrides } from '../configuration/override-options.ts';
import type { Overrides } from '../configuration/parameters.ts';
import { parsePort } from './add-view-command.ts';
import { DEFAULT_TIMELINE_MS } from './run-options.ts';

const DEFAULT_SEED = 1;

const WORKERS =
  'Number of worker threads, or "as" for one per AS ' +
  '(default: as many as help, up to the number of cores)';
const TIMELINE = `Simulated time per row of timeline.csv, in ms (default: ${DEFAULT_TIMELINE_MS})`;
const FORCE =
  'Overwrite earlier results and logs; run even if the memory is expected not to suffice';
const LOG_KINDS = 'Kinds of messages to log, such as have,request (default: all)';

interface RunFlags extends OverrideFlags {
  readonly seed: number;
  readonly workers?: number | 'as';
  readonly out?: string;
  readonly timeline?: number;
  readonly cdf?: true;
  readonly record?: true;
  readonly view?: true;
  readonly viewPort?: number;
  readonly open?: true;
  readonly log?: string;
  readonly logKinds?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly plan?: true;
  readonly force?: true;
}

/** Adds the command `run` to `program`. */
export function addRunCommand(program: Command, environment: CliEnvironment): void {
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
    .optionsGroup('View options:')
    .option('--view', 'Show the run in a browser while it goes on; prints the address')
    .option('--view-port <n>', 'Port of the page (default: chosen by the system)', parsePort)
    .option('--open', 'Open the page in the browser of the system')
    .optionsGroup('Output options:')
    .option('--out <folder>', 'Write the results to this folder, as JSON and CSV files')
    .option('--timeline <ms>', TIMELINE, parseNumber)
    .option('--record', 'Record the run in the folder of --out, to show it again')
    .option('--cdf', 'Also print the distribution of completion times')
    .option('--log <file>', 'Log all messages between nodes to this file, as JSON Lines')
    .option('--log-kinds <kinds>', LOG_KINDS)
    .option('--json', 'Print one JSON document instead of a table')
    .option('--quiet', 'Do not show progress')
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'Print help')
    .action(async (file: string, flags: RunFlags) => {
      const { runCommand } = await import('./run.ts');
      const { overridesOf } = await import('../configuration/flags.ts');
      const { messageKindsOf } = await import('../results/message-log.ts');
      const { seed, workers, out, timeline, cdf = false, json = false, ...rest } = flags;
      const { quiet = false, plan = false, force = false, record = false, ...more } = rest;
      const { view = false, viewPort, open = false, log, logKinds, set, ...fields } = more;
      const note = (text: string) => environment.stderr.write(`note: ${text}\n`);
      const parse = lateParser(command);
      const settings = set === undefined ? {} : await settingsOf(set, parse);
      const overrides = overridesOf(fields, settings, note);
      const optional = {
        ...(workers === undefined ? {} : { workers }),
        ...(out === undefined ? {} : { out }),
        ...(timeline === undefined ? {} : { timelineMs: timeline }),
        ...(viewPort === undefined ? {} : { viewPort }),
        ...(log === undefined ? {} : { log }),
        ...(logKinds === undefined
          ? {}
          : { logKinds: parse('--log-kinds <kinds>', logKinds, messageKindsOf) }),
      };
      const modes = { cdf, json, quiet, plan, force, record, view, open };
      await runCommand({ file, overrides, seed, ...modes, ...optional }, environment);
    });
}

type LateParser = <T>(option: string, value: string, parse: (value: string) => T) => T;

/**
 * Parses values of options with code that is loaded only when the command runs. What is wrong is
 * reported as commander reports it for the other options.
 */
function lateParser(command: Command): LateParser {
  return (option, value, parse) => {
    try {
      return parse(value);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      const problem = `error: option '${option}' argument '${value}' is invalid.`;
      return command.error(`${problem} ${error.message}`, error);
    }
  };
}

async function settingsOf(texts: readonly string[], parse: LateParser): Promise<Overrides> {
  const { settingOf } = await import('../configuration/settings.ts');
  let settings: Overrides = {};
  for (const text of texts) {
    // Not by assignment, which would take a field __proto__ for the prototype.
    settings = { ...settings, ...parse('--set <field=value>', text, settingOf) };
  }
  return settings;
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

function parseWorkers(text: string): number | 'as' {
  if (text === 'as') return text;
  if (!/^[1-9]\d*$/.test(text) || !Number.isSafeInteger(Number(text))) {
    throw new InvalidArgumentError('Expected an integer, 1 or more, or "as".');
  }
  return Number(text);
}
