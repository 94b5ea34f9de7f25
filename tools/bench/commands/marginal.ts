/** `bench marginal`: the cost of one more message. */

import { basename } from 'node:path';

import { Argument, type Command } from 'commander';

import { configFile, inRepository } from '../../files.ts';
import { seconds, table } from '../../runs/markdown.ts';
import { count } from '../../runs/options.ts';
import type { BenchEnvironment } from '../environment.ts';
import { type Marginal, marginalCost } from '../marginal.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';
import { type ProtocolFlags, runArgsOf, swarmOf, withProtocol } from './swarm-options.ts';

interface Flags extends Destination, ProtocolFlags {
  readonly runs: number;
}

const IN_CACHE = inRepository('tools/bench/profile/in-cache.json');

export function addMarginal(program: Command, environment: BenchEnvironment): void {
  withProtocol(withDestination(program.command('marginal')))
    .description('Measures the cost of one more message: one worker, without its start.')
    .addArgument(
      new Argument('[configs...]', 'configuration files').default(
        [configFile('medium'), IN_CACHE],
        'medium, in-cache',
      ),
    )
    .option('--runs <n>', 'number of runs with all pieces, and with half', count, 5)
    .action((configs: readonly string[], flags: Flags) => run(configs, flags, environment));
}

async function run(
  configs: readonly string[],
  { pieces: trialPieces, ...flags }: Flags,
  environment: BenchEnvironment,
): Promise<void> {
  const { log, signal } = environment;
  const options = { rounds: flags.runs, args: runArgsOf(flags), log, signal };
  const trial = trialPieces === undefined ? {} : { pieces: trialPieces };
  const swarms: Marginal[] = [];
  for (const config of configs) {
    const { pieces } = await swarmOf(config, trial);
    swarms.push(await marginalCost(config, pieces, options));
  }
  const measurement = { table: marginalTable(swarms), document: { swarms } };
  await deliver('marginal', measurement, flags, environment);
}

function marginalTable(swarms: readonly Marginal[]): string {
  const rows = swarms.map(({ config, pieces, messages, messageNs, leastNs, restMs }) => [
    basename(config),
    String(pieces),
    (messages / 1e6).toFixed(1),
    messageNs.median.toFixed(0),
    `${messageNs.min.toFixed(0)} – ${messageNs.max.toFixed(0)}`,
    leastNs.toFixed(0),
    seconds(restMs.median, 2),
  ]);
  const titles = [
    'swarm',
    'pieces',
    'M messages',
    'ns per message',
    'min – max',
    'from the least times',
    'all else, CPU s',
  ];
  return table(titles, rows, 'lrrrrrr');
}
