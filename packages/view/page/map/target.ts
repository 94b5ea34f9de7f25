/** What can be pointed at on the map, and where the map is on the screen. */

/** An AS, or a peer in it. */
export interface Target {
  readonly as: number;
  readonly peer?: number;
}

/** Which part of the map is on the screen: a point is at `scale * x + left`, `scale * y + top`. */
export interface Viewport {
  /** Screen pixels for each unit of the map. */
  readonly scale: number;
  /** Where the origin of the map is, in pixels. */
  readonly left: number;
  readonly top: number;
  /** The size of the picture, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** A circle on the map, in its units. */
export interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Whether two are the same. */
export function isSameTarget(one: Target | undefined, other: Target | undefined): boolean {
  return one?.as === other?.as && one?.peer === other?.peer;
}
