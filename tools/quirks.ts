/**
 * Measures what each quirk of the original simulator changes, one at a time: `npm run quirks`.
 *
 * Writes the tables into the section `quirks` of `docs/validation.md`. Finished runs are stored, so
 * the tool can be stopped and started again.
 */

import { readFile, writeFile } from 'node:fs/promises';

import { Command } from 'commander';

import { inRepository } from './files.ts';
import { QUIRKS_PAGE, QUIRKS_SECTION, type QuirkTable, sectionOf } from './quirks/section.ts';
import { switchesOf } from './quirks/switches.ts';
import { collectRuns, type Setting } from './runs/collect.ts';
import { withInterruptSignal } from './runs/interrupt.ts';
import { withSection } from './runs/markdown.ts';
import { count } from './runs/options.ts';

interface Options {
  readonly config: string;
  readonly pieces: number;
  readonly leaders: number;
  readonly seeds: number;
  readonly table?: true;
  readonly threads?: number;
  readonly out?: string;
}

const options = new Command('quirks')
  .description('Switches the quirks of the original one at a time, and writes what that changes.')
  .option('--config <name>', 'one of examples/configs', 'medium')
  .option('--pieces <n>', 'number of pieces of the file', count, 100)
  .option('--leaders <percent>', 'share of leaders in CacheTorrent', count, 30)
  .option('--seeds <n>', 'number of runs of each row', count, 3)
  .option('--table', 'run nothing: write the tables from the stored runs')
  .option('--threads <n>', 'number of runs at a time (default: the number of cores)', count)
  .option('--out <file>', `page with the section (default: ${QUIRKS_PAGE})`)
  .parse()
  .opts<Options>();

const { config, pieces, leaders, seeds, table, threads } = options;
const out = options.out ?? inRepository(QUIRKS_PAGE);

const INTRODUCTION = `
\`${config}\` with ${pieces} pieces, ${seeds === 1 ? '1 seed' : `${seeds} seeds`}. Each row changes
one switch of the first row. Figures are means over the seeds; in brackets the mean change against
the first row, seed by seed, with its 95 % confidence interval.`;

const page = await readFile(out, 'utf8');
const planned = [
  { protocol: 'BitTorrent', fields: { pieces } },
  { protocol: `CacheTorrent, ${leaders} %`, fields: { pieces, leaders } },
].flatMap(({ protocol, fields }) =>
  (['client', 'original'] as const).map((rules) => ({
    title: `${protocol}, from the rules of the ${rules}`,
    rows: switchesOf(rules, 'leaders' in fields).map(({ title, changes }) => {
      const name = `${protocol}, rules of the ${rules}, ${title}`;
      return { title, setting: { name, fields: { ...fields, ...changes, rules } } as Setting };
    }),
  })),
);
const log = (line: string): void => void process.stderr.write(`${line}\n`);
await withInterruptSignal(async (signal) => {
  const settings = planned.flatMap(({ rows }) => rows.map(({ setting }) => setting));
  const storedOnly = table === true;
  const store = '.cache/quirks';
  const collecting = { base: config, seeds, store, threads, storedOnly, log, signal };
  try {
    const runs = await collectRuns(settings, collecting);
    const tables = planned.map(
      ({ title, rows }): QuirkTable => ({
        title,
        rows: rows.map(({ title: row, setting }) => ({
          title: row,
          results: runs.get(setting.name)!.map((run) => run?.result),
        })),
      }),
    );
    await writeFile(out, withSection(page, QUIRKS_SECTION, sectionOf(INTRODUCTION, tables)));
  } catch (error) {
    if (!signal.aborted) throw error;
    log('Stopped. Finished runs are stored: start again to continue.');
    process.exitCode = 130;
  }
});
