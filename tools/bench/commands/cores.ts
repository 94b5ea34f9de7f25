/** `bench cores`: the share of the machine's capacity that one run uses. */

import { availableParallelism } from 'node:os';
import { basename } from 'node:path';

import { UserError } from '@cachetorrent/runner';
import { asCountOf } from '@cachetorrent/simulator';
import { Argument, type Command } from 'commander';

import { configFile } from '../../files.ts';
import { seconds, table } from '../../runs/markdown.ts';
import { count } from '../../runs/options.ts';
import { type CoreUse, measureCores } from '../cores.ts';
import type { BenchEnvironment } from '../environment.ts';
import { checkCoreCount } from '../machine.ts';
import type { Summary } from '../statistics.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';
import { type PiecesFlag, runArgsOf, swarmOf, withPieces } from './swarm-options.ts';

interface Flags extends Destination, PiecesFlag {
  readonly cores: number;
  readonly runs: number;
}

export function addCores(program: Command, environment: BenchEnvironment): void {
  withPieces(withDestination(program.command('cores')))
    .description('Compares one run on all cores with as many independent runs at once.')
    .addArgument(
      new Argument('[configs...]', 'configuration files').default([configFile('medium')], 'medium'),
    )
    .option('--cores <n>', 'number of cores to use', count, availableParallelism())
    .option('--runs <n>', 'number of rounds, each with all that is compared', count, 5)
    .action((configs: readonly string[], flags: Flags) => run(configs, flags, environment));
}

async function run(
  configs: readonly string[],
  flags: Flags,
  environment: BenchEnvironment,
): Promise<void> {
  const { cores, pieces, runs: rounds } = flags;
  const { log, signal } = environment;
  checkCoreCount('--cores', cores, 2);
  for (const config of configs) {
    checkAsCount(config, asCountOf((await swarmOf(config, {})).topology), cores);
  }
  const args = runArgsOf(pieces === undefined ? {} : { pieces });
  const swarms: CoreUse[] = [];
  for (const config of configs) {
    swarms.push(await measureCores(config, { cores, rounds, args, log, signal }));
  }
  await deliver('cores', { table: coresTable(swarms), document: { swarms } }, flags, environment);
}

/** @throws UserError if there is not an AS for a worker on each core */
function checkAsCount(config: string, asCount: number, cores: number): void {
  if (asCount >= cores) return;
  throw new UserError({
    at: config,
    problem: `has ${asCount} AS, too few for a worker on each of ${cores} cores`,
    fix: asCount < 2 ? 'use a larger swarm' : `set --cores to ${asCount}, or use a larger swarm`,
  });
}

function coresTable(swarms: readonly CoreUse[]): string {
  const rows = swarms.map(({ config, cores, aloneMs, independent, speedUp, share }) => [
    basename(config),
    String(cores),
    seconds(aloneMs.median, 1),
    withRange(independent),
    withRange(speedUp),
    `${Math.round(100 * share.median)} %`,
  ]);
  const titles = [
    'swarm',
    'cores',
    '1 worker, s',
    'throughput of independent runs',
    'speed-up of one run',
    'share used',
  ];
  return table(titles, rows, 'lrrrrr');
}

function withRange({ median, min, max }: Summary): string {
  return `${median.toFixed(2)} (${min.toFixed(2)} – ${max.toFixed(2)})`;
}
