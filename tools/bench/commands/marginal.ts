/** `bench marginal`: what one more message costs. */

import { basename } from 'node:path';

import type { Command } from 'commander';

import { configFile, inRepository } from '../../runs/configs.ts';
import { table } from '../../runs/markdown.ts';
import { count } from '../../runs/options.ts';
import { type Marginal, marginalCost } from '../marginal/marginal.ts';
import type { BenchEnvironment } from '../surroundings.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly pieces?: number;
  readonly leaders?: string;
  readonly rules: string;
  readonly runs: number;
}

const IN_CACHE = inRepository('tools/bench/profile/in-cache.json');

export function addMarginal(program: Command, surroundings: BenchEnvironment): void {
  withDestination(program.command('marginal'))
    .description('Says what one more message costs: one worker, without start and compilation.')
    .argument('[configs...]', 'configuration files', [configFile('medium'), IN_CACHE])
    .option('--pieces <n>', 'with so many pieces, for a trial', count)
    .option('--leaders <percent>', 'with leaders')
    .option('--rules <rules>', "client's or original's", 'client')
    .option('--runs <n>', 'runs of each, with all pieces and with half', count, 5)
    .action((configs: readonly string[], flags: Flags) => run(configs, flags, surroundings));
}

async function run(
  configs: readonly string[],
  flags: Flags,
  surroundings: BenchEnvironment,
): Promise<void> {
  const { pieces, leaders, rules, runs } = flags;
  const { tell, signal } = surroundings;
  const options = {
    rounds: runs,
    args: ['--rules', rules, ...(leaders === undefined ? [] : ['--leaders', leaders])],
    tell,
    signal,
    ...(pieces === undefined ? {} : { pieces }),
  };
  const swarms: Marginal[] = [];
  for (const config of configs) swarms.push(await marginalCost(config, options));
  const measured = { table: marginalTable(swarms), document: { swarms } };
  await deliver('marginal', measured, flags, surroundings);
}

function marginalTable(swarms: readonly Marginal[]): string {
  const rows = swarms.map(({ config, pieces, messages, messageNs, leastNs, restMs }) => [
    basename(config),
    String(pieces),
    (messages / 1e6).toFixed(1),
    messageNs.median.toFixed(0),
    `${messageNs.min.toFixed(0)} – ${messageNs.max.toFixed(0)}`,
    leastNs.toFixed(0),
    (restMs.median / 1000).toFixed(2),
  ]);
  const titles = [
    'swarm',
    'pieces',
    'M messages',
    'ns of one more',
    'min – max',
    'of the least times',
    'all else, CPU s',
  ];
  return table(titles, rows, 'lrrrrrr');
}
