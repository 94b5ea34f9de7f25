/** The next place in a direction, for moving about the map with arrow keys. */

/** A direction on the screen. */
export type Direction = 'left' | 'right' | 'up' | 'down';

/** A place with its id, in any units; y grows downwards. */
export interface Place {
  readonly id: number;
  readonly x: number;
  readonly y: number;
}

/** A step to the side counts this many times. */
const SIDEWAYS = 2;

/**
 * The place that is next in a direction: within 45° of it, the nearest, where a step to the side
 * counts twice. If there is none, any on that side. Of equally near ones, that of the lowest id.
 */
export function nextInDirection(
  from: Omit<Place, 'id'>,
  direction: Direction,
  places: Iterable<Place>,
): number | undefined {
  let best: { readonly id: number; readonly isAhead: boolean; readonly cost: number } | undefined;
  for (const { id, x, y } of places) {
    const [along, aside] = turned(x - from.x, y - from.y, direction);
    if (along <= 0) continue;
    const isAhead = aside <= along;
    const cost = along + SIDEWAYS * aside;
    if (best !== undefined) {
      if (best.isAhead && !isAhead) continue;
      if (best.isAhead === isAhead) {
        if (cost > best.cost || (cost === best.cost && id > best.id)) continue;
      }
    }
    best = { id, isAhead, cost };
  }
  return best?.id;
}

/** How far along a direction a step goes, and how far aside. */
function turned(dx: number, dy: number, direction: Direction): [along: number, aside: number] {
  switch (direction) {
    case 'left':
      return [-dx, Math.abs(dy)];
    case 'right':
      return [dx, Math.abs(dy)];
    case 'up':
      return [-dy, Math.abs(dx)];
    case 'down':
      return [dy, Math.abs(dx)];
  }
}
