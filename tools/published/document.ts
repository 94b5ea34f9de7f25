/** Writes the comparison with the published figures: `docs/published.md`. */

import { minimumDistributionTimeMs } from '@cachetorrent/simulator';

import { type Estimate, estimate } from '../runs/estimate.ts';
import { heading, paragraphs, seconds, signedPercent, table } from '../runs/markdown.ts';
import { orderings, valuesOf } from './orderings.ts';
import {
  CONFIGS,
  type FigureName,
  type Protocol,
  PUBLISHED_T_MIN_MS,
  type PublishedConfig,
} from './published-figures.ts';
import { sideBySide } from './side-by-side.ts';
import { type MeasuredVariant, titleOf } from './variants.ts';

export interface DocumentOptions {
  readonly measured: readonly MeasuredVariant[];
  /** Computing time of all runs, on one core. */
  readonly coreMs: number;
  /** For a trial: the number of pieces, if it is not the published one. */
  readonly pieces?: number;
}

export function documentOf({ measured, coreMs, pieces }: DocumentOptions): string {
  const runs = measured.reduce((sum, { results }) => sum + results.length, 0);
  const minutes = Math.round(coreMs / 60_000);
  return paragraphs(
    heading(1, 'Published results and ours'),
    pieces === undefined
      ? ''
      : `**A trial with ${pieces} pieces instead of 1000: its times cannot be compared.**`,
    INTRODUCTION,
    tolerances(),
    `The figures come from ${runs} runs, which took ${minutes} min of one core.`,
    heading(2, 'What the figures say'),
    CONCLUSIONS,
    heading(2, 'Published figures, by the rules of the original'),
    summaryOf(measured),
    ...CONFIGS.flatMap((config) => againstPublished(config, measured)),
    heading(2, 'Published orderings'),
    orderingsOf(measured),
    heading(2, 'Both sets of rules, side by side'),
    SIDE_BY_SIDE,
    ...CONFIGS.flatMap((config) => sideBySide(config, measured)),
  );
}

const INTRODUCTION = `
This page answers the question *does the simulator reproduce what was published?* The report on
CacheTorrent of 2018 gives results as means of about five runs of its authors' simulator, *the
original*. \`npm run published\` runs the same configurations, each with several seeds, and writes
this page. [validation.md](validation.md) explains why some figures are missed, and
[model.md](model.md) defines the measures.

Tables show the published figure, and the mean of our runs with its 95 % confidence interval by
Student's t distribution. The percentage in the name of a run is the share of leaders among the
peers of an AS, or the share of neighbours that a biased tracker draws from all AS. A figure is met
if our mean differs from it by no more than this:`;

/** Written by hand: read it again whenever the figures change. */
const CONCLUSIONS = `
Leaders reduce the traffic between AS as intended. On \`medium\`, by the rules of today's clients,
10 % of leaders let an AS download a piece from outside 4 times instead of 45, and 7 % of the bytes
go from one AS to another instead of 90 %. Followers pay with time, and more with fewer leaders.
With 10 %, the 50th percentile is an eighth later than in plain BitTorrent, and the 90th three
quarters later. With 50 %, the 50th percentile is about the same, and the 90th a seventh later.
Much of the published cost is due to quirks of the original: with 10 % of leaders, the 50th
percentile is 50 % later by its rules, and 13 % later by those of clients.`;

const SIDE_BY_SIDE = `
The same swarms by both sets of rules. *orig.* has the quirks of the original and a latency of 50 ms
for every message; *client* has the rules of today's clients and the latencies of the topology
([protocol.md](protocol.md), section Quirks). Nothing was published for the second. No run can be
faster than T_min, the minimum distribution time ([model.md](model.md)).`;

/** How far a mean may be from the published figure, as a share of that figure. */
const ALLOWED: Readonly<Record<Protocol, { readonly redundancy: number; readonly times: number }>> =
  {
    BitTorrent: { redundancy: 0.03, times: 0.1 },
    biased: { redundancy: 0.1, times: 0.1 },
    CacheTorrent: { redundancy: 0.1, times: 0.15 },
    MultiTorrent: { redundancy: 0.1, times: 0.15 },
  };

