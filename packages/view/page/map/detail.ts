/** Level of detail: which AS are on the screen, and which of them are large enough for dots. */

import type { MapLayout } from '../scene.ts';
import type { Circle, Viewport } from './target.ts';

/** From which radius on a peer is a dot, in pixels: below, its AS is one disc. */
export const DOT_MIN_PX = 1.5;

/** What is drawn outside the circle of an AS, in pixels: its gauge and rings. */
const MARGIN_PX = 14;

/** The AS to draw. */
export interface VisibleSystems {
  /** All that are on the screen. */
  readonly all: readonly number[];
  /** Those of them whose peers are dots. */
  readonly dotted: readonly number[];
}

/** What to draw. The AS that is open always has dots. */
export function visibleSystems(
  layout: MapLayout,
  viewport: Viewport,
  openAs: number | undefined,
): VisibleSystems {
  const all: number[] = [];
  const dotted: number[] = [];
  for (let as = 0; as < layout.asRadius.length; as++) {
    if (layout.asRadius[as]! <= 0 || !isVisible(circleOf(layout, as), viewport)) continue;
    all.push(as);
    if (hasDots(as, viewport, openAs)) dotted.push(as);
  }
  return { all, dotted };
}

/** Whether the peers of an AS are dots. */
export function hasDots(as: number, viewport: Viewport, openAs: number | undefined): boolean {
  return as === openAs || viewport.scale >= DOT_MIN_PX;
}

/** The circle of an AS. */
export function circleOf(layout: MapLayout, as: number): Circle {
  return { x: layout.asX[as]!, y: layout.asY[as]!, radius: layout.asRadius[as]! };
}

/** The circle around all AS. */
export function circleOfAll(layout: MapLayout): Circle {
  return { x: 0, y: 0, radius: layout.extent };
}

/** Whether some of a circle is on the screen. */
function isVisible({ x, y, radius }: Circle, viewport: Viewport): boolean {
  const { scale, left, top, width, height } = viewport;
  const reach = radius * scale + MARGIN_PX;
  const centreX = x * scale + left;
  const centreY = y * scale + top;
  return (
    centreX + reach >= 0 &&
    centreX - reach <= width &&
    centreY + reach >= 0 &&
    centreY - reach <= height
  );
}
