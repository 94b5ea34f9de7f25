/** `bench micro`: the parts of the simulator, each by itself. */

import type { Command } from 'commander';

import { count } from '../../runs/options.ts';
import type { BenchEnvironment } from '../surroundings.ts';
import { costTable, microCosts } from '../micro/index.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly only?: string;
  readonly time: number;
}

export function addMicro(program: Command, surroundings: BenchEnvironment): void {
  withDestination(program.command('micro'))
    .description('Measures the parts of the simulator, each by itself.')
    .option('--only <text>', 'only those with this in their name, such as queue')
    .option('--time <ms>', 'how long to measure each', count, 1_000)
    .action((flags: Flags) => run(flags, surroundings));
}

async function run(flags: Flags, surroundings: BenchEnvironment): Promise<void> {
  const { only, time } = flags;
  const optional = only === undefined ? {} : { only };
  const costs = await microCosts({ timeMs: time, tell: surroundings.tell, ...optional });
  await deliver('micro', { table: costTable(costs), document: { costs } }, flags, surroundings);
}
