/**
 * Compares the simulator with swarms of real clients: `npm run validate`.
 *
 * Runs swarms of libtorrent sessions and of our own clients on loopback addresses, simulates the
 * same swarms, and writes a JSON file, pictures and a section of `docs/validation.md`. Needs Linux,
 * and for libtorrent Debian's package `python3-libtorrent`.
 */

import { availableParallelism } from 'node:os';
import { readFile, writeFile } from 'node:fs/promises';

import { UserError } from '@cachetorrent/runner';
import { Command, InvalidArgumentError } from 'commander';

import { inRepository } from './files.ts';
import { withInterruptSignal } from './runs/interrupt.ts';
import { withSection } from './runs/markdown.ts';
import { count, counts } from './runs/options.ts';
import { EXIT, runTool } from './runs/program.ts';
import { libtorrentVersion } from './validate/real-swarm.ts';
import { writeResults } from './validate/result-files.ts';
import { runSettings } from './validate/run-settings.ts';
import { clientOf, type Scenario, SCENARIOS, settingsOf } from './validate/scenarios.ts';
import { PAGE, PAGE_FOLDER, SECTION, sectionOf } from './validate/section.ts';

interface Options {
  readonly scenario?: readonly Scenario[];
  readonly piece?: readonly number[];
  readonly runs: number;
  readonly seeds?: readonly number[];
  readonly set?: Readonly<Record<string, number | boolean>>;
  readonly jobs: number;
  readonly nice: number;
  readonly minutes: number;
  readonly out: string;
  readonly page?: true;
}

/** A swarm needs about a tenth of a core. */
const SWARMS_PER_CORE = 4;

const program = new Command('validate')
  .description('Run swarms of real clients, simulate the same swarms, and compare them.')
  .option('--scenario <names>', `only these of ${names(SCENARIOS)}`, scenarios)
  .option('--piece <KiB>', 'piece sizes of all scenarios, in KiB', pieces)
  .option('--runs <n>', 'number of runs of each setting, with the seeds 1, 2, …', count, 5)
  .option('--seeds <list>', 'random seeds of the runs, instead of --runs', counts)
  .option('--set <name=value>', 'setting of libtorrent, for an experiment', setting)
  .option('--jobs <n>', 'real swarms at a time', count, SWARMS_PER_CORE * availableParallelism())
  .option('--nice <n>', 'by how much other processes go first, 0 to 19', niceness, 10)
  .option('--minutes <n>', 'no real swarm runs for longer after the start', count, 30)
  .option('--out <folder>', 'folder for the results', '.cache/validate')
  .option('--page', `also write ${PAGE_FOLDER} and the section of ${PAGE}`)
  .action(validate);
await runTool(program);

async function validate(options: Options): Promise<void> {
  const { runs, set, jobs, nice, minutes, out } = options;
  const chosen =
    options.scenario ?? SCENARIOS.filter((each) => set === undefined || isOfLibtorrent(each));
  const version = chosen.some(isOfLibtorrent) ? libtorrentVersion() : undefined;
  if (chosen.some(isOfLibtorrent) && version === undefined) {
    throw new UserError({
      at: 'validate',
      problem: 'needs Linux and libtorrent for /usr/bin/python3',
      fix: 'install the package python3-libtorrent, or name scenarios of our own client only',
    });
  }
  if (set !== undefined && !chosen.every(isOfLibtorrent)) {
    const problem = 'is for libtorrent, and a scenario is of our own client';
    throw new UserError({ at: '--set', problem, fix: 'name other scenarios' });
  }
  if (set !== undefined && options.page === true) {
    const problem = 'is for experiments, which the page does not show';
    throw new UserError({ at: '--set', problem, fix: 'leave out --page' });
  }
  const settings = settingsOf(chosen, options.piece);
  const seeds = options.seeds ?? Array.from({ length: runs }, (_, i) => i + 1);
  const limitMs = minutes * 60_000;
  await withInterruptSignal(async (signal) => {
    try {
      const all = await runSettings({
        settings,
        seeds,
        ...(set === undefined ? {} : { clientSettings: set }),
        jobs,
        nice,
        limitMs,
        log,
        signal,
      });
      const page = options.page === true ? await readFile(inRepository(PAGE), 'utf8') : undefined;
      const folder = page === undefined ? out : inRepository(PAGE_FOLDER);
      const pictures = await writeResults(folder, { version, clientSettings: set, runs: all });
      const section = sectionOf({ version, runs: all, pictures });
      if (page === undefined) await writeFile(`${folder}/section.md`, section);
      else await writeFile(inRepository(PAGE), withSection(page, SECTION, section));
      log(`${folder} is written.`);
      if (all.some(({ problems }) => problems.length > 0)) process.exitCode = EXIT.failed;
    } catch (error) {
      if (!signal.aborted) throw error;
      log('Stopped.');
      process.exitCode = EXIT.interrupted;
    }
  });
}

/** Whether the clients of a scenario are those of libtorrent. */
function isOfLibtorrent(scenario: Scenario): boolean {
  return clientOf(scenario) === 'libtorrent';
}

function names(list: readonly Scenario[]): string {
  return list.map(({ name }) => name).join(', ');
}

function scenarios(text: string): readonly Scenario[] {
  return text.split(',').map((name) => {
    const scenario = SCENARIOS.find((each) => each.name === name.trim());
    if (scenario !== undefined) return scenario;
    throw new InvalidArgumentError(
      `There is no scenario "${name}". Name some of ${names(SCENARIOS)}, separated by commas.`,
    );
  });
}

/** A piece has whole blocks of 16 KiB. */
function pieces(text: string): readonly number[] {
  return text.split(',').map((each) => {
    const kibibytes = Number(each);
    if (/^\d+$/.test(each) && kibibytes >= 16 && Number.isInteger(Math.log2(kibibytes))) {
      return kibibytes;
    }
    throw new InvalidArgumentError('Write powers of 2 from 16 on, separated by commas.');
  });
}

/** A whole number or a truth value; the option may be repeated. */
function setting(
  text: string,
  earlier: Readonly<Record<string, number | boolean>> = {},
): Readonly<Record<string, number | boolean>> {
  const [, name, value] = /^(\w+)=(true|false|-?\d+)$/.exec(text) ?? [];
  if (name === undefined) {
    throw new InvalidArgumentError('Write NAME=VALUE; a value is a number, true or false.');
  }
  return { ...earlier, [name]: value === 'true' || (value !== 'false' && Number(value)) };
}

function niceness(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 19) return number;
  throw new InvalidArgumentError('Write a whole number from 0 to 19.');
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}
