/** Figures of the runs of an experiment, by which findings are judged: one value for each seed. */

import type { SettingRuns } from '../runs/collect.ts';
import type { ParameterValue } from '@cachetorrent/runner';
import type { RunRecord } from '../../packages/runner/src/campaign/store/record.ts';
import { METRICS, type MetricName } from '../../packages/runner/src/campaign/metrics.ts';

export type Result = RunRecord['result'];

/** Returns a figure of a run; null if the run does not have it. */
export type FigureOf = (result: Result) => number | null;

/** Values of some parameters, which name settings of an experiment. */
export type SettingName = Readonly<Record<string, ParameterValue>>;

/** The values of a figure by index of the seed; null where a run is missing. */
export type ValuesBySeed = readonly (number | null)[];

/** The figures of the runs of an experiment. */
export class Figures {
  readonly #settings: readonly SettingRuns[];

  constructor(settings: readonly SettingRuns[]) {
    this.#settings = settings;
  }

  /**
   * A figure of the setting with these parameters.
   *
   * @throws Error if there is not exactly one such setting: the experiment has changed
   */
  of(name: SettingName, figure: FigureOf | MetricName): ValuesBySeed {
    const found = this.#settings.filter(({ parameters }) =>
      Object.entries(name).every(
        ([key, value]) => JSON.stringify(parameters[key]) === JSON.stringify(value),
      ),
    );
    if (found.length !== 1) {
      throw new Error(`${found.length} settings have the parameters ${JSON.stringify(name)}`);
    }
    const compute = typeof figure === 'string' ? METRICS[figure].compute : figure;
    return found[0]!.runs.map((run) => (run === undefined ? null : compute(run.result)));
  }
}

/** Combines the values of several figures seed by seed; leaves out seeds that lack one. */
export function bySeed(
  combine: (...values: readonly number[]) => number,
  ...figures: readonly ValuesBySeed[]
): number[] {
  return (figures[0] ?? []).flatMap((_, seed) => {
    const values = figures.map((each) => each[seed] ?? null);
    return values.some((value) => value === null) ? [] : [combine(...(values as number[]))];
  });
}

/** By how much the second of two values is greater, as a share of the first. */
export const change = (from: number, to: number): number => to / from - 1;

/** Of what leechers of a class send before they complete, the share that a class receives. */
export function shareOfUploads(from: string, to: string): FigureOf {
  return ({ classTraffic = [] }) => {
    const sent = classTraffic.filter((each) => each.from === from);
    const all = sent.reduce((sum, { leecherBytes }) => sum + leecherBytes, 0);
    return all === 0 ? null : sent.find((each) => each.to === to)!.leecherBytes / all;
  };
}

/**
 * The rate at which seeds serve a leecher of a class, relative to the mean of all classes, less 1.
 * The rate is that while the leecher lacks pieces, so classes that complete sooner do not seem to
 * be served less.
 */
export function serviceBySeeds(className: string): FigureOf {
  return ({ classes, classTraffic = [] }) => {
    const rates = new Map(
      classes.map(({ name, count, meanMs }) => {
        const served = classTraffic.find(({ from, to }) => from === 'seed' && to === name);
        return [name, (served?.bytes ?? NaN) / (count * (meanMs ?? NaN))];
      }),
    );
    const mean = [...rates.values()].reduce((sum, rate) => sum + rate, 0) / rates.size;
    const relative = (rates.get(className) ?? NaN) / mean - 1;
    return Number.isFinite(relative) ? relative : null;
  };
}

/** What leechers of a class have received from peers of all other classes, in bytes. */
export function importsOfClass(className: string): FigureOf {
  return ({ classTraffic = [] }) => {
    const received = classTraffic.filter(({ from, to }) => to === className && from !== className);
    return received.length === 0 ? null : received.reduce((sum, { bytes }) => sum + bytes, 0);
  };
}

/** The median completion time of a class, in ms. */
export function medianOf(className: string): FigureOf {
  return ({ classes }) => classes.find(({ name }) => name === className)?.p50Ms ?? null;
}
