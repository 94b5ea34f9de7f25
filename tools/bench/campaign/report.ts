/** The costs of campaigns as a table, beside what they are to be. */

import { table } from '../../runs/markdown.ts';
import type { Summary } from '../statistics.ts';
import type { CampaignCosts } from './measure.ts';

export function costTable(costs: CampaignCosts): string {
  const { overheadMs, runs, speedUp, longRuns, openMs, dryRunMs, storedRuns } = costs;
  const stored = `${storedRuns.toLocaleString('en')} runs`;
  const rows = [
    row(`a run of ${runs}, beyond its simulation`, overheadMs, ms, 'at most 50 ms'),
    row(`two jobs for ${longRuns} runs, against one`, reversed(speedUp), times, 'at least 1.8 ×'),
    row(`opening a store of ${stored}`, openMs, seconds, 'under 1 s'),
    row('`sweep --dry-run` on it', dryRunMs, seconds, 'under 5 s'),
  ];
  return table(['what', 'best', 'median', 'worst', 'to be'], rows, 'lrrrl');
}

function row(
  what: string,
  { min, median, max }: Pick<Summary, 'min' | 'median' | 'max'>,
  told: (value: number) => string,
  goal: string,
): readonly string[] {
  return [what, told(min), told(median), told(max), goal];
}

/** Of what is the better the more there is. */
function reversed({ min, median, max }: Summary): Pick<Summary, 'min' | 'median' | 'max'> {
  return { min: max, median, max: min };
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function seconds(value: number): string {
  return `${(value / 1000).toFixed(2)} s`;
}

function times(value: number): string {
  return `${value.toFixed(2)} ×`;
}
