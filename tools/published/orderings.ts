/** What was published as greater or less, whatever the figures: checked on our means. */

import { estimate } from '../runs/estimate.ts';
import { type Observed, type Rules, RULES } from './experiments.ts';
import type { ConfigName, FigureName, Protocol } from './published-figures.ts';

export interface Ordering {
  readonly claim: string;
  readonly rules: Rules;
  /** The means in question, in the order that was published. */
  readonly evidence: string;
  /** Undefined where runs are missing. */
  readonly holds: boolean | undefined;
}

/** A mean by name: undefined where nothing has been run. */
type Mean = (
  protocol: Protocol,
  percent: number | undefined,
  figure: FigureName,
) => number | undefined;

export function orderings(observed: readonly Observed[]): Ordering[] {
  return RULES.flatMap((rules) =>
    (['medium', 'bigseed'] as const).flatMap((config) => {
      const mean = meansOf(observed, config, rules);
      const claims = [...redundancies(mean), moreLeaders(mean)];
      if (config === 'bigseed') claims.push(...crossing(mean));
      return claims.map((claim) => ({ ...claim, claim: `${config}: ${claim.claim}`, rules }));
    }),
  );
}

type Claim = Omit<Ordering, 'rules'>;

function redundancies(mean: Mean): Claim[] {
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

function moreLeaders(mean: Mean): Claim {
  return rising(
    "CacheTorrent's 50th percentile falls as the share of leaders grows: 50 % < 30 % < 10 %",
    [50, 30, 10].map((percent) => mean('CacheTorrent', percent, 'p50Ms')),
    seconds,
  );
}

/** It passes below somewhere between the two, so there are two claims. */
function crossing(mean: Mean): Claim[] {
  return [
    rising(
      '50th percentile at 30 %: biased < CacheTorrent',
      [mean('biased', 30, 'p50Ms'), mean('CacheTorrent', 30, 'p50Ms')],
      seconds,
    ),
    rising(
      '50th percentile at 40 %: CacheTorrent < biased',
      [mean('CacheTorrent', 40, 'p50Ms'), mean('biased', 40, 'p50Ms')],
      seconds,
    ),
  ];
}

function rising(
  claim: string,
  values: readonly (number | undefined)[],
  show: (value: number) => string,
): Claim {
  const known = values.filter((value) => value !== undefined);
  if (known.length < values.length) return { claim, evidence: 'not run', holds: undefined };
  const holds = known.every((value, i) => i === 0 || known[i - 1]! < value);
  return { claim, evidence: known.map(show).join(', '), holds };
}

function meansOf(observed: readonly Observed[], config: ConfigName, rules: Rules): Mean {
  return (protocol, percent, figure) => {
    const found = observed.find(
      (each) =>
        each.rules === rules &&
        each.variant.config === config &&
        each.variant.protocol === protocol &&
        each.variant.percent === percent,
    );
    return found && estimate(valuesOf(found, figure))?.mean;
  };
}

/** One figure of each run. */
export function valuesOf({ results }: Observed, figure: FigureName): number[] {
  const values = results.map(({ redundancy, completion }) =>
    figure === 'redundancy' ? redundancy : completion[figure],
  );
  return values.filter((value) => value !== null);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
