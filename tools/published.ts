/**
 * Compares with what was published: `npm run published`.
 *
 * Runs every configuration that results were published for, by the rules of the original and by
 * those of a client, and writes `docs/published.md`. Finished runs are kept, so it can be stopped
 * and started again; with the same seeds on the same simulator, it only writes the page anew.
 */

import { writeFile } from 'node:fs/promises';

import { Command, InvalidArgumentError } from 'commander';

import { collectRuns } from './runs/collect.ts';
import { inRepository } from './runs/configs.ts';
import { count } from './runs/options.ts';
import { documentOf } from './published/document.ts';
import { type ExperimentOptions, inOrderOfSeed, makeExperiments } from './published/experiments.ts';

interface Options {
  readonly seeds: number;
  readonly only?: RegExp;
  readonly table?: true;
  readonly pieces?: number;
  readonly out?: string;
  readonly threads?: number;
}

const command = new Command('published')
  .description('Runs what results were published for, and writes docs/published.md.')
  .option('--seeds <n>', 'runs of each configuration', count, 5)
  .option('--only <pattern>', 'only runs whose name matches, such as medium/original', pattern)
  .option('--table', 'run nothing: write the page from what there is')
  .option('--pieces <n>', 'a trial with fewer pieces, for --out', count)
  .option('--out <file>', 'the page; default: docs/published.md')
  .option('--threads <n>', 'runs at a time; default: as many as there are cores', count)
  .parse();
await main(command.opts<Options>());

async function main({ out, table, threads, ...options }: Options): Promise<void> {
  if (options.pieces !== undefined && out === undefined) {
    command.error('--pieces is for trials: name a page of their own with --out', { exitCode: 2 });
  }
  const experiments = await makeExperiments(options satisfies ExperimentOptions);
  const jobs = inOrderOfSeed(experiments);
  const page = out ?? inRepository('docs/published.md');
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const runs = await collectRuns(jobs, { keptIn: 'published', table, threads, tell });
  if (runs === undefined) return;

  const documents = [...runs.values()];
  const text = documentOf({
    observed: experiments.map((experiment) => ({
      ...experiment,
      results: experiment.jobs.flatMap((job) => runs.get(job)?.result ?? []),
    })),
    coreMs: documents.reduce((sum, { timing }) => sum + timing.wallMs, 0),
    ...(options.pieces === undefined ? {} : { pieces: options.pieces }),
  });
  await writeFile(page, text);
  tell(`${page}: ${documents.length} runs`);
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch {
    throw new InvalidArgumentError('It is a regular expression.');
  }
}
