/** `bench campaign`: what campaigns cost beside their simulations. */

import { UserMistake } from '@cachetorrent/runner';
import type { Command } from 'commander';

import { campaignCosts, type Part, PARTS } from '../campaign/measure.ts';
import { costTable } from '../campaign/report.ts';
import { measuredOn, writeIntoPage } from '../page.ts';
import { heading } from '../result-file.ts';
import type { Surroundings } from '../surroundings.ts';
import { count, names } from './options.ts';

interface Flags {
  readonly only?: readonly string[];
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
    .option('--only <parts>', `some of ${PARTS.join(',')}`, names)
    .option('--rounds <n>', 'how often to measure each', count, 5)
    .option('--runs <n>', 'short runs of a campaign', count, 200)
    .option('--long-runs <n>', 'long runs of a campaign, by one job and by two', count, 16)
    .option('--stored-runs <n>', 'runs in a large store', count, 100_000)
    .option('--out <file>', 'writes the result there, as JSON')
    .option('--page <file>', 'writes the table into a page, between its two comments')
    .option('--json', 'prints the result instead of the table')
    .action((flags: Flags) => run(flags, surroundings));
}

async function run(flags: Flags, { tell, signal, deliver }: Surroundings): Promise<void> {
  const { only, page, json, out, ...sizes } = flags;
  const costs = await campaignCosts({ ...sizes, parts: partsOf(only), tell, signal });
  const table = `${costTable(costs)}\n\n${measuredOn()}`;
  const where = { ...(json ? { json } : {}), ...(out === undefined ? {} : { out }) };
  await deliver({ table, document: { ...heading('campaign'), costs }, ...where });
  if (page !== undefined) await writeIntoPage(page, 'campaign', table);
}

function partsOf(only: readonly string[] | undefined): readonly Part[] {
  const unknown = only?.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined) {
    const problem = `has no part "${unknown}"`;
    throw new UserMistake({ at: '--only', problem, fix: `write some of ${PARTS.join(',')}` });
  }
  return PARTS.filter((part) => only?.includes(part) ?? true);
}
