/** `bench campaign`: what campaigns cost beside their simulations. */

import { UserError } from '@cachetorrent/runner';
import type { Command } from 'commander';

import { count, names } from '../../runs/options.ts';
import { campaignCosts, type Part, PARTS } from '../campaign/measure.ts';
import { costTable } from '../campaign/report.ts';
import type { BenchEnvironment } from '../surroundings.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly only?: readonly string[];
  readonly runs: number;
  readonly longRuns: number;
  readonly storedRuns: number;
  readonly rounds: number;
}

export function addCampaign(program: Command, surroundings: BenchEnvironment): void {
  withDestination(program.command('campaign'))
    .description('Measures what campaigns cost beside their simulations.')
    .option('--only <parts>', `some of ${PARTS.join(',')}`, names)
    .option('--rounds <n>', 'how often to measure each', count, 5)
    .option('--runs <n>', 'short runs of a campaign', count, 200)
    .option('--long-runs <n>', 'long runs of a campaign, by one job and by two', count, 16)
    .option('--stored-runs <n>', 'runs in a large store', count, 100_000)
    .action((flags: Flags) => run(flags, surroundings));
}

async function run(flags: Flags, surroundings: BenchEnvironment): Promise<void> {
  const { tell, signal } = surroundings;
  const { only, runs, longRuns, storedRuns, rounds } = flags;
  const sizes = { runs, longRuns, storedRuns, rounds };
  const costs = await campaignCosts({ ...sizes, parts: partsOf(only), tell, signal });
  await deliver('campaign', { table: costTable(costs), document: { costs } }, flags, surroundings);
}

function partsOf(only: readonly string[] | undefined): readonly Part[] {
  const unknown = only?.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined) {
    const problem = `has no part "${unknown}"`;
    throw new UserError({ at: '--only', problem, fix: `write some of ${PARTS.join(',')}` });
  }
  return PARTS.filter((part) => only?.includes(part) ?? true);
}
