/** `bench predict`: the speed-up of more workers, predicted from one run. */

import { availableParallelism } from 'node:os';

import { Argument, type Command } from 'commander';

import { configFile } from '../../files.ts';
import { seconds, table } from '../../runs/markdown.ts';
import { counts } from '../../runs/options.ts';
import type { BenchEnvironment } from '../environment.ts';
import { barrierCost, loopMsWith, measureBasis } from '../predict/measure.ts';
import { type Basis, boundsOf, decidingMs, predict, type Prediction } from '../predict/predict.ts';
import { totalsOf } from '../predict/steps.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';
import { type PiecesFlag, swarmOf, withPieces } from './swarm-options.ts';

interface Flags extends Destination, PiecesFlag {
  readonly workers: readonly number[];
  /** False for `--no-check`. */
  readonly check: boolean;
}

const WORKERS = [2, 4, 8, 16, 32, 64];

export function addPredict(program: Command, environment: BenchEnvironment): void {
  withPieces(withDestination(program.command('predict')))
    .description('Predicts the speed-up of more workers, from how busy each AS is when.')
    .addArgument(
      new Argument('[config]', 'configuration file').default(configFile('large'), 'large'),
    )
    .option('--workers <counts>', 'numbers of workers', counts, WORKERS)
    .option('--no-check', 'do not measure the speed-ups that this machine can show')
    .action((file: string, flags: Flags) => run(file, flags, environment));
}

async function run(file: string, flags: Flags, environment: BenchEnvironment): Promise<void> {
  const { log } = environment;
  const { workers: workerCounts, check } = flags;
  const swarm = await swarmOf(file, flags);
  log('measuring barriers');
  const barrierMs = await barrierCost(workerCounts);
  log('running with one worker');
  const basis = await measureBasis(swarm, barrierMs);
  const predictions = workerCounts.map((workers) => predict(basis, workers));

  const measured = new Map<number, number>();
  const cores = availableParallelism();
  for (const workers of check ? workerCounts.filter((each) => each <= cores) : []) {
    log(`running with ${workers} workers`);
    measured.set(workers, basis.loopMs / (await loopMsWith(swarm, workers)));
  }
  const { loopMs, wallMs, steps } = basis;
  const barriers = workerCounts.map((workers) => ({ workers, ms: barrierMs(workers) }));
  const run = { loopMs, wallMs, steps: steps.count, barriers };
  const measurement = {
    table: `${findings(basis)}\n\n${predictionTable(predictions, measured)}`,
    document: { run, bounds: boundsOf(basis), predictions, measured: [...measured] },
  };
  await deliver('predict', measurement, flags, environment);
}

/** `measured` has speed-ups of the loop by the number of workers. */
function predictionTable(
  predictions: readonly Prediction[],
  measured: ReadonlyMap<number, number>,
): string {
  const rows = predictions.map((each) => [
    String(each.workers),
    seconds(each.windowsMs, 2),
    seconds(each.roundsMs, 2),
    seconds(each.barriersMs, 2),
    seconds(each.decidingMs, 2),
    each.speedUp.toFixed(2),
    each.speedUpForeseen.toFixed(2),
    each.speedUpOfAll.toFixed(2),
    measured.get(each.workers)?.toFixed(2) ?? '',
  ]);
  const titles = [
    'workers',
    'windows, s',
    'rates, s',
    'barriers, s',
    'deciding, s',
    'speed-up',
    'with known load',
    'of the whole run',
    'measured',
  ];
  return table(titles, rows, 'rrrrrrrrr');
}

/** Returns sentences on what runs in parallel, what does not, and what limits the speed-up. */
function findings(basis: Basis): string {
  const { steps, wallMs, loopMs } = basis;
  const { windowsMs, roundsMs } = totalsOf(steps);
  const { byLargestActor, byCriticalPath } = boundsOf(basis);
  const rounds = steps.isRound.reduce((a, b) => a + b, 0);
  const deciding = decidingMs(basis);
  return [
    `One worker took ${seconds(wallMs, 2)} s: ${seconds(windowsMs, 2)} s in ` +
      `${steps.count - rounds} windows and ${seconds(roundsMs, 2)} s in ${rounds} rounds of ` +
      'allocation, both of which workers share;',
    `${seconds(deciding, 2)} s to decide what comes next, which every worker does itself ` +
      `(${((deciding * 1e3) / steps.count).toFixed(1)} µs per step); and ` +
      `${seconds(wallMs - loopMs, 2)} s on one thread before and after: to build the network, ` +
      'start threads and assemble the result.',
    `The largest AS limits the speed-up to ${byLargestActor.toFixed(1)}, and the busiest AS of ` +
      `each step to ${byCriticalPath.toFixed(1)}.`,
  ].join('\n');
}
