/** `bench topology`: measures the reading of AS relationships, and the routes between AS. */

import type { Command } from 'commander';

import { count, counts } from '../../runs/options.ts';
import type { BenchEnvironment } from '../environment.ts';
import { topologyResult, topologyTable } from '../topology/measure.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly as: number;
  readonly relationships: number;
  readonly hosts: readonly number[];
}

export function addTopology(program: Command, environment: BenchEnvironment): void {
  withDestination(program.command('topology'))
    .description('Measures the reading of AS relationships and the routes between AS.')
    .option('--as <n>', 'number of AS', count, 80_000)
    .option('--relationships <n>', 'number of relationships', count, 500_000)
    .option('--hosts <counts>', 'numbers of AS that host peers', counts, [50, 500])
    .action((flags: Flags) => run(flags, environment));
}

async function run(flags: Flags, environment: BenchEnvironment): Promise<void> {
  const { as: asCount, relationships: relationshipCount, hosts } = flags;
  const results = [];
  for (const hostCount of hosts) {
    const point = { asCount, relationshipCount, hostCount };
    results.push(await topologyResult(point, environment.signal));
  }
  const report = { table: topologyTable(results), document: { results } };
  await deliver('topology', report, flags, environment);
}
