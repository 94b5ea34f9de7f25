/**
 * Checks what papers found against our runs: `npm run findings`.
 *
 * Runs the experiments of `examples/experiments` that repeat what the papers did, and writes the
 * section `findings` of `docs/findings.md`. Finished runs are stored, so the tool can be stopped
 * and started again; of papers that are not chosen, it shows the stored runs.
 */

import { readFile, writeFile } from 'node:fs/promises';

import { Command } from 'commander';

import { inRepository } from './files.ts';
import { experimentsOf, PAPERS } from './findings/papers.ts';
import { FINDINGS_PAGE, FINDINGS_SECTION, sectionOf } from './findings/section.ts';
import { type CollectedExperiment, collectFile } from './runs/experiment-page.ts';
import { withInterruptSignal } from './runs/interrupt.ts';
import { withSection } from './runs/markdown.ts';
import { checkOnly, count, counts, names } from './runs/options.ts';
import { EXIT, runTool } from './runs/program.ts';

interface Options {
  readonly paper?: readonly string[];
  readonly runs?: number;
  readonly seeds?: readonly number[];
  readonly jobs?: number;
  readonly table?: true;
  readonly out?: string;
}

const NAMES = PAPERS.map(({ name }) => name);

const program = new Command('findings')
  .description('Run experiments that papers made, and compare what they found.')
  .option('--paper <names>', `only these of ${NAMES.join(', ')}`, names)
  .option('--runs <n>', 'number of runs of each setting (default: as the experiment says)', count)
  .option('--seeds <list>', 'random seeds of the runs, instead of --runs', counts)
  .option('--jobs <n>', 'number of runs at a time (default: the number of cores)', count)
  .option('--table', 'run nothing: write the section from the stored runs')
  .option('--out <file>', `page with the section (default: ${FINDINGS_PAGE})`)
  .action(findings);
await runTool(program);

async function findings(options: Options): Promise<void> {
  const chosen = options.paper ?? NAMES;
  checkOnly('paper', chosen, NAMES);
  const out = options.out ?? inRepository(FINDINGS_PAGE);
  const page = await readFile(out, 'utf8');
  await withInterruptSignal(async (signal) => {
    try {
      const experiments = new Map<string, CollectedExperiment>();
      for (const paper of PAPERS) {
        const isChosen = chosen.includes(paper.name);
        const storedOnly = options.table === true || !isChosen;
        for (const name of experimentsOf(paper)) {
          const collecting = {
            store: '.cache/findings',
            threads: options.jobs,
            storedOnly,
            log: (line: string) => log(`${name}, ${line}`),
            signal,
          };
          experiments.set(name, await collectFile(name, isChosen ? options : {}, collecting));
        }
      }
      const section = sectionOf(PAPERS, experiments);
      await writeFile(out, withSection(page, FINDINGS_SECTION, section));
      log(`${out} is written.`);
    } catch (error) {
      if (!signal.aborted) throw error;
      log('Stopped. Finished runs are stored: start again to continue.');
      process.exitCode = EXIT.interrupted;
    }
  });
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}
