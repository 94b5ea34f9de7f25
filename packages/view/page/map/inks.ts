/** The colours of a theme as numbers, as the graphics card wants them. */

import { colourTable } from '../panels/colour-table.ts';
import type { Palette } from '../theme.ts';

/** Colours: red in the lowest byte, then green, blue and alpha. */
export interface Inks {
  readonly surface: number;
  readonly muted: number;
  readonly text: number;
  readonly focus: number;
  readonly leecher: number;
  readonly seed: number;
  readonly leader: number;
  readonly traffic: number;
  /** By progress: 0 to 255. */
  readonly scale: Uint32Array;
}

/** The colours of a palette. */
export function inksOf(palette: Palette): Inks {
  return {
    surface: ink(palette.surface),
    muted: ink(palette.muted),
    text: ink(palette.text),
    focus: ink(palette.focus),
    leecher: ink(palette.leecher),
    seed: ink(palette.seed),
    leader: ink(palette.leader),
    traffic: ink(palette.traffic),
    scale: colourTable(palette.scale),
  };
}

/** A colour that lets some through: 0 is nothing of it, 1 all. */
export function withAlpha(colour: number, alpha: number): number {
  return ((colour & 0xffffff) | (Math.round(255 * alpha) << 24)) >>> 0;
}

/** A CSS colour such as `#0072b2`, opaque. */
function ink(css: string): number {
  const value = Number.parseInt(css.slice(1), 16);
  const red = value >> 16;
  const green = (value >> 8) & 0xff;
  const blue = value & 0xff;
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
