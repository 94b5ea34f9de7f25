/** Runs beside the fluid model: leechers, seeds and the time of a leecher in a steady swarm. */

import { resolveSwarm } from '@cachetorrent/simulator/configuration';

import type { RunRecord } from '../../packages/runner/src/campaign/store/record.ts';
import { judge, type Judgement } from '../findings/verdict.ts';
import type { SettingRuns } from '../runs/collect.ts';
import { type Estimate, estimate } from '../runs/estimate.ts';
import {
  fixedSizeCurve,
  fixedSizeState,
  fluidCurve,
  type FluidCurve,
  type FluidParameters,
  type FluidState,
  fluidSwarmOf,
  parametersOf,
  stateAt,
  steadyState,
  type SteadyState,
} from './model.ts';

/** A swarm is taken for steady after this share of the run. */
export const STEADY_FROM = 1 / 3;
/** The time of a leecher is that of those who arrive until then: they complete before the end. */
const ARRIVED_BY = 2 / 3;
/** The model holds if a figure differs by no more than this. */
export const ALLOWED = 0.1;
const STEP_S = 2;

export type FigureName = keyof SteadyState;
export const FIGURES: readonly FigureName[] = ['leechers', 'seeds', 'meanTimeS'];

/** A figure of the runs beside that of the model. */
export interface ComparedFigure {
  /** The mean over the runs, whose rates of arrival differ by chance. */
  readonly model: number;
  /** The model with a file of one size. */
  readonly fixedSize: number;
  readonly measured: Estimate;
  /** Of the difference from the model, as a share of it. */
  readonly difference: Judgement;
}

export interface ComparedSetting {
  readonly parameters: SettingRuns['parameters'];
  /** As the configuration states them. */
  readonly model: FluidParameters;
  readonly figures: Readonly<Record<FigureName, ComparedFigure>>;
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
  // Chance decides how many arrive; the model takes it from the run.
  const models = present.map((run) => ({ ...model, lambda: arrivalRate(run, swarm.endS) }));
  const ofModel = models.map(steadyState);
  const ofFixedSize = models.map(fixedSizeState);
  const measured = present.map((run) => measureSteady(run, swarm.endS));
  const figureOf = (name: FigureName): ComparedFigure => {
    const values = measured.map((each) => each[name]);
    const expected = ofModel.map((each) => each[name]);
    return {
      model: estimate(expected)!.mean,
      fixedSize: estimate(ofFixedSize.map((each) => each[name]))!.mean,
      measured: estimate(values)!,
      difference: judge(
        values.map((value, i) => value / expected[i]! - 1),
        { low: -ALLOWED, high: ALLOWED },
      )!,
    };
  };
  return {
    parameters,
    model,
    figures: {
      leechers: figureOf('leechers'),
      seeds: figureOf('seeds'),
      meanTimeS: figureOf('meanTimeS'),
    },
    utilisation: estimate(present.map(({ result }) => result.uploadUtilisation ?? NaN))!,
  };
}

/** Leechers that arrived per second in the whole run. */
function arrivalRate({ result: { peers } }: RunRecord, endS: number): number {
  return peers.role.filter((role) => role !== 'seed').length / endS;
}

/** The means over the time in which the swarm is steady. */
function measureSteady({ result }: RunRecord, endS: number): SteadyState {
  const { toMs, leechers = [], seeds = [] } = result.timeline;
  const fromMs = 1000 * STEADY_FROM * endS;
  const rows = toMs.flatMap((ms, row) => (ms > fromMs ? [row] : []));
  const meanOf = (column: readonly number[]): number =>
    rows.reduce((sum, row) => sum + column[row]!, 0) / rows.length;
  return {
    leechers: meanOf(leechers),
    seeds: meanOf(seeds),
    meanTimeS: meanLeecherTimeS(result, fromMs, 1000 * ARRIVED_BY * endS, 1000 * endS),
  };
}

/** How long those who arrived in an interval were leechers: until they completed, or left. */
function meanLeecherTimeS(
  { peers }: RunRecord['result'],
  fromMs: number,
  untilMs: number,
  endMs: number,
): number {
  const { arrivedMs = [], completedMs = [], leftMs = [], role } = peers;
  let [sum, count] = [0, 0];
  for (const [row, atMs] of arrivedMs.entries()) {
    if (role[row] === 'seed' || atMs < fromMs || atMs >= untilMs) continue;
    sum += (completedMs[row] ?? leftMs[row] ?? endMs) - atMs;
    count++;
  }
  return sum / count / 1000;
}

/** A curve of the runs beside those of the model. */
export interface ComparedCurve {
  readonly name: string;
  readonly points: readonly CurvePoint[];
  /** The mean distance of the mean of all runs from each model, as a share of the model's mean. */
  readonly distance: Readonly<Record<ModelName, Readonly<Record<keyof FluidState, number>>>>;
  readonly runCount: number;
}

/** The model of the paper, and that with a file of one size. */
export type ModelName = 'model' | 'fixedSize';

export interface CurvePoint {
  readonly s: number;
  /** The mean over the runs. */
  readonly runs: FluidState;
  readonly model: FluidState;
  readonly fixedSize: FluidState;
}

/** Returns undefined if no run is there. */
export function compareCurves({ parameters, runs }: SettingRuns): ComparedCurve | undefined {
  const present = runs.filter((run) => run !== undefined);
  const [first] = present;
  if (first === undefined) return undefined;
  const swarm = fluidSwarmOf(resolveSwarm(first.config).swarm);
  const curves: Record<ModelName, FluidCurve> = {
    model: fluidCurve(swarm, STEP_S),
    fixedSize: fixedSizeCurve(swarm, STEP_S),
  };
  const meanAt = (column: 'leechers' | 'seeds', row: number): number =>
    present.reduce((sum, { result }) => sum + result.timeline[column]![row]!, 0) / present.length;
  const points = first.result.timeline.toMs.map((ms, row) => ({
    s: ms / 1000,
    runs: { leechers: meanAt('leechers', row), seeds: meanAt('seeds', row) },
    model: stateAt(curves.model, ms / 1000),
    fixedSize: stateAt(curves.fixedSize, ms / 1000),
  }));
  const distanceFrom = (model: ModelName) => ({
    leechers: distanceOf(points, model, 'leechers'),
    seeds: distanceOf(points, model, 'seeds'),
  });
  return {
    name: String(parameters['scenario']),
    points,
    distance: { model: distanceFrom('model'), fixedSize: distanceFrom('fixedSize') },
    runCount: present.length,
  };
}

function distanceOf(
  points: readonly CurvePoint[],
  model: ModelName,
  name: keyof FluidState,
): number {
  let [apart, all] = [0, 0];
  for (const point of points) {
    apart += Math.abs(point.runs[name] - point[model][name]);
    all += point[model][name];
  }
  return apart / all;
}
