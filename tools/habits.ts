/**
 * Finds out what each habit of the original is worth, one at a time: `npm run habits`.
 *
 * Writes the tables between the marks in `docs/model.md`. Finished runs are kept, so it can be
 * stopped and started again.
 */

import { readFile, writeFile } from 'node:fs/promises';

import { checkedSwarm, readConfig, type RunDocument } from '@cachetorrent/runner';
import { Command } from 'commander';

import { type Comparison, sectionOf } from './habits/section.ts';
import { type Switched, switchesOf } from './habits/switches.ts';
import type { Job } from './runs/batch.ts';
import { collectRuns } from './runs/collect.ts';
import { configFile, inRepository } from './runs/configs.ts';
import { withSection } from './runs/markdown.ts';
import { count } from './runs/options.ts';

interface Options {
  readonly config: string;
  readonly pieces: number;
  readonly leaders: number;
  readonly seeds: number;
  readonly table?: true;
  readonly threads?: number;
  readonly out: string;
}

/** A table to be: what is run for it, row by row. */
interface Planned {
  readonly title: string;
  readonly rows: readonly { readonly switched: Switched; readonly jobs: readonly Job[] }[];
}

const command = new Command('habits')
  .description('Switches the habits of the original one at a time, and writes what that changes.')
  .option('--config <name>', 'one of examples/configs', 'medium')
  .option('--pieces <n>', 'pieces of the file', count, 100)
  .option('--leaders <percent>', 'of CacheTorrent', count, 30)
  .option('--seeds <n>', 'runs of each row', count, 3)
  .option('--table', 'run nothing: write the tables from what there is')
  .option('--threads <n>', 'runs at a time; default: as many as there are cores', count)
  .option('--out <file>', 'a page with the marks', inRepository('docs/model.md'))
  .parse();
await main(command.opts<Options>());

async function main(options: Options): Promise<void> {
  const { table, threads, out } = options;
  const page = await readFile(out, 'utf8');
  const planned = await plan(options);
  const jobs = planned
    .flatMap(({ rows }) => rows.flatMap((row) => row.jobs))
    .sort((a, b) => a.seed - b.seed);
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const runs = await collectRuns(jobs, { keptIn: 'habits', table, threads, tell });
  if (runs === undefined) return;
  const section = sectionOf(
    introductionOf(options),
    planned.map((each) => finished(each, runs)),
  );
  await writeFile(out, withSection(page, 'habits', section));
  tell(`${out}: ${runs.size} runs`);
}

async function plan({ config, pieces, leaders, seeds }: Options): Promise<Planned[]> {
  const file = await readConfig(configFile(config));
  const protocols = [
    { protocol: 'BitTorrent', overrides: { pieces } },
    { protocol: `CacheTorrent, ${leaders} %`, overrides: { pieces, leaders } },
  ];
  return protocols.flatMap(({ protocol, overrides }) =>
    (['client', 'original'] as const).map((rules) => ({
      title: `${protocol}, from the rules of the ${rules}`,
      rows: switchesOf(rules, 'leaders' in overrides).map((switched) => {
        const checked = checkedSwarm(file, { ...overrides, ...switched.thrown, rules });
        const jobs = Array.from({ length: seeds }, (_, i) => ({
          name: `${protocol}, ${rules}, ${switched.title}, seed ${i + 1}`,
          checked,
          seed: i + 1,
        }));
        return { switched, jobs };
      }),
    })),
  );
}

function finished({ title, rows }: Planned, runs: ReadonlyMap<Job, RunDocument>): Comparison {
  return {
    title,
    rows: rows.map(({ switched, jobs }) => ({
      switched,
      results: jobs.map((job) => runs.get(job)?.result),
    })),
  };
}

function introductionOf({ config, pieces, seeds }: Options): string {
  return `
\`${config}\` with ${pieces} pieces, ${seeds} seeds. Each row throws one switch from where the
first one stands. Figures are means; in brackets the change against the first row, seed by seed,
with the 95 % confidence interval of its mean.`;
}
