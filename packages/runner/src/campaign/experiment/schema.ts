/**
 * The schema of experiment files: a base configuration, the parameters to vary, the number of
 * repetitions, and the plots of the report.
 *
 *     name: leaders
 *     base: ../configs/medium.json
 *     vary:
 *       leaders: { from: 10, to: 50, step: 10 }
 *       choker: [tit-for-tat, random]
 *     repeat: 5
 *     plots:
 *       - { x: leaders, y: redundancy, series: choker }
 *
 * This file defines the fields and their types; `plan.ts` turns them into settings and runs. The
 * schema is also published as JSON Schema, so that editors complete and explain the fields.
 */

import { z } from 'zod';

import type { ParameterValue } from '../../configuration/parameters.ts';
import { METRIC_NAMES, type MetricName } from '../metrics.ts';

export type { ParameterValue };

/** Numbers at equal distances (`step`) or equal ratios (`times`), from `from` up to `to`. */
export interface ValueRange {
  readonly from: number;
  readonly to: number;
  readonly step?: number;
  readonly times?: number;
}

/** One value, a list of values, or a range. */
export type ParameterValues =
  | string
  | number
  | boolean
  | null
  | readonly ParameterValue[]
  | ValueRange;

/**
 * The values of the parameters to vary. An object of parameters gives all combinations of their
 * values; `product`, `zip` and `union` combine values explicitly, and can be nested.
 */
export type Variation =
  | { readonly product: readonly Variation[] }
  | { readonly union: readonly Variation[] }
  | { readonly zip: Readonly<Record<string, ParameterValues>> }
  | Readonly<Record<string, ParameterValues>>;

export type AxisScale = 'linear' | 'log';

export interface PlotSpec {
  readonly title?: string;
  readonly x: string;
  readonly y: MetricName | readonly MetricName[];
  readonly series?: string;
  readonly facet?: string;
  readonly xScale?: AxisScale;
  readonly yScale?: AxisScale;
}

/** The content of an experiment file: a configuration, and what to vary in it. */
export interface Experiment {
  /** Location of the JSON Schema, for editors. */
  readonly $schema?: string;
  /** Name of the experiment: letters, digits, `-` and `_`. The store lists its runs under it. */
  readonly name: string;
  /** The title of its report. */
  readonly title?: string;
  /** The question that the experiment answers; shown in the report. */
  readonly description?: string;
  /** A configuration file, relative to this file, or a configuration. */
  readonly base: string | object;
  /** Fields to set to another value than in the base, in all runs, by name. */
  readonly set?: Readonly<Record<string, ParameterValue>>;
  /** Parameters that are not fields: names for values that are varied together. */
  readonly labels?: readonly string[];
  /** The parameters to vary, and their values. */
  readonly vary?: Variation;
  /** Excludes settings for which this is true: "leaders > 30 and externalNeighbours < 20". */
  readonly exclude?: string | readonly string[];
  /** The seeds of all repetitions are derived from it (default: 1). */
  readonly seed?: number;
  /** Number of repetitions of each setting, each with a seed of its own (default: 1). */
  readonly repeat?: number;
  /** The seeds themselves, instead of `repeat`. */
  readonly seeds?: readonly number[];
  /** Metrics to tabulate (default: those of the plots). */
  readonly measure?: readonly MetricName[];
  /** Plots of metrics over a parameter. */
  readonly plots?: readonly PlotSpec[];
  /** Settings whose runs the report shows in detail. */
  readonly details?: readonly Readonly<Record<string, ParameterValue>>[];
}

const parameterValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.record(z.string(), z.unknown()),
  z.array(z.unknown()),
]);
const range = z.strictObject({
  from: z.number().describe('The first value.'),
  to: z.number().describe('The upper limit; included if the steps reach it.'),
  step: z.number().exactOptional().describe('The difference between two successive values.'),
  times: z
    .number()
    .exactOptional()
    .describe('The ratio of two successive values: 2 gives 1, 2, 4, 8.'),
});
const values = z
  .union([z.string(), z.number(), z.boolean(), z.null(), z.array(parameterValue), range])
  .describe('A value, a list of values, or a range { from, to, step } or { from, to, times }.');
const parameters = z.record(z.string(), values);
/** For editors only: `variation.ts` parses it, with better error messages. */
const variation: z.ZodType<Variation> = z.lazy(() =>
  z.union([
    z.strictObject({
      product: z.array(variation).describe('All combinations of the elements.'),
    }),
    z.strictObject({
      union: z.array(variation).describe('The combinations of each element in turn.'),
    }),
    z.strictObject({
      zip: parameters.describe('All first values together, then all second values …'),
    }),
    parameters,
  ]),
);
const metric = z.enum(METRIC_NAMES);
const scale = z.enum(['linear', 'log']);

const plot = z.strictObject({
  title: z.string().exactOptional().describe('Title of the plot.'),
  x: z.string().describe('The parameter on the horizontal axis.'),
  y: z.union([metric, z.array(metric)]).describe('The metric to plot; a list gives one plot each.'),
  series: z
    .string()
    .exactOptional()
    .describe('The parameter whose values are drawn as separate curves.'),
  facet: z
    .string()
    .exactOptional()
    .describe('The parameter whose values are drawn in separate panels.'),
  xScale: scale.exactOptional().describe('linear (default) or log.'),
  yScale: scale.exactOptional().describe('linear (default) or log.'),
});

const fields = {
  $schema: z.string().exactOptional().describe('Location of this schema, for editors.'),
  name: z.string().describe('Name of the experiment: letters, digits, - and _.'),
  title: z.string().exactOptional().describe('Title of the report.'),
  description: z
    .string()
    .exactOptional()
    .describe('The question that the experiment answers; shown in the report.'),
  base: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .describe('A configuration file, relative to this file, or a configuration.'),
  set: z
    .record(z.string(), parameterValue)
    .exactOptional()
    .describe('Fields to set in all runs, such as "seeds.upload".'),
  labels: z
    .array(z.string())
    .exactOptional()
    .describe('Parameters that are not fields: names for values that are varied together.'),
  exclude: z
    .union([z.string(), z.array(z.string())])
    .exactOptional()
    .describe(
      'Excludes settings for which this is true: "leaders > 30 and externalNeighbours < 20".',
    ),
  seed: z
    .number()
    .exactOptional()
    .describe('The seeds of all repetitions are derived from it (default: 1).'),
  repeat: z.number().exactOptional().describe('Number of repetitions of each setting.'),
  seeds: z.array(z.number()).exactOptional().describe('The seeds themselves, instead of `repeat`.'),
  measure: z.array(metric).exactOptional().describe('Metrics to tabulate.'),
  plots: z.array(plot).exactOptional().describe('Plots of metrics over a parameter.'),
  details: z
    .array(z.record(z.string(), parameterValue))
    .exactOptional()
    .describe('Settings to show in detail: completion times, progress, traffic.'),
};
const experiment = z.strictObject({ ...fields, vary: z.custom<Variation>().exactOptional() });
const published = z.strictObject({
  ...fields,
  vary: variation.exactOptional().describe('The parameters to vary, and their values.'),
});

export const EXPERIMENT_SCHEMA: z.ZodType<Experiment> = experiment;
export const EXPERIMENT_FIELDS: readonly string[] = Object.keys(experiment.shape);
export const PLOT_FIELDS: readonly string[] = Object.keys(plot.shape);

/** Returns the schema for editors, as JSON Schema. */
export function experimentJsonSchema(): object {
  return {
    title: 'CacheTorrent experiment',
    ...z.toJSONSchema(published, { target: 'draft-7', reused: 'ref' }),
  };
}
