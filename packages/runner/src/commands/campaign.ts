/**
 * The commands of campaigns: their arguments and options. What they do is loaded when it is asked
 * for, so that the other commands start without it.
 */

import { type Command, InvalidArgumentError, Option } from 'commander';

import type { Surroundings } from '../surroundings.ts';
import type { ExportFlags } from './export.ts';
import type { QueryFlags } from './query.ts';
import type { ReportFlags } from './report.ts';
import type { SweepFlags } from './sweep.ts';

const STORE = 'results';

export function addCampaignCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('sweep')
    .description('Carries out the runs of an experiment that are not in the store yet.')
    .argument('<experiment>', 'an experiment file: YAML, or JSON')
    .option('--store <folder>', 'where results are kept', STORE)
    .option('--jobs <n>', 'cores to use; by default all', positive)
    .addOption(
      new Option('--datasets <format>', 'of the tables of a new store')
        .choices(['parquet', 'csv'])
        .default('parquet'),
    )
    .option('--dry-run', 'shows what would be done, and writes nothing')
    .option('--verify', 'reads every stored run again, to find what has been altered')
    .option('--quiet', 'shows no progress')
    .action(async (file: string, flags: SweepFlags) => {
      const { sweepCommand } = await import('./sweep.ts');
      await sweepCommand(file, flags, surroundings);
    });

  program
    .command('report')
    .description('Shows what an experiment came to: one page with plots and tables.')
    .argument('[store]', 'where results are kept', STORE)
    .option('--out <file>', 'the page to write', 'report.html')
    .option('--experiment <name>', 'which one, where the store has several')
    .action(async (store: string, flags: ReportFlags) => {
      const { reportCommand } = await import('./report.ts');
      await reportCommand(store, flags, surroundings);
    });

  program
    .command('query')
    .description('Asks a store in SQL: runs, peers, traffic, and a table for each experiment.')
    .argument('<store>', 'where results are kept')
    .argument('<sql>', "such as 'SELECT leaders, avg(redundancy) FROM runs GROUP BY ALL'")
    .addOption(
      new Option('--format <format>', 'of the answer')
        .choices(['table', 'csv', 'json'])
        .default('table'),
    )
    .action(async (store: string, sql: string, flags: QueryFlags) => {
      const { queryCommand } = await import('./query.ts');
      await queryCommand(store, sql, flags, surroundings);
    });

  program
    .command('export')
    .description('Writes what a store holds as CSV.')
    .argument('[store]', 'where results are kept', STORE)
    .option('--out <folder>', 'where to write to', 'export')
    .option('--experiment <name>', 'only the runs of this one')
    .action(async (store: string, flags: ExportFlags) => {
      const { exportCommand } = await import('./export.ts');
      await exportCommand(store, flags, surroundings);
    });
}

function positive(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Write a whole number, 1 or more.');
  return Number(text);
}
