/**
 * A page that is written from experiments: the command line of its tool, its runs, its generated
 * section, and its pictures. Finished runs are stored, so the tool can be stopped and started
 * again.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ParameterValue } from '@cachetorrent/runner';
import { Command } from 'commander';

import {
  type ExperimentFile,
  readExperiment,
} from '../../packages/runner/src/campaign/experiment/read.ts';
import { type ReportPlot, svgForFile } from '../../packages/runner/src/report/svg.ts';
import { inRepository } from '../files.ts';
import { type CampaignOptions, collectExperiment, type SettingRuns } from './collect.ts';
import { withInterruptSignal } from './interrupt.ts';
import { withSection } from './markdown.ts';
import { count, counts } from './options.ts';
import { EXIT, runTool } from './program.ts';

/** An experiment and its runs. */
export interface CollectedExperiment {
  readonly file: ExperimentFile;
  readonly settings: readonly SettingRuns[];
}

/** The experiments by name. */
export type Experiments = ReadonlyMap<string, CollectedExperiment>;

/** Which of the runs of an experiment are wanted. */
export interface Repetitions {
  /** Number of runs of each setting (default: as the experiment says). */
  readonly runs?: number;
  /** The random seeds, instead of `runs`. */
  readonly seeds?: readonly number[];
}

/** Runs what the store lacks of an experiment of `examples/experiments`. */
export async function collectFile(
  name: string,
  { runs, seeds }: Repetitions,
  collecting: CampaignOptions,
): Promise<CollectedExperiment> {
  const file = await readExperiment(inRepository(`examples/experiments/${name}.yaml`));
  const { base, repeat: written = 1, ...rest } = file.experiment;
  const experiment = {
    ...rest,
    base: typeof base === 'string' ? join(file.folder, base) : base,
    ...(seeds === undefined ? { repeat: runs ?? written } : { seeds }),
  };
  return { file, settings: await collectExperiment(experiment, collecting) };
}

/** A generated section, and the pictures that it shows. */
export interface GeneratedSection {
  readonly text: string;
  readonly plots: readonly ReportPlot[];
}

export interface ExperimentPage {
  /** The name of the tool. */
  readonly tool: string;
  /** The name of the section, of `docs/NAME.md`, and of the folder of its pictures. */
  readonly name: string;
  readonly description: string;
  /** The experiment files, without `.yaml`. */
  readonly experiments: readonly string[];
  readonly sectionOf: (experiments: Experiments) => GeneratedSection;
}

interface Options extends Repetitions {
  readonly jobs?: number;
  readonly table?: true;
  readonly out?: string;
}

/** Runs the tool that writes a page. */
export async function runPageTool(page: ExperimentPage): Promise<void> {
  const program = new Command(page.tool)
    .description(page.description)
    .option('--runs <n>', 'number of runs of each setting (default: as the experiments say)', count)
    .option('--seeds <list>', 'random seeds of the runs, instead of --runs', counts)
    .option('--jobs <n>', 'number of runs at a time (default: the number of cores)', count)
    .option('--table', 'run nothing: write the section from the stored runs')
    .option('--out <folder>', 'folder with the page, for pictures too (default: docs)')
    .action((options: Options) => writePage(page, options));
  await runTool(program);
}

async function writePage(
  { name, experiments, sectionOf }: ExperimentPage,
  options: Options,
): Promise<void> {
  const folder = options.out ?? inRepository('docs');
  const file = join(folder, `${name}.md`);
  const text = await readFile(file, 'utf8');
  await withInterruptSignal(async (signal) => {
    try {
      const collected = new Map<string, CollectedExperiment>();
      for (const experiment of experiments) {
        const collecting = {
          store: `.cache/${name}`,
          threads: options.jobs,
          storedOnly: options.table === true,
          log: (line: string) => log(`${experiment}, ${line}`),
          signal,
        };
        collected.set(experiment, await collectFile(experiment, options, collecting));
      }
      const section = sectionOf(collected);
      await mkdir(join(folder, name), { recursive: true });
      for (const plot of section.plots) {
        await writeFile(join(folder, name, `${plot.name}.svg`), `${svgForFile(plot)}\n`);
      }
      await writeFile(file, withSection(text, name, section.text));
      log(`${file} is written.`);
    } catch (error) {
      if (!signal.aborted) throw error;
      log('Stopped. Finished runs are stored: start again to continue.');
      process.exitCode = EXIT.interrupted;
    }
  });
}

/** A picture of the page as Markdown, with its caption. */
export function pictureOf(pageName: string, { name, title, caption }: ReportPlot): string {
  return `![${title}](${pageName}/${name}.svg)\n\n${caption}`;
}

/** The value of a parameter in a table; empty if there is none. */
export function parameterText(value: ParameterValue | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** How many runs there were, and how long they took. */
export function costOf(experiments: Experiments): string {
  const runs = [...experiments.values()].flatMap(({ settings }) =>
    settings.flatMap((setting) => setting.runs.filter((run) => run !== undefined)),
  );
  const coreMs = runs.reduce((sum, { timing }) => sum + timing.wallMs * timing.workers, 0);
  const minutes = Math.round(coreMs / 60_000);
  return `The figures come from ${runs.length} runs, which took ${minutes} min of one core.`;
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}
