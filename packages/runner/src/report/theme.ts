/**
 * The colours of plots. On the page they are CSS variables, which follow its light or dark mode; in
 * files they are constants.
 *
 * Series use the colours of Okabe and Ito (2008), which people with colour vision deficiency can
 * distinguish, except yellow, which is hard to see on white; symbols and dashes distinguish them as
 * well. Heat maps use cividis (Nuñez, Anderton and Renslow 2018), a perceptually uniform scale.
 */

export interface Theme {
  readonly text: string;
  readonly background: string;
  readonly series: readonly string[];
  readonly fontFamily: string;
}

export const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'wye', 'cross'] as const;
export const DASHES = ['none', '6 3', '2 3', '8 3 2 3', '12 4', '1 4', '4 2'] as const;
export const COLOUR_SCHEME = 'cividis';

const LIGHT = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
/** The same colours, lighter for a dark background. */
const DARK = ['#4aa8e0', '#ff8438', '#1fc795', '#e29bc3', '#f0b429', '#8fd0f5', '#ffffff'];

/** The font of the rendered PNG. */
export const FILE_FONT = 'DejaVu Sans';

export const PAGE_THEME: Theme = {
  text: 'currentColor',
  background: 'var(--background)',
  series: LIGHT.map((_, i) => `var(--series-${i})`),
  fontFamily: 'inherit',
};

export const FILE_THEME: Theme = {
  text: '#222222',
  background: '#ffffff',
  series: LIGHT,
  fontFamily: `${FILE_FONT}, sans-serif`,
};

/** Returns the CSS variables that `PAGE_THEME` refers to. */
export function seriesVariables(mode: 'light' | 'dark'): string {
  const colours = mode === 'light' ? LIGHT : DARK;
  return colours.map((colour, i) => `--series-${i}: ${colour};`).join(' ');
}
