/** `bench campaign`: what campaigns cost beside their simulations. */

import type { Command } from 'commander';

import { campaignCosts } from '../campaign/measure.ts';
import { costTable } from '../campaign/report.ts';
import { measuredOn, writeIntoPage } from '../page.ts';
import { heading } from '../result-file.ts';
import type { Surroundings } from '../surroundings.ts';
import { count } from './options.ts';

interface Flags {
  readonly runs: number;
  readonly longRuns: number;
  readonly storedRuns: number;
  readonly rounds: number;
  readonly out?: string;
  readonly page?: string;
  readonly json?: true;
}

export function addCampaign(program: Command, surroundings: Surroundings): void {
  program
    .command('campaign')
    .description('Measures what campaigns cost beside their simulations.')
    .option('--rounds <n>', 'how often to measure each', count, 5)
    .option('--runs <n>', 'short runs of a campaign', count, 200)
    .option('--long-runs <n>', 'long runs of a campaign, by one job and by two', count, 12)
    .option('--stored-runs <n>', 'runs in a large store', count, 100_000)
    .option('--out <file>', 'writes the result there, as JSON')
    .option('--page <file>', 'writes the table into a page, between its two comments')
    .option('--json', 'prints the result instead of the table')
    .action((flags: Flags) => run(flags, surroundings));
}

async function run(flags: Flags, { tell, signal, deliver }: Surroundings): Promise<void> {
  const { runs, longRuns, storedRuns, rounds, page, ...rest } = flags;
  const costs = await campaignCosts({ runs, longRuns, storedRuns, rounds, tell, signal });
  const table = `${costTable(costs)}\n\n${measuredOn()}`;
  await deliver({ table, document: { ...heading('campaign'), costs }, ...rest });
  if (page !== undefined) await writeIntoPage(page, 'campaign', table);
}