function tolerances(): string {
  const rows = Object.entries(ALLOWED).map(([protocol, { redundancy, times }]) => [
    protocol,
    percentOf(redundancy),
    percentOf(times),
  ]);
  return table(['run', 'redundancy', 'times'], rows, 'lrr');
}

function percentOf(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export interface Verdict {
  /** Our figure less the published one, as a share of the published one. */
  readonly difference: number;
  readonly allowed: number;
  readonly isMet: boolean;
}

export function verdictOn(
  protocol: Protocol,
  figure: FigureName,
  published: number,
  ours: Estimate,
): Verdict {
  const allowed = ALLOWED[protocol][figure === 'redundancy' ? 'redundancy' : 'times'];
  const difference = (ours.mean - published) / published;
  return { difference, allowed, isMet: Math.abs(difference) <= allowed };
}

const TITLES: Readonly<Record<FigureName, string>> = {
  redundancy: 'redundancy',
  p50Ms: '50th, s',
  p90Ms: '90th, s',
  meanMs: 'mean, s',
};
const FIGURES = Object.keys(TITLES) as FigureName[];

interface ComparedFigure {
  readonly measured: MeasuredVariant;
  readonly figure: FigureName;
  readonly published: number;
  readonly ours: Estimate;
  readonly verdict: Verdict;
}

function comparedFigures(all: readonly MeasuredVariant[]): ComparedFigure[] {
  return all.flatMap((measured) => {
    if (measured.rules !== 'original') return [];
    return FIGURES.flatMap((figure) => {
      const published = measured.published?.figures[figure];
      const ours = estimate(valuesOf(measured, figure));
      if (published === undefined || ours === undefined) return [];
      const verdict = verdictOn(measured.variant.protocol, figure, published, ours);
      return [{ measured, figure, published, ours, verdict }];
    });
  });
}

function summaryOf(measured: readonly MeasuredVariant[]): string {
  const compared = comparedFigures(measured);
  const missed = compared.filter(({ verdict }) => !verdict.isMet);
  const met = `${compared.length - missed.length} of ${compared.length} published figures are met`;
  if (missed.length === 0) return `${met}.`;
  const named = missed.map(
    ({ measured: { variant }, figure }) =>
      `${variant.config}, ${titleOf(variant)}: ${TITLES[figure].replace(', s', '')}`,
  );
  return `${met}. Missed: ${named.join('; ')}.`;
}

function againstPublished(config: PublishedConfig, all: readonly MeasuredVariant[]): string[] {
  const compared = comparedFigures(all.filter(({ variant }) => variant.config === config));
  if (compared.length === 0) return [];
  const ours = Math.round(minimumDistributionTimeMs(compared[0]!.measured.swarm)).toLocaleString(
    'en',
  );
  const published = PUBLISHED_T_MIN_MS[config].toLocaleString('en');
  const rows = compared.map(({ measured, figure, published: theirs, ours: mean, verdict }) => [
    titleOf(measured.variant),
    TITLES[figure],
    format(figure, theirs),
    formatEstimate(figure, mean),
    String(mean.count),
    signedPercent(verdict.difference),
    `±${percentOf(verdict.allowed)}`,
    verdict.isMet ? 'met' : '**missed**',
  ]);
  return [
    heading(3, config),
    `T_min is ${ours} ms; published: ${published}.`,
    table(
      ['run', 'figure', 'published', 'ours', 'runs', 'difference', 'allowed', 'verdict'],
      rows,
      'llrrrrrl',
    ),
  ];
}

function orderingsOf(measured: readonly MeasuredVariant[]): string {
  const rows = orderings(measured).map(({ claim, rules, evidence, holds }) => [
    claim,
    rules,
    evidence,
    holds === undefined ? '' : holds ? 'holds' : '**does not hold**',
  ]);
  return table(['published', 'rules', 'our means', 'verdict'], rows, 'llll');
}

function format(figure: FigureName, value: number): string {
  return figure === 'redundancy' ? value.toFixed(2) : seconds(value);
}

function formatEstimate(figure: FigureName, { mean, halfWidth }: Estimate): string {
  const interval = halfWidth === undefined ? '' : ` ± ${format(figure, halfWidth)}`;
  return format(figure, mean) + interval;
}
