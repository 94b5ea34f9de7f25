/** The same swarms by the rules of the original and by those of a client, in one table. */

import { minimumDistributionTimeMs } from '@cachetorrent/simulator';

import type { Rules } from '../quirks/switches.ts';

import { estimate } from '../runs/estimate.ts';
import { heading, seconds, table } from '../runs/markdown.ts';
import { COLUMNS, type ResultColumn } from '../runs/result-columns.ts';
import type { PublishedConfig } from './published-figures.ts';
import { type MeasuredVariant, RULES, titleOf } from './variants.ts';

const { redundancy, interAsShare, traffic, messages } = COLUMNS;
const TRAFFIC: readonly ResultColumn[] = [
  redundancy,
  interAsShare,
  traffic,
  { ...messages, format: (count) => (count / 1e6).toFixed(1) },
];

const { p50, p90, last, leadersP50, followersP50 } = COLUMNS;
const TIMES: readonly ResultColumn[] = [p50, p90, last, leadersP50, followersP50];

/** Returns the sections of the page on the traffic between AS and on completion times. */
export function sideBySide(config: PublishedConfig, all: readonly MeasuredVariant[]): string[] {
  const measured = all.filter(
    ({ variant, results }) => variant.config === config && results.length > 0,
  );
  if (measured.length === 0) return [];
  return [
    heading(3, `${config}: traffic between AS`),
    comparison(measured, TRAFFIC),
    heading(3, `${config}: completion times`),
    `T_min is ${seconds(minimumDistributionTimeMs(measured[0]!.swarm))} s.`,
    comparison(measured, TIMES),
  ];
}

function comparison(
  measured: readonly MeasuredVariant[],
  columns: readonly ResultColumn[],
): string {
  const titles = columns.flatMap(({ title }) => [`${title}: orig.`, 'client']);
  const byTitle = Map.groupBy(measured, ({ variant }) => titleOf(variant));
  const rows = Array.from(byTitle, ([title, variants]) => {
    const byRules = new Map<Rules, MeasuredVariant>(variants.map((each) => [each.rules, each]));
    const cells = columns.flatMap((column) =>
      RULES.map((rules) => cell(byRules.get(rules), column)),
    );
    return [title, ...cells];
  });
  return table(['run', ...titles], rows, `l${'r'.repeat(titles.length)}`);
}

function cell(measured: MeasuredVariant | undefined, { valueOf, format }: ResultColumn): string {
  const values = (measured?.results ?? []).map(valueOf).filter((value) => value !== null);
  const mean = estimate(values)?.mean;
  return mean === undefined ? '' : format(mean);
}
