/**
 * The options of the command line that set fields of a configuration, without the code that sets
 * them (`flags.ts`): it is loaded when a command runs, so that the others start without it.
 */

import type { ChokerName, SeedChokerName } from '@cachetorrent/protocol';
import type { SwarmConfig } from '@cachetorrent/simulator/configuration';
import { type Command, InvalidArgumentError, Option } from 'commander';

import type { ParameterValue } from './parameters.ts';

/** The chokers of leechers, whose code is not loaded here. */
const CHOKERS: Readonly<Record<ChokerName, true>> = {
  'tit-for-tat': true,
  'rate-based': true,
  mainline: true,
  transmission: true,
  random: true,
};
/** The chokers of seeds. */
const SEED_CHOKERS: Readonly<Record<SeedChokerName, true>> = {
  'tit-for-tat': true,
  'round-robin': true,
  'fastest-upload': true,
  'anti-leech': true,
  mainline: true,
  transmission: true,
  random: true,
};
type NeighbourSelection = NonNullable<NonNullable<SwarmConfig['tracker']>['neighbourSelection']>;

/** The rules by which neighbours are chosen. */
const NEIGHBOUR_SELECTIONS: Readonly<Record<NeighbourSelection, true>> = {
  uniform: true,
  biased: true,
  hops: true,
  latency: true,
  cost: true,
  budget: true,
};

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
  /** Texts `field=value`, in their order. */
  readonly set?: readonly string[];
  readonly bias?: ParameterValue;
  readonly multi?: ParameterValue;
  readonly preference?: ParameterValue;
}

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
        Object.keys(NEIGHBOUR_SELECTIONS),
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
    .addOption(former('--bias <percent>', '--external-neighbours', plain))
    .addOption(former('--multi <n>', '--sub-torrents', plain))
    .addOption(former('--preference <how>', '--request-priority', plain));
}

/** A number if `text` is one, otherwise the text: the schema decides which it must be. */
function plain(text: string): ParameterValue {
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  return number ? Number(text) : text;
}

function addSetting(text: string, before: readonly string[] = []): readonly string[] {
  if (/^[^=\s]+=/.test(text)) return [...before, text];
  throw new InvalidArgumentError('Write FIELD=VALUE: network.as=8.');
}

function oneOf(flag: string, description: string, choices: readonly string[]): Option {
  return new Option(flag, description).choices(choices);
}

function former(flag: string, today: string, parser: (text: string) => unknown): Option {
  return new Option(flag, `former name of ${today}`).argParser(parser).hideHelp();
}
