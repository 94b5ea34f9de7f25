/** Options of commands that simulate a swarm from a configuration file. */

import { checkedSwarm, type Overrides, readConfig } from '@cachetorrent/runner';
import type { Swarm } from '@cachetorrent/simulator';
import type { Command } from 'commander';

import { count } from '../../runs/options.ts';

export interface PiecesFlag {
  readonly pieces?: number;
}

export interface ProtocolFlags extends PiecesFlag {
  readonly leaders?: string;
  readonly rules: string;
}

export function withPieces(command: Command): Command {
  return command.option('--pieces <n>', 'number of pieces, for a trial', count);
}

export function withProtocol(command: Command): Command {
  return withPieces(command)
    .option('--leaders <percent>', 'share of leaders; plain BitTorrent without')
    .option('--rules <rules>', 'client or original', 'client');
}

/** Returns the options for `cachetorrent run`, which checks their values. */
export function runArgsOf({ pieces, leaders, rules }: Partial<ProtocolFlags>): readonly string[] {
  return [
    ...(rules === undefined ? [] : ['--rules', rules]),
    ...(pieces === undefined ? [] : ['--pieces', String(pieces)]),
    ...(leaders === undefined ? [] : ['--leaders', leaders]),
  ];
}

/** @throws UserError if `file` is not a valid configuration */
export async function swarmOf(file: string, { pieces }: PiecesFlag): Promise<Swarm> {
  const overrides: Overrides = pieces === undefined ? {} : { pieces };
  return checkedSwarm(await readConfig(file), overrides).swarm;
}
