/** Writes the comparison down: `docs/published.md`. */

import { minimumDistributionTimeMs } from '@cachetorrent/simulator';

import { inMinutes } from '../runs/advance.ts';
import { type Estimate, estimate } from '../runs/estimate.ts';
import { heading, paragraphs, table } from '../runs/markdown.ts';
import { type Observed, titleOf } from './experiments.ts';
import { orderings, valuesOf } from './orderings.ts';
import { type ConfigName, type FigureName, PUBLISHED_T_MIN_MS } from './published-figures.ts';
import { SENTENCES } from './sentences.ts';
import { sideBySide } from './side-by-side.ts';
import { type Verdict, verdictOn } from './verdict.ts';

export interface DocumentOptions {
  readonly observed: readonly Observed[];
  /** Of one core, over all runs. */
  readonly coreMs: number;
  /** Where the runs are not of the published size. */
  readonly pieces?: number;
}

const CONFIGS: readonly ConfigName[] = ['medium', 'bigseed'];

export function documentOf({ observed, coreMs, pieces }: DocumentOptions): string {
  const runs = observed.reduce((sum, { results }) => sum + results.length, 0);
  return paragraphs(
    heading(1, 'Published results, and ours'),
    pieces === undefined
      ? ''
      : `**A trial with ${pieces} pieces instead of 1000: its times are not to be compared.**`,
    INTRODUCTION,
    `These are ${runs} runs, which took ${inMinutes(coreMs)} of one core.`,
    ...(SENTENCES.length > 0 ? [heading(2, 'What the figures say'), SENTENCES.join(' ')] : []),
    heading(2, "The original's rules, against what was published"),
    summaryOf(observed),
    ...CONFIGS.flatMap((config) => againstPublished(config, observed)),
    heading(2, 'What is greater, what is less'),
    orderingsOf(observed),
    heading(2, "The original's rules and a client's, side by side"),
    SIDE_BY_SIDE,
    ...CONFIGS.flatMap((config) => sideBySide(config, observed)),
  );
}

const INTRODUCTION = `
Made by \`npm run published\`; what it says by itself is written anew each time. It runs the
configurations that the report on CacheTorrent of 2018 gives results for (means of about five runs
of its authors' simulator), each with several seeds, and puts our means beside them: with the 95 %
confidence interval of the mean by Student's t distribution, and a verdict. Redundancy has to be
within 3 % for BitTorrent and within 10 % for the others; times within 10 % for BitTorrent and a
biased tracker, and within 15 % with leaders. *p* is the share of leaders among the peers of an AS,
or the share of neighbours that a biased tracker takes from anywhere. Times count from the start,
percentiles and redundancy are as in [protocol.md](protocol.md), section Measures. Why figures that
are missed are missed, [model.md](model.md) says.`;

const SIDE_BY_SIDE = `
The same swarms by the habits of the simulator of 2018, with 50 ms for every message (*orig.*),
and by those of today's clients, with the latencies of the topology (*client*; see
[protocol.md](protocol.md), section Habits). For the second, nothing has been published. T_min is
the least time in which the file can reach everybody (Kumar and Ross 2006); no run may end before
it.`;

const TITLES: Readonly<Record<FigureName, string>> = {
  redundancy: 'redundancy',
  p50Ms: '50th, s',
  p90Ms: '90th, s',
  meanMs: 'mean, s',
};
const FIGURES = Object.keys(TITLES) as FigureName[];

interface Compared {
  readonly observed: Observed;
  readonly figure: FigureName;
  readonly published: number;
  readonly ours: Estimate;
  readonly verdict: Verdict;
}

function compare(observed: readonly Observed[]): Compared[] {
  return observed.flatMap((each) => {
    if (each.rules !== 'original') return [];
    return FIGURES.flatMap((figure) => {
      const published = each.published?.figures[figure];
      const ours = estimate(valuesOf(each, figure));
      if (published === undefined || ours === undefined) return [];
      const verdict = verdictOn(each.variant.protocol, figure, published, ours);
      return [{ observed: each, figure, published, ours, verdict }];
    });
  });
}

function summaryOf(observed: readonly Observed[]): string {
  const compared = compare(observed);
  const missed = compared.filter(({ verdict }) => !verdict.isMet);
  const met = `${compared.length - missed.length} of ${compared.length} published figures are met`;
  if (missed.length === 0) return `${met}.`;
  const named = missed.map(
    ({ observed: { variant }, figure }) =>
      `${variant.config}, ${titleOf(variant)}: ${TITLES[figure].replace(', s', '')}`,
  );
  return `${met}. Missed: ${named.join('; ')}.`;
}

function againstPublished(config: ConfigName, all: readonly Observed[]): string[] {
  const compared = compare(all.filter(({ variant }) => variant.config === config));
  if (compared.length === 0) return [];
  const swarm = compared[0]!.observed.jobs[0]!.checked.swarm;
  const ours = Math.round(minimumDistributionTimeMs(swarm)).toLocaleString('en');
  const published = PUBLISHED_T_MIN_MS[config].toLocaleString('en');
  const rows = compared.map(({ observed, figure, published: theirs, ours: mean, verdict }) => [
    titleOf(observed.variant),
    TITLES[figure],
    show(figure, theirs),
    showEstimate(figure, mean),
    String(mean.count),
    percent(verdict.difference),
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

function orderingsOf(observed: readonly Observed[]): string {
  const rows = orderings(observed).map(({ claim, rules, evidence, holds }) => [
    claim,
    rules,
    evidence,
    holds === undefined ? '' : holds ? 'holds' : '**does not hold**',
  ]);
  return table(['published', 'rules', 'our means', 'verdict'], rows, 'llll');
}

function show(figure: FigureName, value: number): string {
  return figure === 'redundancy' ? value.toFixed(2) : (value / 1000).toFixed(0);
}

function showEstimate(figure: FigureName, { mean, halfWidth }: Estimate): string {
  const spread = halfWidth === undefined ? '' : ` ± ${show(figure, halfWidth)}`;
  return show(figure, mean) + spread;
}

function percent(share: number): string {
  const rounded = (share * 100).toFixed(1);
  return `${share >= 0 ? '+' : ''}${rounded} %`;
}
