/** A prediction as text. */

import { table } from '../../runs/markdown.ts';
import { type Basis, boundsOf, decidingMs, type Prediction } from './predict.ts';
import { totalsOf } from './steps.ts';

/** Measured speed-ups of the loop, by the number of workers. */
export type MeasuredSpeedUps = ReadonlyMap<number, number>;

/** Markdown. */
export function predictionTable(
  predictions: readonly Prediction[],
  measured: MeasuredSpeedUps,
): string {
  const rows = predictions.map((each) => [
    String(each.workers),
    seconds(each.windowsMs),
    seconds(each.roundsMs),
    seconds(each.barriersMs),
    seconds(each.decidingMs),
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
    'if load were foreseen',
    'of the whole run',
    'measured',
  ];
  return table(titles, rows, 'rrrrrrrrr');
}

/** Sentences: what is parallel, what is not, and what bounds it. */
export function findings(basis: Basis): string {
  const { steps, wallMs, loopMs } = basis;
  const { windowsMs, roundsMs } = totalsOf(steps);
  const { byLargestActor, byCriticalPath } = boundsOf(basis);
  const rounds = steps.isRound.reduce((a, b) => a + b, 0);
  const deciding = decidingMs(basis);
  return [
    `One worker took ${seconds(wallMs)} s: ${seconds(windowsMs)} s in ` +
      `${steps.count - rounds} windows and ${seconds(roundsMs)} s in ${rounds} rounds of ` +
      'allocation, both shared out between workers;',
    `${seconds(deciding)} s of deciding what comes next, which every worker does for itself ` +
      `(${((deciding * 1e3) / steps.count).toFixed(1)} µs a step); and ` +
      `${seconds(wallMs - loopMs)} s before and after, on one thread: laying out the network, ` +
      'starting threads, putting the result together.',
    `The largest AS bounds the speed-up by ${byLargestActor.toFixed(1)}, and the busiest AS of ` +
      `each step by ${byCriticalPath.toFixed(1)}.`,
  ].join('\n');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}
