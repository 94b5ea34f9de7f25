/** Packs peers into a circle: circles of radius 1 with a little space between them. */

import { packEnclose, packSiblings } from 'd3-hierarchy';

/** Where the circles are, relative to the centre, and the radius of the circle around them. */
export interface Packing {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly radius: number;
}

/** Half the distance between two neighbours. */
const HALF_STEP = 1.15;

/** Free space between the outermost circles and the one around them. */
const MARGIN = 0.8;

/** Up to so many are packed one by one; more are laid out by a formula, which is faster. */
const SIBLINGS_MAX = 2_000;

/** The golden angle. */
export const GOLDEN: number = Math.PI * (3 - Math.sqrt(5));

const packings = new Map<number, Packing>();

/** So many circles of radius 1, packed. The result is kept, since many AS have as many peers. */
export function packedCircles(count: number): Packing {
  let packing = packings.get(count);
  if (packing === undefined) {
    packing = count <= SIBLINGS_MAX ? siblings(count) : sunflower(count);
    packings.set(count, packing);
  }
  return packing;
}

function siblings(count: number): Packing {
  if (count === 0) return { x: new Float32Array(0), y: new Float32Array(0), radius: 0 };
  const circles = packSiblings(Array.from({ length: count }, () => ({ r: HALF_STEP })));
  const around = packEnclose(circles);
  return {
    x: Float32Array.from(circles, ({ x }) => x - around.x),
    y: Float32Array.from(circles, ({ y }) => y - around.y),
    radius: around.r + MARGIN,
  };
}

/**
 * As the seeds of a sunflower (H. Vogel, 1979): each is a golden angle further and so far out that
 * all have the same area. The nearest two are 1.54 apart at scale 1.
 */
function sunflower(count: number): Packing {
  const scale = (2 * HALF_STEP) / NEAREST;
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const distance = scale * Math.sqrt(i + 0.5);
    x[i] = distance * Math.cos(i * GOLDEN);
    y[i] = distance * Math.sin(i * GOLDEN);
  }
  return { x, y, radius: scale * Math.sqrt(count) + 1 + MARGIN };
}

const NEAREST = 1.54;
