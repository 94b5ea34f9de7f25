/**
 * Options of the command line that set fields of a configuration. An option overrides the
 * file; its value is checked together with the rest of the configuration.
 */

import { CHOKERS, SEED_CHOKERS } from '@cachetorrent/protocol';
import { NEIGHBOUR_SELECTIONS } from '@cachetorrent/simulator/configuration';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parse } from 'yaml';

import type { Overrides, ParameterValue } from './parameters.ts';
import { todaysName, optionOf, OPTIONS } from './parameters.ts';

/** The options that override fields, as commander returns them. */
export interface OverrideFlags {
  readonly peers?: ParameterValue;
  readonly pieces?: ParameterValue;
  readonly pieceSize?: ParameterValue;
  readonly leaders?: ParameterValue;
  readonly externalNeighbours?: ParameterValue;
  readonly neighbourSelection?: ParameterValue;
  readonly subTorrents?: ParameterValue;
  readonly requestPriority?: ParameterValue;
  readonly choker?: ParameterValue;
  readonly seedChoker?: ParameterValue;
  readonly rules?: ParameterValue;
  readonly set?: Overrides;
  readonly bias?: ParameterValue;
  readonly multi?: ParameterValue;
  readonly preference?: ParameterValue;
}

/** Options of the original simulator, which still work. */
const FORMER_FLAGS = ['bias', 'multi', 'preference'] as const;

/** Adds the options to a command. */
export function withOverrides(command: Command): Command {
  return command
    .option(
      '--leaders <percent>',
      'CacheTorrent: percentage of peers per AS that are leaders',
      plain,
    )
    .option(
      '--external-neighbours <percent>',
      'Percentage of neighbours chosen among all peers, the others in the own AS',
      plain,
    )
    .addOption(
      oneOf(
        '--neighbour-selection <rule>',
        'How the tracker chooses neighbours',
        NEIGHBOUR_SELECTIONS,
      ),
    )
    .option('--sub-torrents <n>', 'Number of sub-torrents, each with its own leaders', plain)
    .option('--peers <n>', 'Number of peers, seeds included', plain)
    .option('--pieces <n>', 'Number of pieces of the file', plain)
    .option('--piece-size <size>', 'Size of a piece: 256KiB, or a number of bytes', plain)
    .addOption(oneOf('--choker <name>', 'Choker of leechers', Object.keys(CHOKERS)))
    .addOption(oneOf('--seed-choker <name>', 'Choker of seeds', Object.keys(SEED_CHOKERS)))
    .addOption(
      oneOf('--request-priority <how>', 'How leaders rank pieces requested by followers', [
        'within-rarity',
        'absolute',
      ]),
    )
    .addOption(oneOf('--rules <name>', 'Rules of peers', ['client', 'original']))
    .option('--set <field=value>', 'Set any field: --set network.as=8 (repeatable)', addSetting)
    .addOption(former('--bias <percent>', 'externalNeighbours', plain))
    .addOption(former('--multi <n>', 'subTorrents', plain))
    .addOption(former('--preference <how>', 'requestPriority', plain));
}

/** The overrides that `flags` state. `note` is called for each option with a former name. */
export function overridesOf(flags: OverrideFlags, note: (text: string) => void): Overrides {
  const overrides: Record<string, ParameterValue> = { ...flags.set };
  for (const name of FORMER_FLAGS) {
    const value = flags[name];
    if (value === undefined) continue;
    const today = todaysName(name)!;
    note(`--${name} is now called ${optionOf(today)}`);
    overrides[today] = value;
  }
  for (const name of OPTIONS) {
    const value = flags[name];
    if (value !== undefined) overrides[name] = value;
  }
  return overrides;
}

/** The options of the command line that state `overrides` again. */
export function flagsFor(overrides: Overrides): string[] {
  return Object.entries(overrides).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const shown = /^[\w.%/-]+$/.test(text) ? text : `'${text}'`;
    const option = optionOf(name);
    return `${option}${option.startsWith('--set ') ? '=' : ' '}${shown}`;
  });
}

/** A number if `text` is one, otherwise the text: the schema decides which it must be. */
function plain(text: string): ParameterValue {
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  return number ? Number(text) : text;
}

function addSetting(text: string, before: Overrides = {}): Overrides {
  const [, name, value] = /^([^=\s]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('Write FIELD=VALUE: network.as=8.');
  try {
    return { ...before, [name]: parse(value!, { logLevel: 'error' }) as ParameterValue };
  } catch {
    throw new InvalidArgumentError(`The value of ${name} is not YAML.`);
  }
}

function oneOf(flag: string, description: string, choices: readonly string[]): Option {
  return new Option(flag, description).choices(choices);
}

function former(flag: string, today: string, parser: (text: string) => unknown): Option {
  return new Option(flag, `former name of ${optionOf(today)}`).argParser(parser).hideHelp();
}
