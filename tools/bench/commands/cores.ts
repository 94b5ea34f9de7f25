/** `bench cores`: how much of the machine a run makes use of. */

import { availableParallelism } from 'node:os';
import { basename } from 'node:path';

import { UserError } from '@cachetorrent/runner';
import type { Swarm } from '@cachetorrent/simulator';
import type { Command } from 'commander';

import { configFile } from '../../runs/configs.ts';
import { table } from '../../runs/markdown.ts';
import { count } from '../../runs/options.ts';
import { type Cores, measureCores } from '../cores/cores.ts';
import { checkCoreCount } from '../machine.ts';
import { swarmOf } from '../predict/measure.ts';
import type { Summary } from '../statistics.ts';
import type { BenchEnvironment } from '../surroundings.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly cores: number;
  readonly pieces?: number;
  readonly runs: number;
}

export function addCores(program: Command, surroundings: BenchEnvironment): void {
  withDestination(program.command('cores'))
    .description('Compares one run on all cores with as many unrelated runs at once.')
    .argument('[configs...]', 'configuration files', [configFile('medium')])
    .option('--cores <n>', 'cores to use, of those there are', count, availableParallelism())
    .option('--pieces <n>', 'with so many pieces, for a trial', count)
    .option('--runs <n>', 'rounds, each with all that is compared', count, 5)
    .action((configs: readonly string[], flags: Flags) => run(configs, flags, surroundings));
}

async function run(
  configs: readonly string[],
  flags: Flags,
  surroundings: BenchEnvironment,
): Promise<void> {
  const { cores, pieces, runs } = flags;
  checkCoreCount('--cores', cores, 2);
  for (const config of configs) checkSystems(config, await swarmOf(config, {}), cores);
  const { tell, signal } = surroundings;
  const args = pieces === undefined ? [] : ['--pieces', String(pieces)];
  const swarms: Cores[] = [];
  for (const config of configs) {
    swarms.push(await measureCores(config, { cores, rounds: runs, args, tell, signal }));
  }
  await deliver('cores', { table: coresTable(swarms), document: { swarms } }, flags, surroundings);
}

/** As many workers as cores have to have an AS each. */
function checkSystems(config: string, { topology }: Swarm, cores: number): void {
  const systems = topology.stubDomains;
  if (systems >= cores) return;
  throw new UserError({
    at: config,
    problem: `has ${systems} AS, too few for a worker on each of ${cores} cores`,
    fix:
      systems < 2
        ? 'take a swarm with more'
        : `set --cores to ${systems}, or take a swarm with more`,
  });
}

function coresTable(swarms: readonly Cores[]): string {
  const rows = swarms.map(({ config, cores, aloneMs, unrelated, speedUp, share }) => [
    basename(config),
    String(cores),
    (aloneMs.median / 1000).toFixed(1),
    spread(unrelated),
    spread(speedUp),
    `${Math.round(100 * share.median)} %`,
  ]);
  const titles = [
    'swarm',
    'cores',
    '1 worker, s',
    'unrelated runs, times the work',
    'one run, times as fast',
    'of that',
  ];
  return table(titles, rows, 'lrrrrr');
}

function spread({ median, min, max }: Summary): string {
  return `${median.toFixed(2)} (${min.toFixed(2)} – ${max.toFixed(2)})`;
}
