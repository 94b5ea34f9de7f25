/**
 * The commands of campaigns: their arguments and options. What they do is loaded when it is asked
 * for, so that the other commands start without it.
 */

import { Argument, type Command, InvalidArgumentError, Option } from 'commander';

import type { CliEnvironment } from '../cli-environment.ts';
import type { ExportFlags } from './export.ts';
import type { QueryFlags } from './query.ts';
import type { ReportFlags } from './report.ts';
import type { SubmitFlags } from './submit.ts';
import type { SweepFlags } from './sweep.ts';
import type { WorkFlags } from './work.ts';

const DEFAULT_STORE = 'results';
const REDIS = 'address of the queue; by default CACHETORRENT_REDIS, or on this machine';

export function addCampaignCommands(program: Command, environment: CliEnvironment): void {
  program
    .command('sweep')
    .description('Carries out the runs of an experiment that are not in the store yet.')
    .argument('<experiment>', 'an experiment file: YAML, or JSON')
    .option('--store <folder>', 'where results are kept', DEFAULT_STORE)
    .option('--jobs <n>', 'cores to use; by default all', parsePositiveInteger)
    .addOption(
      new Option('--datasets <format>', 'of the tables of a new store')
        .choices(['parquet', 'csv'])
        .default('parquet'),
    )
    .addOption(
      new Option('--engine <name>', 'where the runs are carried out')
        .choices(['local', 'bullmq', 'array'])
        .default('local'),
    )
    .option('--redis <url>', REDIS)
    .option('--sbatch <options...>', 'of the array job, such as --sbatch=--partition=long')
    .option('--dry-run', 'shows what would be done, and writes nothing')
    .option('--verify', 'reads every stored run again, to find what has been altered')
    .option('--quiet', 'shows no progress')
    .action(async (file: string, flags: SweepFlags) => {
      const { sweepCommand } = await import('./sweep.ts');
      await sweepCommand(file, flags, environment);
    });

  program
    .command('work')
    .description('Carries out runs that were planned elsewhere: of a queue, or a shard.')
    .argument('[experiment]', 'takes a shard of it; without, takes runs from a queue in Redis')
    .option('--redis <url>', REDIS)
    .option('--until-empty', 'ends when the queue is empty, instead of waiting for more')
    .option(
      '--lock <ms>',
      'after so long in silence, a run goes to another worker',
      parsePositiveInteger,
    )
    .option('--shard <i/n>', 'the i-th of n shards; batch systems say it themselves')
    .option(
      '--shards <n>',
      'how many there are, where a batch system says only which',
      parsePositiveInteger,
    )
    .option('--runs <file>', 'only the runs that it lists')
    .option(
      '--store <folder>',
      `where results go; of a shard, ${DEFAULT_STORE}; of a queue, back through it`,
    )
    .option('--jobs <n>', 'cores to use; by default all', parsePositiveInteger)
    .option('--quiet', 'shows no progress')
    .action(async (file: string | undefined, flags: WorkFlags) => {
      const { workCommand } = await import('./work.ts');
      await workCommand(file, flags, environment);
    });

  program
    .command('submit')
    .description('Hands the missing runs of an experiment to a batch system.')
    .addArgument(new Argument('<system>', 'which one').choices(['slurm']))
    .argument('<experiment>', 'an experiment file: YAML, or JSON')
    .option('--store <folder>', 'where results are kept; all nodes have to see it', DEFAULT_STORE)
    .option('--jobs <n>', 'cores of each task; by default 1', parsePositiveInteger)
    .option(
      '--tasks <n>',
      'of the array job; by default one for half a minute of work',
      parsePositiveInteger,
    )
    .option('--sbatch <options...>', 'of the array job, such as --sbatch=--partition=long')
    .option('--print', 'shows the script instead of submitting it')
    .action(async (_: string, file: string, flags: SubmitFlags) => {
      const { submitCommand } = await import('./submit.ts');
      await submitCommand(file, flags, environment);
    });

  program
    .command('report')
    .description('Shows what an experiment came to: one page with plots and tables.')
    .argument('[store]', 'where results are kept', DEFAULT_STORE)
    .option('--out <file>', 'the page to write', 'report.html')
    .option('--experiment <name>', 'which one, where the store has several')
    .action(async (store: string, flags: ReportFlags) => {
      const { reportCommand } = await import('./report.ts');
      await reportCommand(store, flags, environment);
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
      await queryCommand(store, sql, flags, environment);
    });

  program
    .command('export')
    .description('Writes what a store holds as CSV.')
    .argument('[store]', 'where results are kept', DEFAULT_STORE)
    .option('--out <folder>', 'where to write to', 'export')
    .option('--experiment <name>', 'only the runs of this one')
    .action(async (store: string, flags: ExportFlags) => {
      const { exportCommand } = await import('./export.ts');
      await exportCommand(store, flags, environment);
    });
}

function parsePositiveInteger(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Write a whole number, 1 or more.');
  return Number(text);
}
