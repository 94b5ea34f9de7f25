/** Colours between those of a scale, for pictures that are drawn pixel by pixel. */

import { scaleLinear } from 'd3-scale';

/** How many colours a table has. */
export const COLOURS = 256;

/**
 * The colours of a scale from nothing to all, in 256 steps. Each is a pixel of an `ImageData` as a
 * number with its lowest byte first: opaque.
 */
export function colourTable(scale: readonly string[]): Uint32Array {
  const steps = scale.map((_, i) => (i * (COLOURS - 1)) / (scale.length - 1));
  const colourAt = scaleLinear<string>().domain(steps).range(scale);
  return Uint32Array.from({ length: COLOURS }, (_, level) => {
    const [red, green, blue] = colourAt(level).match(/\d+/g)!.map(Number);
    return (255 << 24) | (blue! << 16) | (green! << 8) | red!;
  });
}

/** The step of a number of copies, if `peers` could have one: 0 is for none only. */
export function levelOf(copies: number, peers: number): number {
  if (copies === 0) return 0;
  const level = Math.round(((COLOURS - 1) * copies) / Math.max(copies, peers));
  return Math.max(1, level);
}
