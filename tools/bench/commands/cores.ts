/** `bench cores`: how much of the machine a run makes use of. */

import { availableParallelism } from 'node:os';
import { basename } from 'node:path';

import { UserMistake } from '@cachetorrent/runner';
import type { Command } from 'commander';

import { configFile } from '../../runs/configs.ts';
import { table } from '../../runs/markdown.ts';
import { count } from '../../runs/options.ts';
import { type Cores, measureCores } from '../cores/cores.ts';
import type { Summary } from '../statistics.ts';
import type { Surroundings } from '../surroundings.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly cores: number;
  readonly pieces?: number;
  readonly runs: number;
}

export function addCores(program: Command, surroundings: Surroundings): void {
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
  surroundings: Surroundings,
): Promise<void> {
  const { cores, pieces, runs } = flags;
  check(cores);
  const { tell, signal } = surroundings;
  const args = pieces === undefined ? [] : ['--pieces', String(pieces)];
  const swarms: Cores[] = [];
  for (const config of configs) {
    swarms.push(await measureCores(config, { cores, rounds: runs, args, tell, signal }));
  }
  await deliver('cores', { table: coresTable(swarms), document: { swarms } }, flags, surroundings);
}

function check(cores: number): void {
  const there = availableParallelism();
  if (cores >= 2 && cores <= there) return;
  throw new UserMistake({
    at: '--cores',
    problem: `is ${cores}, and here are ${there} cores`,
    fix: there < 2 ? 'measure on a machine with 2 or more' : `set it from 2 to ${there}`,
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
