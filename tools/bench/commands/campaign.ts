/** `bench campaign`: the cost of campaigns beyond their simulations. */

import type { Command } from 'commander';

import { table } from '../../runs/markdown.ts';
import { checkOnly, count, names } from '../../runs/options.ts';
import { CAMPAIGN_PARTS, type CampaignCost, campaignCosts } from '../campaign/measure.ts';
import type { BenchEnvironment } from '../environment.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly only?: readonly string[];
  readonly runs: number;
  readonly longRuns: number;
  readonly storedRuns: number;
  readonly rounds: number;
}

export function addCampaign(program: Command, environment: BenchEnvironment): void {
  withDestination(program.command('campaign'))
    .description('Measures the cost of campaigns beyond their simulations.')
    .option('--only <parts>', `some of ${CAMPAIGN_PARTS.join(',')}`, names)
    .option('--rounds <n>', 'number of measurements of each part', count, 5)
    .option('--runs <n>', 'number of short runs in a campaign', count, 200)
    .option('--long-runs <n>', 'number of long runs, with one job and with two', count, 16)
    .option('--stored-runs <n>', 'number of runs in a large store', count, 100_000)
    .action((flags: Flags) => run(flags, environment));
}

async function run(flags: Flags, environment: BenchEnvironment): Promise<void> {
  const { log, signal } = environment;
  const { only = CAMPAIGN_PARTS, ...sizes } = flags;
  checkOnly('part', only, CAMPAIGN_PARTS);
  const parts = CAMPAIGN_PARTS.filter((part) => only.includes(part));
  const costs = await campaignCosts({ ...sizes, parts, log, signal });
  await deliver('campaign', { table: costTable(costs), document: { costs } }, flags, environment);
}

function costTable(costs: readonly CampaignCost[]): string {
  const rows = costs.map(({ what, unit, rounds: { min, median, max }, goal }) => {
    const format = (value: number) => `${value.toFixed(unit === 'ms' ? 1 : 2)} ${unit}`;
    const isSpeedUp = unit === '×';
    const [best, worst] = isSpeedUp ? [max, min] : [min, max];
    const target = `${isSpeedUp ? '≥' : '≤'} ${goal} ${unit}`;
    return [what, format(best), format(median), format(worst), target];
  });
  return table(['what', 'best', 'median', 'worst', 'target'], rows, 'lrrrl');
}
