/** Renders plots as PNG, with fonts of a package, so that no system fonts are needed. */

import { createRequire } from 'node:module';

import { Resvg } from '@resvg/resvg-js';

import { FILE_FONT } from './theme.ts';

const require = createRequire(import.meta.url);
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'];
/** Pixels per unit of the SVG: sharp in print and on high-resolution screens. */
const SCALE = 2;

export function renderPng(svg: string): Uint8Array {
  const resvg = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: SCALE },
    font: {
      loadSystemFonts: false,
      fontFiles: FONTS.map((name) => require.resolve(`dejavu-fonts-ttf/ttf/${name}`)),
      defaultFontFamily: FILE_FONT,
    },
  });
  return resvg.render().asPng();
}
