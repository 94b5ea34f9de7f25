/** `bench windows`: what the window of synchronization costs. */

import type { Command } from 'commander';

import { count, counts } from '../../runs/options.ts';
import type { BenchEnvironment } from '../environment.ts';
import { checkCoreCount } from '../machine.ts';
import { type WindowCost, windowCosts, windowTable } from '../windows/measure.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly peers: readonly number[];
  readonly as: readonly number[];
  readonly latencies: readonly number[];
  readonly workers: number;
  readonly seconds: number;
  readonly runs: number;
}

export function addWindows(program: Command, environment: BenchEnvironment): void {
  withDestination(program.command('windows'))
    .description('Measures what the window of synchronization costs: one swarm, several latencies.')
    .option('--peers <counts>', 'numbers of peers', counts, [30, 300])
    .option('--as <counts>', 'numbers of AS', counts, [9])
    .option('--latencies <ms>', 'latencies between AS, which are the windows', counts, [200, 20, 5])
    .option('--workers <n>', 'number of workers', count, 2)
    .option('--seconds <n>', 'simulated time of each run', count, 120)
    .option('--runs <n>', 'number of runs of each case', count, 3)
    .action((flags: Flags) => run(flags, environment));
}

async function run(flags: Flags, environment: BenchEnvironment): Promise<void> {
  const { latencies: latenciesMs, workers, seconds, runs } = flags;
  checkCoreCount('--workers', workers);
  const costs: WindowCost[] = [];
  for (const asCount of flags.as) {
    for (const peers of flags.peers) {
      const { signal } = environment;
      const options = { peers, asCount, latenciesMs, workers, seconds, runs, signal };
      costs.push(...(await windowCosts(options)));
    }
  }
  await deliver('windows', { table: windowTable(costs), document: { costs } }, flags, environment);
}
