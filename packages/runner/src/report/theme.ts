/**
 * The colours of plots: on a page they are variables, which follow its light or dark mode; in
 * files they are written out.
 *
 * Series have the colours of Okabe and Ito (2008), which people who see colours differently also
 * tell apart, without the yellow, which vanishes on white, and shapes beside. Shades are cividis
 * (Nuñez, Anderton and Renslow 2018), whose lightness grows evenly for everybody.
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
/** The same, lighter where they would not be seen on black. */
const DARK = ['#4aa8e0', '#ff8438', '#1fc795', '#e29bc3', '#f0b429', '#8fd0f5', '#ffffff'];

/** Where letters are drawn by a program that has no fonts of its own. */
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

/** What the page has to define for `PAGE_THEME`. */
export function seriesVariables(mode: 'light' | 'dark'): string {
  const colours = mode === 'light' ? LIGHT : DARK;
  return colours.map((colour, i) => `--series-${i}: ${colour};`).join(' ');
}
