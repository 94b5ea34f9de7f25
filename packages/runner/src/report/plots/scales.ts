/** Scales and ticks of the curves: axes that no value leaves, labels that do not overlap. */

import type * as Plot from '@observablehq/plot';

import { formatNumber } from '../labels.ts';
import { cut, LETTER_WIDTH } from '../svg.ts';

/** `point` is a scale of categories. */
export type ScaleType = 'linear' | 'log' | 'point';

export interface ValueScale {
  readonly type: 'linear' | 'log';
  readonly domain: [low: number, high: number];
  readonly nice?: boolean;
  readonly clamp?: boolean;
}

export interface Ticks {
  readonly options: Plot.ScaleOptions;
  /** The height that turned labels need below the usual one, in pixels. */
  readonly height: number;
}

/** The scale of metrics, which are never negative, with their intervals. */
export function valueScale(
  points: readonly { readonly y: number; readonly low: number; readonly high: number }[],
  type: ValueScale['type'],
): ValueScale {
  const high = Math.max(0, ...points.map((point) => point.high));
  if (type === 'log') {
    // An interval that reaches 0 ends at the frame.
    const positive = points.flatMap(({ y, low }) => (low > 0 ? [low] : [y]));
    return { type, domain: [Math.min(...positive) / 1.1, high * 1.1], clamp: true };
  }
  if (high === 0) return { type, domain: [0, 1] };
  const low = Math.min(...points.map((point) => point.low));
  if (low === high) return { type, domain: [0, high * 1.2], nice: true };
  // Beginning at 0 shows relative differences, but hides small ones.
  return { type, domain: [low < 0.5 * high ? 0 : low, high], nice: true };
}

/** Labels the varied numbers, except those that would overlap the one before. */
export function numberTicks(values: readonly number[], type: ScaleType, width: number): Ticks {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const [first, last] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  const at = (value: number) => (type === 'log' ? Math.log(value) : value);
  const ticks: number[] = [];
  let free = -Infinity;
  for (const value of sorted) {
    const centre = first === last ? 0 : ((at(value) - at(first)) / (at(last) - at(first))) * width;
    const half = (formatNumber(value).length * LETTER_WIDTH) / 2;
    if (centre - half < free) continue;
    ticks.push(value);
    free = centre + half + LETTER_WIDTH;
  }
  return { options: { ticks, tickFormat: formatNumber }, height: 0 };
}

const ANGLE = 35;
const MAX_LETTERS = 24;

/** The distance between turned labels that do not overlap, in pixels. */
const TURNED_STEP = 16;

/** Turns the labels of categories if they would overlap, cuts long ones, and leaves out some. */
export function categoryTicks(categories: readonly string[], width: number): Ticks {
  const longest = Math.max(...categories.map(({ length }) => length));
  const step = width / categories.length;
  const options = { domain: categories };
  if ((longest + 1) * LETTER_WIDTH <= step) return { options, height: 0 };
  const tickFormat = (text: string) => cut(text, MAX_LETTERS);
  const stride = Math.ceil(TURNED_STEP / step);
  const ticks = categories.filter((_, i) => i % stride === 0);
  const letters = Math.min(longest, MAX_LETTERS);
  const height = Math.ceil(letters * LETTER_WIDTH * Math.sin((ANGLE * Math.PI) / 180));
  return { options: { ...options, ticks, tickFormat, tickRotate: -ANGLE }, height };
}
