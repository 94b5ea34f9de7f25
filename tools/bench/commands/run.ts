/** `bench run`: the targets of speed and size, measured on this machine. */

import type { Command } from 'commander';

import { count, names } from '../../runs/options.ts';
import { type BenchEnvironment, Regression } from '../environment.ts';
import { resultHeading, readRunFile, type RunFile } from '../result-file.ts';
import { checkComparable, regressions } from '../run/compare.ts';
import { targetTable } from '../run/report.ts';
import { casesOf, checkCores, chosenTargets, runRounds } from '../run/run.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';
import { type PiecesFlag, withPieces } from './swarm-options.ts';

interface Flags extends Destination, PiecesFlag {
  readonly runs: number;
  readonly only?: readonly string[];
  readonly compare?: string;
}

export function addRun(program: Command, environment: BenchEnvironment): void {
  withPieces(withDestination(program.command('run')))
    .description('Measures the targets of speed and size, as whole processes.')
    .option('--runs <n>', 'number of runs of each case', count, 5)
    .option('--only <ids>', 'only these targets, such as 1,3a; 6, 10, 11 run only if named', names)
    .option('--compare <file>', 'compare with an earlier result; exit code 1 if worse')
    .action((flags: Flags) => run(flags, environment));
}

async function run(flags: Flags, environment: BenchEnvironment): Promise<void> {
  const { log, signal } = environment;
  const { runs, only, compare, pieces } = flags;
  const targets = chosenTargets(only);
  const cases = casesOf(targets);
  checkCores(cases);
  const before = compare === undefined ? undefined : await readRunFile(compare);
  const planned: RunFile = {
    ...resultHeading('run'),
    kind: 'run',
    pieces: pieces ?? null,
    rounds: [],
  };
  const emptyRound = Object.fromEntries(cases.map(({ name }) => [name, {}]));
  const emptyRounds = Array.from({ length: runs }, () => emptyRound);
  if (before !== undefined) {
    checkComparable(before, { ...planned, rounds: emptyRounds }, compare!);
  }

  const trial = pieces === undefined ? {} : { pieces };
  const rounds = [...(await runRounds({ cases, rounds: runs, signal, log, ...trial }))];
  const after = { ...planned, rounds };
  const table = targetTable(targets, rounds);
  await deliver('run', { table, document: after }, flags, environment);
  if (before === undefined) return;
  const worse = regressions(before, after);
  if (worse.length > 0) throw new Regression(worse.join('\n'));
  log('no figure got worse by more than noise');
}
