/** `bench micro`: the parts of the simulator, each by itself. */

import type { Command } from 'commander';

import type { Surroundings } from '../surroundings.ts';
import { costTable, microCosts } from '../micro/index.ts';
import { measuredOn, writeIntoPage } from '../page.ts';
import { heading } from '../result-file.ts';
import { count } from './options.ts';

interface Flags {
  readonly only?: string;
  readonly time: number;
  readonly out?: string;
  readonly page?: string;
  readonly json?: true;
}

export function addMicro(program: Command, surroundings: Surroundings): void {
  program
    .command('micro')
    .description('Measures the parts of the simulator, each by itself.')
    .option('--only <text>', 'only those with this in their name, such as queue')
    .option('--time <ms>', 'how long to measure each', count, 1_000)
    .option('--out <file>', 'writes the result there, as JSON')
    .option('--page <file>', 'writes the table into a page, between its two comments')
    .option('--json', 'prints the result instead of the table')
    .action((flags: Flags) => run(flags, surroundings));
}

async function run(flags: Flags, { tell, deliver }: Surroundings): Promise<void> {
  const { only, time, page, ...rest } = flags;
  const optional = only === undefined ? {} : { only };
  const costs = await microCosts({ timeMs: time, tell, ...optional });
  const table = `${costTable(costs)}\n\n${measuredOn()}`;
  await deliver({ table, document: { ...heading('micro'), costs }, ...rest });
  if (page !== undefined) await writeIntoPage(page, 'micro', table);
}
