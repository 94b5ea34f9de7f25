/** Which AS have their name on the map: the largest first, as long as there is room. */

import type { MapLayout } from '../scene.ts';
import type { Viewport } from './target.ts';

/** The size of labels, in pixels. */
export const NAME_PX = 12;
export const COUNTS_PX = 11;

/** The height of a line, and how wide a letter is on average, in pixels. */
const LINE_PX = 14;
const LETTER_PX = 6.6;

/** Between a circle with its gauge and its label, in pixels. */
const GAP_PX = 10;

/** AS whose circle is smaller have no name, in pixels of radius. */
const NAMED_FROM_PX = 8;

/** The part of the radius of an AS that labels of others do not cover. */
const INNER = 0.75;

/** The label of an AS. */
export interface Label {
  readonly as: number;
  /** Where the middle of its lower edge is, in pixels. */
  readonly x: number;
  readonly y: number;
  /** Whether its leechers and seeds are below the name. */
  readonly hasCounts: boolean;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * The labels of AS that are on the screen: above the AS, or else the name in it, if it is wide
 * enough. None covers another, nor the middle of another AS.
 */
export function labelsOf(
  systems: readonly number[],
  layout: MapLayout,
  viewport: Viewport,
  nameOf: (as: number) => string,
  countsOf: (as: number) => string,
): Label[] {
  const { scale, left, top, width, height } = viewport;
  const bySize = systems.toSorted((a, b) => layout.asRadius[b]! - layout.asRadius[a]! || a - b);
  const taken: Box[] = [];
  const labels: Label[] = [];
  const isFree = (box: Box, as: number): boolean =>
    !taken.some((other) => overlap(box, other)) &&
    !systems.some((other) => other !== as && covers(box, other, layout, viewport));
  for (const as of bySize) {
    const radius = layout.asRadius[as]! * scale;
    if (radius < NAMED_FROM_PX) break;
    const nameWidth = nameOf(as).length * LETTER_PX;
    const countsWidth = countsOf(as).length * LETTER_PX;
    const centre = layout.asY[as]! * scale + top;
    const above = { y: centre - radius - GAP_PX, hasCounts: countsWidth <= 2 * radius + 20 };
    const inside = { y: centre + LINE_PX / 2, hasCounts: false };
    for (const { y: bottom, hasCounts } of nameWidth <= 2 * radius ? [above, inside] : [above]) {
      const half = Math.max(nameWidth, hasCounts ? countsWidth : 0) / 2;
      const labelHeight = (hasCounts ? 2 : 1) * LINE_PX;
      // The label of a circle that reaches beyond the screen stays on the screen.
      const x = within(layout.asX[as]! * scale + left, half + 4, width - half - 4);
      const y = within(bottom, labelHeight + 4, height - 4);
      const box = { left: x - half, right: x + half, top: y - labelHeight, bottom: y };
      if (!isFree(box, as)) continue;
      taken.push(box);
      labels.push({ as, x: Math.round(x), y: Math.round(y), hasCounts });
      break;
    }
  }
  return labels;
}

/** Whether a label covers the middle of an AS. */
function covers(box: Box, as: number, layout: MapLayout, { scale, left, top }: Viewport): boolean {
  const x = layout.asX[as]! * scale + left;
  const y = layout.asY[as]! * scale + top;
  const inner = layout.asRadius[as]! * scale * INNER;
  return Math.hypot(x - within(x, box.left, box.right), y - within(y, box.top, box.bottom)) < inner;
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}
