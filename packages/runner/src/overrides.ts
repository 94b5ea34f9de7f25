/**
 * The options that stand for fields of a configuration. What is said on the command line counts,
 * whatever the file says; whether it makes sense is checked with the rest of the swarm.
 */

import { CHOKERS, SEED_CHOKERS } from '@cachetorrent/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';

/** Adds them to a command: `Overrides` are among what its action is given. */
export function withOverrides(command: Command): Command {
  return command
    .option('--leaders <percent>', 'CacheTorrent, with so many percent of leaders', decimal)
    .option('--bias <percent>', 'so many percent of the neighbours from anywhere', decimal)
    .option('--multi <n>', 'sub-torrents, each with leaders of its own', decimal)
    .option('--pieces <n>', 'pieces of the file', decimal)
    .option('--piece-size <bits>', 'bits of a piece', decimal)
    .addOption(oneOf('--choker <strategy>', 'of leechers', Object.keys(CHOKERS)))
    .addOption(oneOf('--seed-choker <strategy>', 'of seeds', Object.keys(SEED_CHOKERS)))
    .addOption(
      oneOf('--preference <how>', 'of leaders, for the pieces that followers ask for', [
        'within-rarity',
        'absolute',
      ]),
    )
    .addOption(
      oneOf('--rules <whose>', 'the habits of clients, or of the original simulator', [
        'client',
        'original',
      ]),
    );
}

/** @throws InvalidArgumentError where `text` is no number */
export function decimal(text: string): number {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    throw new InvalidArgumentError('Write a number.');
  }
  return Number(text);
}

function oneOf(flag: string, description: string, choices: readonly string[]): Option {
  return new Option(flag, description).choices(choices);
}
