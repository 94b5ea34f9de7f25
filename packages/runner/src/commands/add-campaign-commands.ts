/**
 * The arguments and options of the campaign commands. Each command loads its implementation when
 * it runs, so that the other commands start without it.
 */

import { Argument, type Command, InvalidArgumentError, Option } from 'commander';

import { LOCAL_REDIS } from '../campaign/engines/redis-url.ts';
import type { CliEnvironment } from '../cli-environment.ts';
import type { ExportFlags } from './export.ts';
import type { QueryFlags } from './query.ts';
import type { ReportFlags } from './report.ts';
import type { SubmitFlags } from './submit.ts';
import type { SweepFlags } from './sweep.ts';
import type { WorkFlags } from './work.ts';

const DEFAULT_STORE = 'results';

const EXPERIMENT = 'Experiment file (YAML or JSON)';
const STORE = 'Folder that holds the results';
const JOBS = 'Number of cores to use (default: all)';
const REDIS = `Redis URL of the queue (default: $CACHETORRENT_REDIS, or ${LOCAL_REDIS})`;
const SBATCH = 'Options of sbatch for the array job, such as --sbatch=--partition=long';
const FORCE = 'Execute runs even if they are expected to exceed the memory';
const QUIET = 'Do not show progress';
const SHARED_STORE = `${STORE}; all machines of the batch system need access to it`;
const WORK_STORE =
  `${STORE} (default: "${DEFAULT_STORE}" for a shard; ` +
  'for a queue, results return through the queue)';
const LOCK =
  'Time in ms after which the run of an unresponsive worker passes to another (default: 30000)';
const TASKS = 'Number of tasks of the array job, at most (default: one per 30 s of work)';
const SQL = `Query over the tables runs, peers, traffic, and one per experiment, such as
"SELECT leaders, avg(redundancy) FROM runs GROUP BY ALL"`;

/** Adds the commands `sweep`, `work`, `submit`, `report`, `query` and `export` to `program`. */
export function addCampaignCommands(program: Command, environment: CliEnvironment): void {
  program
    .command('sweep')
    .description('Run the missing runs of an experiment and store the results')
    .argument('<experiment>', EXPERIMENT)
    .option('--store <folder>', STORE, DEFAULT_STORE)
    .option('--jobs <n>', JOBS, parsePositiveInteger)
    .addOption(
      new Option('--datasets <format>', 'Format of the datasets of a new store')
        .choices(['parquet', 'csv'])
        .default('parquet'),
    )
    .addOption(
      new Option('--engine <name>', 'Engine that executes the runs')
        .choices(['local', 'bullmq', 'array'])
        .default('local'),
    )
    .option('--redis <url>', REDIS)
    .option('--sbatch <options...>', SBATCH)
    .option('--dry-run', 'Print what would be done, and write nothing')
    .option('--force', FORCE)
    .option('--verify', 'Check all stored runs again, including those checked before')
    .option('--quiet', QUIET)
    .action(async (file: string, flags: SweepFlags) => {
      const { sweepCommand } = await import('./sweep.ts');
      await sweepCommand(file, flags, environment);
    });

  program
    .command('work')
    .description('Execute runs from a queue, or one shard of an experiment')
    .argument('[experiment]', 'Experiment file of the shard (default: execute runs from a queue)')
    .option('--redis <url>', REDIS)
    .option('--until-empty', 'Exit when the queue is empty, instead of waiting for more runs')
    .option('--lock <ms>', LOCK, parsePositiveInteger)
    .option('--shard <i/n>', 'Shard to execute, such as 2/8 (default: set by the batch system)')
    .option(
      '--shards <n>',
      'Number of shards, if the batch system does not set it',
      parsePositiveInteger,
    )
    .option('--runs <file>', 'Execute only the runs that this file lists')
    .option('--store <folder>', WORK_STORE)
    .option('--jobs <n>', JOBS, parsePositiveInteger)
    .option('--force', FORCE)
    .option('--quiet', QUIET)
    .action(async (file: string | undefined, flags: WorkFlags) => {
      const { workCommand } = await import('./work.ts');
      await workCommand(file, flags, environment);
    });

  program
    .command('submit')
    .description('Submit the missing runs of an experiment to a batch system')
    .addArgument(new Argument('<system>', 'Batch system').choices(['slurm']))
    .argument('<experiment>', EXPERIMENT)
    .option('--store <folder>', SHARED_STORE, DEFAULT_STORE)
    .option('--jobs <n>', 'Number of cores per task (default: 1)', parsePositiveInteger)
    .option('--tasks <n>', TASKS, parsePositiveInteger)
    .option('--sbatch <options...>', SBATCH)
    .option('--print', 'Print the batch script instead of submitting it')
    .action(async (_: string, file: string, flags: SubmitFlags) => {
      const { submitCommand } = await import('./submit.ts');
      await submitCommand(file, flags, environment);
    });

  program
    .command('report')
    .description('Write a report of an experiment: one page with plots and tables')
    .argument('[store]', STORE, DEFAULT_STORE)
    .option('--out <file>', 'HTML file to write', 'report.html')
    .option('--experiment <name>', 'Experiment to report (default: the only one in the store)')
    .option('--force', 'Overwrite an existing report')
    .action(async (store: string, flags: ReportFlags) => {
      const { reportCommand } = await import('./report.ts');
      await reportCommand(store, flags, environment);
    });

  program
    .command('query')
    .description('Query the results in a store with SQL')
    .argument('<store>', STORE)
    .argument('<sql>', SQL)
    .addOption(
      new Option('--format <format>', 'Format of the output')
        .choices(['table', 'csv', 'json'])
        .default('table'),
    )
    .action(async (store: string, sql: string, flags: QueryFlags) => {
      const { queryCommand } = await import('./query.ts');
      await queryCommand(store, sql, flags, environment);
    });

  program
    .command('export')
    .description('Export the results in a store as CSV files')
    .argument('[store]', STORE, DEFAULT_STORE)
    .option('--out <folder>', 'Folder to write to', 'export')
    .option('--experiment <name>', 'Export only the runs of this experiment (default: all runs)')
    .option('--force', 'Overwrite existing files')
    .action(async (store: string, flags: ExportFlags) => {
      const { exportCommand } = await import('./export.ts');
      await exportCommand(store, flags, environment);
    });
}

function parsePositiveInteger(text: string): number {
  const value = Number(text);
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Expected an integer, 1 or more.');
}
