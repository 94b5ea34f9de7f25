/**
 * Light and dark, and the colours of both. They are near those of Okabe and Ito, which people with
 * colour vision deficiency can tell apart, darker or lighter so that text in them can be read.
 * `style.css` has the same as properties.
 */

import { effect, type Signal, signal } from '@preact/signals';

/** Which colours the page has: those of the system, unless the user has chosen. */
export type Theme = 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');

export const theme: Signal<Theme> = signal(system.matches ? 'dark' : 'light');

system.addEventListener('change', () => {
  theme.value = system.matches ? 'dark' : 'light';
});

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
});

/** Colours for what is drawn by scripts, as CSS colours. */
export interface Palette {
  readonly background: string;
  /** The inside of an AS on the map. */
  readonly surface: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  /** What is selected, or has the focus. */
  readonly focus: string;
  readonly leecher: string;
  readonly seed: string;
  readonly leader: string;
  /** Traffic between AS. */
  readonly traffic: string;
  readonly fault: string;
  /** From nothing to all: for progress and heat maps. */
  readonly scale: readonly string[];
}

const PALETTES: Readonly<Record<Theme, Palette>> = {
  light: {
    background: '#ffffff',
    surface: '#f3f4f6',
    text: '#1a1a1a',
    muted: '#595f69',
    line: '#c9ced6',
    focus: '#d55e00',
    leecher: '#0072b2',
    seed: '#007a59',
    leader: '#b86e00',
    traffic: '#cc5a8f',
    fault: '#b33c00',
    scale: ['#e8e8e4', '#b9bdb5', '#8f9ea6', '#5f7fa3', '#2a5c9c', '#00336f'],
  },
  dark: {
    background: '#14171c',
    surface: '#1f242c',
    text: '#eceff3',
    muted: '#a5adb9',
    line: '#3b434f',
    focus: '#ff9e4a',
    leecher: '#56b4e9',
    seed: '#2fc496',
    leader: '#f0b03a',
    traffic: '#e08ab4',
    fault: '#ff8a5c',
    scale: ['#2a2f38', '#33496b', '#566a86', '#86898a', '#bfa95f', '#fde737'],
  },
};

/** The colours of a theme. */
export function paletteOf(name: Theme): Palette {
  return PALETTES[name];
}
