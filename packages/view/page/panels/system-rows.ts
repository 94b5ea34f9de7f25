/** The rows of the table of AS: which are shown, in which order. */

import type { SystemColumns } from '../scene.ts';

/** A column by which the table can be sorted. */
export type SystemColumn =
  | 'name'
  | 'peers'
  | 'leechers'
  | 'seeds'
  | 'leaders'
  | 'progress'
  | 'outsideBits'
  | 'redundancy';

/** An order of the table. */
export interface SystemOrder {
  readonly column: SystemColumn;
  readonly isDescending: boolean;
}

/** The place of each AS in the order of the names, in which `AS 2` comes before `AS 10`. */
export function nameRanks(names: readonly string[]): Uint32Array {
  const { compare } = new Intl.Collator('en', { numeric: true });
  const order = names.map((_, as) => as);
  order.sort((a, b) => compare(names[a]!, names[b]!) || a - b);
  const ranks = new Uint32Array(names.length);
  for (const [rank, as] of order.entries()) ranks[as] = rank;
  return ranks;
}

/** The AS whose name contains `filter`, whatever the case. */
export function namedLike(names: readonly string[], filter: string): readonly number[] {
  const wanted = filter.trim().toLowerCase();
  const found: number[] = [];
  for (const [as, name] of names.entries()) {
    if (name.toLowerCase().includes(wanted)) found.push(as);
  }
  return found;
}

/**
 * The AS of `among` in an order; those without a figure come last, and equal ones by name.
 * `ranks` are those of `nameRanks`.
 */
export function inOrder(
  among: readonly number[],
  systems: SystemColumns,
  ranks: Uint32Array,
  { column, isDescending }: SystemOrder,
): number[] {
  const sign = isDescending ? -1 : 1;
  const valueOf = valuesOf(systems, ranks, column);
  return [...among].sort((a, b) => {
    const [first, second] = [valueOf(a), valueOf(b)];
    const isFirstNone = Number.isNaN(first);
    if (isFirstNone !== Number.isNaN(second)) return isFirstNone ? 1 : -1;
    if (isFirstNone || first === second) return ranks[a]! - ranks[b]!;
    return sign * (first - second);
  });
}

/**
 * The order after the header of a column has been pressed: the other direction, or, of another
 * column, the largest first; names begin with A.
 */
export function nextOrder(order: SystemOrder, column: SystemColumn): SystemOrder {
  if (order.column === column) return { column, isDescending: !order.isDescending };
  return { column, isDescending: column !== 'name' };
}

function valuesOf(
  systems: SystemColumns,
  ranks: Uint32Array,
  column: SystemColumn,
): (as: number) => number {
  if (column === 'name') return (as) => ranks[as]!;
  if (column === 'peers') return (as) => systems.leechers[as]! + systems.seeds[as]!;
  const values = systems[column];
  return (as) => values[as]!;
}
