/** A traffic matrix as an image, a pixel for each pair of AS: for more AS than cells can show. */

import * as Plot from '@observablehq/plot';
import { encode } from 'fast-png';

import { COLOUR_SCHEME } from '../theme.ts';

/** An image of one colour for each of `size * size` values, row by row, as a data URL. */
export function imageUrl(values: Float64Array, size: number, most: number): string {
  const colours = coloursOf();
  const data = new Uint8Array(3 * values.length);
  for (const [i, value] of values.entries()) {
    const share = most === 0 ? 0 : Math.log1p((RANGE * value) / most) / Math.log1p(RANGE);
    data.set(colours[Math.round(share * (SHADES - 1))]!, 3 * i);
  }
  const png = encode({ width: size, height: size, data, channels: 3, depth: 8 });
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

/**
 * The colours are logarithmic over this range below the largest value, and almost linear below it:
 * of hundreds of AS, the traffic within one is hundreds of times that between two.
 */
export const RANGE = 1e4;

/** More could not be told apart, and make the image larger. */
const SHADES = 64;

/** The colours of the scale, from dark to light, as red, green and blue. */
function coloursOf(): readonly (readonly [number, number, number])[] {
  const scale = Plot.scale({ color: { type: 'linear', scheme: COLOUR_SCHEME, domain: [0, 1] } });
  return Array.from({ length: SHADES }, (_, i) => {
    const [red, green, blue] = String(scale.apply(i / (SHADES - 1)))
      .match(/\d+/g)!
      .map(Number);
    return [red!, green!, blue!] as const;
  });
}
