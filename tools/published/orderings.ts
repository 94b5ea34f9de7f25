/** The orderings that were published, whatever the figures, checked on our means. */

import type { Rules } from '../quirks/switches.ts';

import { estimate } from '../runs/estimate.ts';
import { seconds } from '../runs/markdown.ts';
import {
  CONFIGS,
  type FigureName,
  type Protocol,
  type PublishedConfig,
} from './published-figures.ts';
import { type MeasuredVariant, RULES } from './variants.ts';

export interface Ordering {
  readonly claim: string;
  readonly rules: Rules;
  /** The means that the claim is about, in the order that was published. */
  readonly evidence: string;
  /** Undefined if runs are missing. */
  readonly holds: boolean | undefined;
}

/** Returns the mean of a figure; undefined if there are no runs. */
type MeanOf = (
  protocol: Protocol,
  percent: number | undefined,
  figure: FigureName,
) => number | undefined;

export function orderings(measured: readonly MeasuredVariant[]): Ordering[] {
  return RULES.flatMap((rules) =>
    CONFIGS.flatMap((config) => {
      const mean = meansOf(measured, config, rules);
      const claims = [...redundancies(mean), moreLeaders(mean)];
      if (config === 'bigseed') claims.push(...crossing(mean));
      return claims.map((claim) => ({ ...claim, claim: `${config}: ${claim.claim}`, rules }));
    }),
  );
}

type Claim = Omit<Ordering, 'rules'>;

function redundancies(mean: MeanOf): Claim[] {
  return [10, 30].map((percent) =>
    rising(
      `redundancy at ${percent} %: CacheTorrent < biased < BitTorrent`,
      [
        mean('CacheTorrent', percent, 'redundancy'),
        mean('biased', percent, 'redundancy'),
        mean('BitTorrent', undefined, 'redundancy'),
      ],
      (redundancy) => redundancy.toFixed(2),
    ),
  );
}

function moreLeaders(mean: MeanOf): Claim {
  return rising(
    "CacheTorrent's 50th percentile falls as the share of leaders grows: 50 % < 30 % < 10 %",
    [50, 30, 10].map((percent) => mean('CacheTorrent', percent, 'p50Ms')),
    inSeconds,
  );
}

/** CacheTorrent becomes faster than a biased tracker between 30 and 40 %: two claims. */
function crossing(mean: MeanOf): Claim[] {
  return [
    rising(
      '50th percentile at 30 %: biased < CacheTorrent',
      [mean('biased', 30, 'p50Ms'), mean('CacheTorrent', 30, 'p50Ms')],
      inSeconds,
    ),
    rising(
      '50th percentile at 40 %: CacheTorrent < biased',
      [mean('CacheTorrent', 40, 'p50Ms'), mean('biased', 40, 'p50Ms')],
      inSeconds,
    ),
  ];
}

function rising(
  claim: string,
  values: readonly (number | undefined)[],
  format: (value: number) => string,
): Claim {
  const known = values.filter((value) => value !== undefined);
  if (known.length < values.length) return { claim, evidence: 'not run', holds: undefined };
  const holds = known.every((value, i) => i === 0 || known[i - 1]! < value);
  return { claim, evidence: known.map(format).join(', '), holds };
}

function meansOf(
  measured: readonly MeasuredVariant[],
  config: PublishedConfig,
  rules: Rules,
): MeanOf {
  return (protocol, percent, figure) => {
    const found = measured.find(
      ({ rules: its, variant }) =>
        its === rules &&
        variant.config === config &&
        variant.protocol === protocol &&
        variant.percent === percent,
    );
    return found && estimate(valuesOf(found, figure))?.mean;
  };
}

/** Returns one figure of each run. */
export function valuesOf({ results }: MeasuredVariant, figure: FigureName): number[] {
  const values = results.map(({ redundancy, completion }) =>
    figure === 'redundancy' ? redundancy : completion[figure],
  );
  return values.filter((value) => value !== null);
}

function inSeconds(ms: number): string {
  return `${seconds(ms)} s`;
}
