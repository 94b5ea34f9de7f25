/**
 * The order in which plots and tables show the values of a parameter: first the missing value, then
 * words in the order of the experiment, then what has numbers, by size. So `8 MB` comes before
 * `16 MB` and `512 KiB` before `1 MiB`, which an order of letters reverses.
 */

import { type QuantityKind, readQuantity } from '@cachetorrent/simulator/configuration';

import type { ParameterValue } from '../campaign/experiment/schema.ts';
import { formatValue, valueName } from './labels.ts';

const KINDS: readonly QuantityKind[] = ['size', 'rate', 'time', 'percent'];

/** Returns every value once, as text, in this order. */
export function orderedValues(values: readonly (ParameterValue | undefined)[]): readonly string[] {
  const texts = [...new Set(values.map(formatValue))];
  const missing = formatValue(undefined);
  const rankOf = (text: string) => (text === missing ? 0 : /\d/.test(text) ? 2 : 1);
  const sizeOf = sizeReader(texts.filter((text) => rankOf(text) === 2));
  // The sort is stable, so words stay in the order in which they appear.
  return texts.sort((a, b) => {
    const [rankA, rankB] = [rankOf(a), rankOf(b)];
    if (rankA !== rankB || rankA < 2) return rankA - rankB;
    return sizeOf(a) - sizeOf(b) || compareNaturally(a, b);
  });
}

/** The names of the values of a parameter, in this order. */
export function orderedNames(
  parameter: string,
  values: readonly (ParameterValue | undefined)[],
): readonly string[] {
  const names = new Map(values.map((value) => [formatValue(value), valueName(parameter, value)]));
  return orderedValues(values).map((text) => names.get(text)!);
}

/** Reads texts as quantities if all of them are of one kind; otherwise all sizes are equal. */
function sizeReader(texts: readonly string[]): (text: string) => number {
  for (const kind of KINDS) {
    const sizes = new Map<string, number>();
    for (const text of texts) {
      const reading = readQuantity(kind, text.replaceAll(',', ''));
      if ('value' in reading) sizes.set(text, reading.value);
    }
    if (sizes.size === texts.length) return (text) => sizes.get(text)!;
  }
  return () => 0;
}

/** Compares the numbers in texts as numbers, and what is between them as text. */
function compareNaturally(a: string, b: string): number {
  const [partsA, partsB] = [partsOf(a), partsOf(b)];
  for (const [i, part] of partsA.entries()) {
    const other = partsB[i];
    if (other === undefined) return 1;
    const difference = Number(part) - Number(other);
    const order = Number.isNaN(difference) ? part.localeCompare(other, 'en') : difference;
    if (order !== 0) return order;
  }
  return partsA.length - partsB.length;
}

/** `alpha 0.25` is `alpha ` and `0.25`; `v1.10.2` is `v`, `1`, `.` and `10.2`. */
function partsOf(text: string): readonly string[] {
  return text.match(/\d+(?:\.\d+(?![\d.]))?|\D+/g) ?? [];
}
