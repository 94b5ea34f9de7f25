/** `bench micro`: the components of the simulator, each by itself. */

import type { Command } from 'commander';

import { count } from '../../runs/options.ts';
import type { BenchEnvironment } from '../environment.ts';
import { costTable, microCosts } from '../micro/index.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly only?: string;
  readonly time: number;
}

export function addMicro(program: Command, environment: BenchEnvironment): void {
  withDestination(program.command('micro'))
    .description('Measures the components of the simulator, each by itself.')
    .option('--only <text>', 'only those with this text in their name, such as queue')
    .option('--time <ms>', 'time to measure each', count, 1_000)
    .action((flags: Flags) => run(flags, environment));
}

async function run(flags: Flags, environment: BenchEnvironment): Promise<void> {
  const { only = '', time: timeMs } = flags;
  const costs = await microCosts({ only, timeMs, log: environment.log });
  await deliver('micro', { table: costTable(costs), document: { costs } }, flags, environment);
}
