/** The costs of campaigns as a table, beside what they are to be. */

import { table } from '../../runs/markdown.ts';
import type { Cost } from './measure.ts';

export function costTable(costs: readonly Cost[]): string {
  const rows = costs.map(({ what, unit, rounds: { min, median, max }, goal }) => {
    const told = (value: number) => `${value.toFixed(unit === 'ms' ? 1 : 2)} ${unit}`;
    const isSpeedUp = unit === '×';
    const [best, worst] = isSpeedUp ? [max, min] : [min, max];
    const wanted = `${isSpeedUp ? 'at least' : 'at most'} ${goal} ${unit}`;
    return [what, told(best), told(median), told(worst), wanted];
  });
  return table(['what', 'best', 'median', 'worst', 'to be'], rows, 'lrrrl');
}
