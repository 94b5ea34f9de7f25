/** `bench run`: the targets, measured on this machine. */

import type { Command } from 'commander';

import { count, names } from '../../runs/options.ts';
import { GotWorse, type BenchEnvironment } from '../surroundings.ts';
import { heading, readRunFile, type RunFile } from '../result-file.ts';
import { checkComparable, regressions } from '../run/compare.ts';
import { targetTable } from '../run/report.ts';
import { casesOf, checkCores, chosenTargets, runRounds } from '../run/run.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly runs: number;
  readonly only?: readonly string[];
  readonly compare?: string;
  readonly pieces?: number;
}

export function addRun(program: Command, surroundings: BenchEnvironment): void {
  withDestination(program.command('run'))
    .description('Measures what is promised of speed and size: whole processes, in turns.')
    .option('--runs <n>', 'runs of each case', count, 5)
    .option('--only <ids>', 'only these targets, such as 1,3a; 6 runs only if named', names)
    .option('--compare <file>', 'an earlier result: ends with 1 where something got worse')
    .option('--pieces <n>', 'with so many pieces, for a trial', count)
    .action((flags: Flags) => run(flags, surroundings));
}

async function run(flags: Flags, surroundings: BenchEnvironment): Promise<void> {
  const { tell, signal } = surroundings;
  const { runs, only, compare, pieces } = flags;
  const targets = chosenTargets(only);
  const cases = casesOf(targets);
  checkCores(cases);
  const before = compare === undefined ? undefined : await readRunFile(compare);
  const planned: RunFile = { ...heading('run'), kind: 'run', pieces: pieces ?? null, rounds: [] };
  const names = Object.fromEntries(cases.map(({ name }) => [name, {}]));
  const rounds = Array.from({ length: runs }, () => names);
  if (before !== undefined) checkComparable(before, { ...planned, rounds }, compare!);

  const trial = pieces === undefined ? {} : { pieces };
  const after = {
    ...planned,
    rounds: [...(await runRounds({ cases, rounds: runs, signal, tell, ...trial }))],
  };
  const table = targetTable(targets, after.rounds);
  await deliver('run', { table, document: after }, flags, surroundings);
  if (before === undefined) return;
  const worse = regressions(before, after);
  if (worse.length > 0) throw new GotWorse(worse.join('\n'));
  tell('nothing got worse by more than noise');
}
