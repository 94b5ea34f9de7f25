/**
 * An experiment: a base configuration, what to vary in it, how often to repeat, and what to draw.
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
 * Here stands which fields there are and of which types; `plan.ts` says what they come to. The
 * same schema is published as JSON Schema, so that editors complete the fields and explain them.
 */

import { z } from 'zod';

import type { ParameterValue } from '../../configuration/parameters.ts';
import { FIGURE_NAMES, type FigureName } from '../figures.ts';

export type { ParameterValue };

/** Numbers at equal distances (`step`) or at equal ratios (`times`), both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly step?: number;
  readonly times?: number;
}

/** One value, a list of them, or a range. */
export type Values = string | number | boolean | null | readonly ParameterValue[] | Range;

/**
 * Settings of parameters. An object of parameters means each value of one with each of the
 * others; `product`, `zip` and `union` say it explicitly, and nest.
 */
export type Variation =
  | { readonly product: readonly Variation[] }
  | { readonly union: readonly Variation[] }
  | { readonly zip: Readonly<Record<string, Values>> }
  | Readonly<Record<string, Values>>;

export type Scale = 'linear' | 'log';

export interface PlotSpec {
  readonly title?: string;
  readonly x: string;
  readonly y: FigureName | readonly FigureName[];
  readonly series?: string;
  readonly facet?: string;
  readonly xScale?: Scale;
  readonly yScale?: Scale;
}

/** What an experiment file says: one configuration, and what is varied about it. */
export interface Experiment {
  /** For editors. */
  readonly $schema?: string;
  /** Letters, digits and dashes; its runs are listed under it. */
  readonly name: string;
  /** The title of its report. */
  readonly title?: string;
  /** What is asked, for the report. */
  readonly description?: string;
  /** A configuration file, seen from this file, or a configuration. */
  readonly base: string | object;
  /** Fields that differ from the base in all runs, by name. */
  readonly set?: Readonly<Record<string, ParameterValue>>;
  /** Parameters that are no fields: names for what is varied together. */
  readonly labels?: readonly string[];
  /** Which parameters take which values. */
  readonly vary?: Variation;
  /** Leaves out combinations of which this is true: "leaders > 30 and externalNeighbours < 20". */
  readonly exclude?: string | readonly string[];
  /** The seeds of all repetitions come from it. Default: 1. */
  readonly seed?: number;
  /** How many seeds each combination is run with. */
  readonly repeat?: number;
  /** These seeds, instead of `repeat`. */
  readonly seeds?: readonly number[];
  /** Figures to tabulate; those of the plots where absent. */
  readonly measure?: readonly FigureName[];
  /** Curves over a parameter. */
  readonly plots?: readonly PlotSpec[];
  /** Combinations of which the report shows single runs. */
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
  to: z.number().describe('The last value that may be reached.'),
  step: z.number().exactOptional().describe('The distance between two values.'),
  times: z.number().exactOptional().describe('The ratio of two values: 2 gives 1, 2, 4, 8.'),
});
const values = z
  .union([z.string(), z.number(), z.boolean(), z.null(), z.array(parameterValue), range])
  .describe('A value, a list of values, or a range { from, to, step } or { from, to, times }.');
const parameters = z.record(z.string(), values);
/** For editors; `variation.ts` reads it itself, and says better what is wrong. */
const variation: z.ZodType<Variation> = z.lazy(() =>
  z.union([
    z.strictObject({
      product: z.array(variation).describe('Each of one with each of the others.'),
    }),
    z.strictObject({ union: z.array(variation).describe('One after the other.') }),
    z.strictObject({ zip: parameters.describe('The first values together, then the second …') }),
    parameters,
  ]),
);
const figure = z.enum(FIGURE_NAMES);
const scale = z.enum(['linear', 'log']);

const plot = z.strictObject({
  title: z.string().exactOptional().describe('Stands above the plot.'),
  x: z.string().describe('The parameter along the horizontal axis.'),
  y: z.union([figure, z.array(figure)]).describe('The figure to draw; several give a plot each.'),
  series: z.string().exactOptional().describe('The parameter of which each value has a curve.'),
  facet: z.string().exactOptional().describe('The parameter of which each value has a panel.'),
  xScale: scale.exactOptional().describe('linear, unless it says log.'),
  yScale: scale.exactOptional().describe('linear, unless it says log.'),
});

const fields = {
  $schema: z.string().exactOptional().describe('For editors: where this schema is.'),
  name: z.string().describe('Letters, digits and dashes; its runs are listed under it.'),
  title: z.string().exactOptional().describe('Stands above the report.'),
  description: z.string().exactOptional().describe('What is asked, for the report.'),
  base: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .describe('A configuration file, seen from this file, or a configuration.'),
  set: z
    .record(z.string(), parameterValue)
    .exactOptional()
    .describe('Fields that differ from the base in all runs, such as "seeds.upload".'),
  labels: z
    .array(z.string())
    .exactOptional()
    .describe('Parameters that are no fields: names for what is varied together.'),
  exclude: z
    .union([z.string(), z.array(z.string())])
    .exactOptional()
    .describe(
      'Leaves out combinations of which this is true: "leaders > 30 and externalNeighbours < 20".',
    ),
  seed: z.number().exactOptional().describe('The seeds of all repetitions come from it; or 1.'),
  repeat: z.number().exactOptional().describe('How many seeds each combination is run with.'),
  seeds: z.array(z.number()).exactOptional().describe('These seeds, instead of `repeat`.'),
  measure: z.array(figure).exactOptional().describe('Figures to tabulate; those of the plots.'),
  plots: z.array(plot).exactOptional().describe('Curves over a parameter.'),
  details: z
    .array(z.record(z.string(), parameterValue))
    .exactOptional()
    .describe('Combinations of which the report shows single runs: times, traffic, progress.'),
};
const experiment = z.strictObject({ ...fields, vary: z.custom<Variation>().exactOptional() });
const published = z.strictObject({
  ...fields,
  vary: variation.exactOptional().describe('Which parameters take which values.'),
});

export const EXPERIMENT_SCHEMA: z.ZodType<Experiment> = experiment;
export const EXPERIMENT_FIELDS: readonly string[] = Object.keys(experiment.shape);
export const PLOT_FIELDS: readonly string[] = Object.keys(plot.shape);

/** The schema for editors, as JSON Schema. */
export function experimentJsonSchema(): object {
  return {
    title: 'An experiment of CacheTorrent',
    ...z.toJSONSchema(published, { target: 'draft-7', reused: 'ref' }),
  };
}
