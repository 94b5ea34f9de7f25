/** Drawings as PNG, for where no SVG is taken. The letters come along, so no fonts are needed. */

import { createRequire } from 'node:module';

import { Resvg } from '@resvg/resvg-js';

import { FILE_FONT } from './theme.ts';

const require = createRequire(import.meta.url);
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'];
/** Dots for each unit of the drawing: sharp on paper, and on dense screens. */
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
