/**
 * Compares our results with the published ones: `npm run published`.
 *
 * Runs every configuration for which results were published, by the rules of the original and by
 * those of a client, and writes `docs/published.md`. Finished runs are stored, so the tool can be
 * stopped and started again; if no run is missing, it only rewrites the page.
 */

import { writeFile } from 'node:fs/promises';

import { Command, InvalidArgumentError } from 'commander';

import { inRepository } from './files.ts';
import { documentOf } from './published/document.ts';
import { CONFIGS } from './published/published-figures.ts';
import { makeVariants, type MeasuredVariant } from './published/variants.ts';
import { collectRuns } from './runs/collect.ts';
import { withInterruptSignal } from './runs/interrupt.ts';
import { count } from './runs/options.ts';

interface Options {
  readonly seeds: number;
  readonly only?: RegExp;
  readonly table?: true;
  readonly pieces?: number;
  readonly out?: string;
  readonly threads?: number;
}

const command = new Command('published')
  .description('Runs the published configurations, and writes docs/published.md.')
  .option('--seeds <n>', 'number of runs of each configuration', count, 5)
  .option('--only <pattern>', 'only runs whose name matches, such as medium/original', pattern)
  .option('--table', 'run nothing: write the page from the stored runs')
  .option('--pieces <n>', 'number of pieces, for a trial; needs --out', count)
  .option('--out <file>', 'page to write (default: docs/published.md)')
  .option('--threads <n>', 'number of runs at a time (default: the number of cores)', count)
  .parse();
const options = command.opts<Options>();
if (options.pieces !== undefined && options.out === undefined) {
  command.error('--pieces is for trials: name another page with --out', { exitCode: 2 });
}
await withInterruptSignal(async (signal) => {
  try {
    await main(options, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    log('Stopped. Finished runs are stored: start again to continue.');
    process.exitCode = 130;
  }
});

async function main({ seeds, out, table, threads, ...rest }: Options, signal: AbortSignal) {
  const variants = await makeVariants(rest);
  const storedOnly = table === true;
  const measured: MeasuredVariant[] = [];
  let coreMs = 0;
  for (const config of CONFIGS) {
    const ofConfig = variants.filter(({ variant }) => variant.config === config);
    const store = `.cache/published/${config}`;
    const collecting = { base: config, seeds, store, threads, storedOnly, log, signal };
    const runs = await collectRuns(ofConfig, collecting);
    for (const variant of ofConfig) {
      const done = runs.get(variant.name)!.filter((run) => run !== undefined);
      measured.push({ ...variant, results: done.map(({ result }) => result) });
      for (const { timing } of done) coreMs += timing.wallMs * timing.workers;
    }
  }
  const page = out ?? inRepository('docs/published.md');
  const trial = rest.pieces === undefined ? {} : { pieces: rest.pieces };
  await writeFile(page, documentOf({ measured, coreMs, ...trial }));
  log(`${page} is written.`);
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch {
    throw new InvalidArgumentError('Write a regular expression.');
  }
}
