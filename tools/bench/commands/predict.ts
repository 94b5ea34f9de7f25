/** `bench predict`: the speed-up that more workers would bring, from one run. */

import { availableParallelism } from 'node:os';

import type { Command } from 'commander';

import type { BenchEnvironment } from '../surroundings.ts';
import { configFile } from '../../runs/configs.ts';
import { count, counts } from '../../runs/options.ts';
import { barrierCost, loopMsWith, measureBasis, swarmOf } from '../predict/measure.ts';
import { boundsOf, predict } from '../predict/predict.ts';
import { findings, predictionTable } from '../predict/report.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly pieces?: number;
  readonly workers: readonly number[];
  /** False for `--no-check`. */
  readonly check: boolean;
}

const WORKERS = [2, 4, 8, 16, 32, 64];

export function addPredict(program: Command, surroundings: BenchEnvironment): void {
  withDestination(program.command('predict'))
    .description('Computes what more workers would bring, from how busy each AS is when.')
    .argument('[config]', 'a configuration file', configFile('large'))
    .option('--pieces <n>', 'with so many pieces, for a trial', count)
    .option('--workers <counts>', 'for so many workers', counts, WORKERS)
    .option('--no-check', 'does not measure what can be measured here, to compare')
    .action((file: string, flags: Flags) => run(file, flags, surroundings));
}

async function run(file: string, flags: Flags, surroundings: BenchEnvironment): Promise<void> {
  const { tell } = surroundings;
  const { pieces, workers: workerCounts, check } = flags;
  const swarm = await swarmOf(file, pieces === undefined ? {} : { pieces });
  tell('measuring barriers');
  const barrierMs = await barrierCost(workerCounts);
  tell('running on one worker');
  const basis = await measureBasis(swarm, barrierMs);
  const predictions = workerCounts.map((workers) => predict(basis, workers));

  const measured = new Map<number, number>();
  const cores = availableParallelism();
  for (const workers of check ? workerCounts.filter((each) => each <= cores) : []) {
    tell(`running on ${workers} workers`);
    measured.set(workers, basis.loopMs / (await loopMsWith(swarm, workers)));
  }
  const table = `${findings(basis)}\n\n${predictionTable(predictions, measured)}`;
  const { loopMs, wallMs, steps } = basis;
  const bounds = boundsOf(basis);
  const barriers = workerCounts.map((workers) => ({ workers, ms: barrierMs(workers) }));
  const run = { loopMs, wallMs, steps: steps.count, barriers };
  const document = { run, bounds, predictions, measured: [...measured] };
  await deliver('predict', { table, document }, flags, surroundings);
}
