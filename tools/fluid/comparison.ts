/**
 * Runs beside the fluid model. Chance decides how many peers arrive and how long they stay; the
 * model takes that from each run, so that the difference is due to what happens in between.
 */

import { resolveSwarm } from '@cachetorrent/simulator/configuration';

import type { RunRecord } from '../../packages/runner/src/campaign/store/record.ts';
import { judge, type Judgement } from '../findings/verdict.ts';
import type { SettingRuns } from '../runs/collect.ts';
import { type Estimate, estimate } from '../runs/estimate.ts';
import { parameterText } from '../runs/experiment-page.ts';
import {
  type Draws,
  fixedSizeCurve,
  fluidCurve,
  type FluidCurve,
  type FluidParameters,
  type FluidState,
  type FluidSwarm,
  fluidSwarmOf,
  parametersOf,
  stateAt,
  steadyState,
  type SteadyState,
  withDraws,
} from './model.ts';

/** A swarm is taken for steady after this share of the run. */
export const STEADY_FROM = 1 / 3;
/** The time of a leecher is that of those who arrive until then: they complete before the end. */
const ARRIVED_BY = 2 / 3;
/** The model holds if a figure differs by no more than this. */
export const ALLOWED = 0.1;
const STEP_S = 2;

/** What is compared, at each end of an interval and on average. */
export type StateName = keyof FluidState;
export const STATES: readonly StateName[] = ['leechers', 'seeds'];

/** The model of the paper, and that with a file of one size. */
export type ModelName = 'model' | 'fixedSize';

/** The mean over time of a figure, in the runs and in both models. */
export interface ComparedFigure {
  readonly runs: Estimate;
  readonly model: Estimate;
  /** The difference of the runs from each model, as a share of it, run by run. */
  readonly difference: Readonly<Record<ModelName, Judgement>>;
}

export interface ComparedSetting {
  readonly parameters: SettingRuns['parameters'];
  /** As the configuration states them. */
  readonly model: FluidParameters;
  /** What the paper says of them. */
  readonly theory: SteadyState;
  readonly figures: Readonly<Record<StateName, ComparedFigure>>;
  /** The mean time of a leecher. */
  readonly meanTimeS: Estimate;
  /** The upload utilisation of leechers: η, which the model takes to be 1. */
  readonly utilisation: Estimate;
}

/** Returns undefined if no run is there. */
export function compareSteady({ parameters, runs }: SettingRuns): ComparedSetting | undefined {
  const present = runs.filter((run) => run !== undefined);
  const [first] = present;
  if (first === undefined) return undefined;
  const swarm = fluidSwarmOf(resolveSwarm(first.config).swarm);
  const model = parametersOf(swarm);
  const fromS = STEADY_FROM * swarm.endS;
  const means = present.map((run) => meansOf(pointsOf(run, swarm).filter(({ s }) => s > fromS)));
  const figureOf = (name: StateName): ComparedFigure => {
    const valuesOf = (of: 'runs' | ModelName): number[] => means.map((each) => each[of][name]);
    const differenceFrom = (of: ModelName): Judgement => {
      const expected = valuesOf(of);
      const shares = valuesOf('runs').map((value, i) => value / expected[i]! - 1);
      return judge(shares, { low: -ALLOWED, high: ALLOWED })!;
    };
    return {
      runs: estimate(valuesOf('runs'))!,
      model: estimate(valuesOf('model'))!,
      difference: { model: differenceFrom('model'), fixedSize: differenceFrom('fixedSize') },
    };
  };
  const times = present.map((run) => meanLeecherTimeS(run.result, fromS, swarm.endS));
  return {
    parameters,
    model,
    theory: steadyState(model),
    figures: { leechers: figureOf('leechers'), seeds: figureOf('seeds') },
    meanTimeS: estimate(times)!,
    utilisation: estimate(present.map(({ result }) => result.uploadUtilisation ?? NaN))!,
  };
}

/** How long those who arrived in the middle of the run were leechers: until completion, or less. */
function meanLeecherTimeS({ peers }: RunRecord['result'], fromS: number, endS: number): number {
  const { arrivedMs = [], completedMs = [], leftMs = [], role } = peers;
  let [sum, count] = [0, 0];
  for (const [row, atMs] of arrivedMs.entries()) {
    const isIncluded = atMs >= 1000 * fromS && atMs < 1000 * ARRIVED_BY * endS;
    if (role[row] === 'seed' || !isIncluded) continue;
    sum += (completedMs[row] ?? leftMs[row] ?? 1000 * endS) - atMs;
    count++;
  }
  return sum / count / 1000;
}

/** A state of the runs and of both models. */
export interface CurvePoint extends Readonly<Record<'runs' | ModelName, FluidState>> {
  readonly s: number;
}

