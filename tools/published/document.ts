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
    heading(1, 'Published results, and ours'),
    pieces === undefined
      ? ''
      : `**A trial with ${pieces} pieces instead of 1000: its times cannot be compared.**`,
    INTRODUCTION,
    `The figures come from ${runs} runs, which took ${minutes} min of one core.`,
    heading(2, 'What the figures say'),
    CONCLUSIONS,
    heading(2, "The original's rules, against the published figures"),
    summaryOf(measured),
    ...CONFIGS.flatMap((config) => againstPublished(config, measured)),
    heading(2, 'Orderings'),
    orderingsOf(measured),
    heading(2, "The original's rules and a client's, side by side"),
    SIDE_BY_SIDE,
    ...CONFIGS.flatMap((config) => sideBySide(config, measured)),
  );
}

const INTRODUCTION = `
\`npm run published\` writes this page. It runs the configurations for which the report on
CacheTorrent of 2018 gives results (means of about five runs of its authors' simulator), each with
several seeds, and puts our means beside them, with the 95 % confidence interval of the mean by
Student's t distribution and a verdict. Redundancy must be within 3 % for BitTorrent and within
10 % for the others; times within 10 % for BitTorrent and a biased tracker, and within 15 % with
leaders. *p* is the share of leaders among the peers of an AS, or the share of neighbours that a
biased tracker takes from anywhere. Times count from the start; [protocol.md](protocol.md), section
Measures, defines percentiles and redundancy. [model.md](model.md) explains why some figures are
missed.`;

/** Written by hand: read it again whenever the figures change. */
const CONCLUSIONS = `
Leaders do what they are meant to do: on \`medium\`, with 10 % of leaders and by the rules of
today's clients, an AS downloads a piece from outside 4 times instead of 44, and 8 % of the bytes
cross a border instead of 89 %. Followers pay with time, and the fewer the leaders, the more: at
10 %, half of the peers complete an eighth later than in plain BitTorrent, and nine tenths of them
two thirds later; at 50 %, half of them complete a little earlier, since leaders gain what followers
lose. Much of the published price is due to quirks that no client has: by the original's rules, 10 %
of leaders make the 50th percentile 50 % later; by a client's, 13 %.`;

const SIDE_BY_SIDE = `
The same swarms with the quirks of the simulator of 2018 and 50 ms for every message (*orig.*), and
by the rules of today's clients, with the latencies of the topology (*client*; see
[protocol.md](protocol.md), section Quirks). For the second, nothing has been published. T_min is
the minimum time in which the file can reach all peers (Kumar and Ross 2006); no run can end
earlier.`;

/** How far a mean may be from the published figure, as a share of that figure. */
const ALLOWED: Readonly<Record<Protocol, { readonly redundancy: number; readonly times: number }>> =
  {
    BitTorrent: { redundancy: 0.03, times: 0.1 },
    biased: { redundancy: 0.1, times: 0.1 },
    CacheTorrent: { redundancy: 0.1, times: 0.15 },
    MultiTorrent: { redundancy: 0.1, times: 0.15 },
  };

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
    `±${Math.round(verdict.allowed * 100)} %`,
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
