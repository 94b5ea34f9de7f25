/**
 * Traffic between AS as curved bands, whose width grows with the square root of the rate: a quarter
 * of the rate is half as wide. The rate of the widest band is 1, 2 or 5 times a power of ten, and
 * not below any rate that the page has shown, so that two runs side by side can be compared.
 *
 *        ____________
 *      /              \        A curve bends to the right of the way from its sender to its
 *     A                B       receiver, so the two of a pair lie on different sides.
 *      \ ____________ /
 */

import { type Signal, signal } from '@preact/signals';

import type { PageState } from '../state.ts';
import type { Circle } from './target.ts';

/** The width of the widest band, in pixels. */
export const BAND_MAX_PX = 12;

/** How far a curve bends, as a share of the distance. */
const BEND = 0.16;

/** A curve from one circle to another: a quadratic Bézier, in units of the map. */
export interface Curve {
  readonly fromX: number;
  readonly fromY: number;
  readonly bendX: number;
  readonly bendY: number;
  readonly toX: number;
  readonly toY: number;
}

/** The curve from one circle to another; none if they have the same centre. */
export function curveBetween(from: Circle, to: Circle): Curve | undefined {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  if (dx === 0 && dy === 0) return undefined;
  const bendX = (from.x + to.x) / 2 - dy * BEND;
  const bendY = (from.y + to.y) / 2 + dx * BEND;
  const length = Math.hypot(bendX - from.x, bendY - from.y);
  const start = Math.min(1, from.radius / length);
  const end = Math.min(1, to.radius / length);
  return {
    fromX: from.x + (bendX - from.x) * start,
    fromY: from.y + (bendY - from.y) * start,
    bendX,
    bendY,
    toX: to.x + (bendX - to.x) * end,
    toY: to.y + (bendY - to.y) * end,
  };
}

/** The width of a band, in pixels. */
export function bandWidthPx(kbps: number, reference: number): number {
  return BAND_MAX_PX * Math.sqrt(Math.min(1, kbps / reference));
}

/** The least rate of 1, 2 or 5 times a power of ten that is not below this one, in kbit/s. */
export function roundUp(kbps: number): number {
  let power = 1;
  while (power * 10 <= kbps) power *= 10;
  for (const factor of [1, 2, 5]) if (factor * power >= kbps) return factor * power;
  return 10 * power;
}

const references = new WeakMap<PageState, Signal<number>>();

/** The rate of the widest band on the page, in kbit/s. */
export function bandReference(page: PageState): Signal<number> {
  const known = references.get(page);
  if (known !== undefined) return known;
  const reference = signal(1);
  references.set(page, reference);
  return reference;
}