/** The curve of a run beside those of the models with the same draws. */
function pointsOf({ result, config }: RunRecord, swarm: FluidSwarm): CurvePoint[] {
  const drawn = withDraws(swarm, drawsOf(result, resolveSwarm(config).swarm.seeds, swarm));
  const model = fluidCurve(drawn, STEP_S);
  const fixedSize = fixedSizeCurve(drawn, STEP_S);
  const { toMs, leechers = [], seeds = [] } = result.timeline;
  return toMs.map((ms, row) => pointAt(ms / 1000, row, { model, fixedSize }, leechers, seeds));
}

function pointAt(
  s: number,
  row: number,
  { model, fixedSize }: Readonly<Record<ModelName, FluidCurve>>,
  leechers: readonly number[],
  seeds: readonly number[],
): CurvePoint {
  return {
    s,
    runs: { leechers: leechers[row]!, seeds: seeds[row]! },
    model: stateAt(model, s),
    fixedSize: stateAt(fixedSize, s),
  };
}

/**
 * The rates are the numbers of departures over the time that all have spent as such peers; those of
 * the configuration if there were none.
 */
function drawsOf(
  { peers, timeline }: RunRecord['result'],
  firstSeeds: number,
  { theta, gamma }: FluidSwarm,
): Draws {
  const { arrivedMs = [], completedMs = [], leftMs = [] } = peers;
  const endMs = timeline.toMs.at(-1)!;
  let [leecherMs, seedMs, aborts, ends] = [0, 0, 0, 0];
  for (const [row, arrived] of arrivedMs.entries()) {
    if (row < firstSeeds) continue;
    const [completed, left] = [completedMs[row], leftMs[row]];
    leecherMs += (completed ?? left ?? endMs) - arrived;
    if (completed === null || completed === undefined) {
      aborts += left === null ? 0 : 1;
    } else {
      seedMs += (left ?? endMs) - completed;
      ends += left === null ? 0 : 1;
    }
  }
  return {
    arrivalsS: arrivedMs.slice(firstSeeds).map((ms) => ms / 1000),
    theta: leecherMs === 0 ? theta : (1000 * aborts) / leecherMs,
    gamma: seedMs === 0 ? gamma : (1000 * ends) / seedMs,
  };
}

function meansOf(points: readonly CurvePoint[]): Record<'runs' | ModelName, FluidState> {
  const meanOf = (of: 'runs' | ModelName, name: StateName): number =>
    points.reduce((sum, point) => sum + point[of][name], 0) / points.length;
  const stateOf = (of: 'runs' | ModelName): FluidState => ({
    leechers: meanOf(of, 'leechers'),
    seeds: meanOf(of, 'seeds'),
  });
  return { runs: stateOf('runs'), model: stateOf('model'), fixedSize: stateOf('fixedSize') };
}

export type Period = 'all' | 'afterStart';
export type DistanceByModel = Readonly<Record<ModelName, Readonly<Record<StateName, Judgement>>>>;

/** Curves of the runs beside those of the models. */
export interface ComparedCurve {
  readonly name: string;
  /** Means over the runs. */
  readonly points: readonly CurvePoint[];
  /**
   * How far a run is from each model on average over time, as a share of the model's mean: over all
   * of the run, and after its first third, when the swarm no longer depends on its start.
   */
  readonly distance: Readonly<Record<Period, DistanceByModel>>;
}

/** Returns undefined if no run is there. */
export function compareCurves({ parameters, runs }: SettingRuns): ComparedCurve | undefined {
  const present = runs.filter((run) => run !== undefined);
  const [first] = present;
  if (first === undefined) return undefined;
  const swarm = fluidSwarmOf(resolveSwarm(first.config).swarm);
  const curves = present.map((run) => pointsOf(run, swarm));
  const distancesFrom = (fromS: number): DistanceByModel => {
    const distanceFrom = (model: ModelName) => {
      const judged = (name: StateName): Judgement => {
        const later = curves.map((points) => points.filter(({ s }) => s > fromS));
        const distances = later.map((points) => distanceOf(points, model, name));
        return judge(distances, { high: ALLOWED })!;
      };
      return { leechers: judged('leechers'), seeds: judged('seeds') };
    };
    return { model: distanceFrom('model'), fixedSize: distanceFrom('fixedSize') };
  };
  return {
    name: parameterText(parameters['scenario']),
    points: curves[0]!.map(({ s }, row) => ({ s, ...meansOf(curves.map((each) => each[row]!)) })),
    distance: { all: distancesFrom(0), afterStart: distancesFrom(STEADY_FROM * swarm.endS) },
  };
}

function distanceOf(points: readonly CurvePoint[], model: ModelName, name: StateName): number {
  let [apart, all] = [0, 0];
  for (const point of points) {
    apart += Math.abs(point.runs[name] - point[model][name]);
    all += point[model][name];
  }
  return apart / all;
}
