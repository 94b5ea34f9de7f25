/** Drawings as text: what the plotting library makes in a document, with a legend of its own. */

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

import { DASHES, FILE_THEME, PAGE_THEME, COLOUR_SCHEME, SYMBOLS, type Theme } from './theme.ts';

/** A plot that can be drawn in the colours of a page, or of a file. */
export interface ReportPlot {
  /** The name of its files, without their ending. */
  readonly name: string;
  readonly title: string;
  /** What it shows, for those who do not see it, and for those who wonder. */
  readonly caption: string;
  /** The names of its series, in the order of their colours. */
  readonly legend: readonly string[];
  /** What the darkest and the lightest shade stand for, where it has shades. */
  readonly shades?: readonly [dark: string, light: string];
  readonly options: (theme: Theme) => Plot.PlotOptions;
}

/** Of plots that stand two in a row on a page. */
const PLOT_WIDTH = 540;
/** Of plots that take a row. */
export const WIDE_PLOT_WIDTH = 820;
const LEGEND_LINE_HEIGHT = 18;
const FONT_SIZE = 12;
/** Of an average letter; labels only have to fit, not to be set. */
const LETTER_WIDTH = 6.9;
const KEY_WIDTH = 34;
const TITLE_HEIGHT = 26;

/** For a page: its title stands above it, in the page's own letters. */
export function svgForPage(drawing: ReportPlot): string {
  return renderSvg(drawing, PAGE_THEME, false);
}

/** For a file: complete by itself. */
export function svgForFile(drawing: ReportPlot): string {
  return renderSvg(drawing, FILE_THEME, true);
}

function renderSvg(drawing: ReportPlot, theme: Theme, isFile: boolean): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const options = drawing.options(theme);
  const svg = Plot.plot({
    width: PLOT_WIDTH,
    ...options,
    document,
    style: { fontSize: `${FONT_SIZE}px`, fontFamily: theme.fontFamily, background: 'none' },
  });
  const width = Number(svg.getAttribute('width'));
  const height = Number(svg.getAttribute('height'));
  const legend = drawing.shades
    ? colourRampSvg(drawing.shades)
    : legendSvg(drawing.legend, width, theme);
  const titleHeight = isFile ? TITLE_HEIGHT : 0;
  const above = titleHeight + legend.height;
  svg.setAttribute('y', String(above));
  svg.setAttribute('overflow', 'visible');

  const attributes = [
    'xmlns="http://www.w3.org/2000/svg"',
    `viewBox="0 0 ${width} ${height + above}"`,
    `width="${width}" height="${height + above}"`,
    `font-family="${theme.fontFamily}" font-size="${FONT_SIZE}"`,
    `fill="${theme.text}" color="${theme.text}" class="plot"`,
    'role="img"',
  ].join(' ');
  const background = isFile ? `<rect width="100%" height="100%" fill="${theme.background}"/>` : '';
  const heading = isFile
    ? `<text x="8" y="18" font-size="14" font-weight="bold">${escapeHtml(drawing.title)}</text>`
    : '';
  const words = `<title>${escapeHtml(drawing.title)}</title><desc>${escapeHtml(drawing.caption)}</desc>`;
  const key = `<g transform="translate(8, ${titleHeight})">${legend.svg}</g>`;
  return `<svg ${attributes}>${words}${background}${heading}${key}${svg.outerHTML}</svg>`;
}

/** A key and a name for each series, in as many lines as they need. */
function legendSvg(
  names: readonly string[],
  width: number,
  theme: Theme,
): { readonly svg: string; readonly height: number } {
  if (names.length < 2) return { svg: '', height: 0 };
  let x = 0;
  let line = 0;
  const entries = names.map((name, i) => {
    const entryWidth = KEY_WIDTH + name.length * LETTER_WIDTH + 14;
    if (x > 0 && x + entryWidth > width - 16) {
      x = 0;
      line++;
    }
    const entry = legendEntrySvg(x, (line + 0.5) * LEGEND_LINE_HEIGHT, name, i, theme);
    x += entryWidth;
    return entry;
  });
  return { svg: entries.join(''), height: (line + 1) * LEGEND_LINE_HEIGHT + 6 };
}

const RAMP_STEPS = 24;
const RAMP_STEP_WIDTH = 6;

/** All shades, from the darkest to the lightest, between what these two stand for. */
function colourRampSvg([dark, light]: readonly [string, string]): { svg: string; height: number } {
  const shade = Plot.scale({ color: { type: 'linear', scheme: COLOUR_SCHEME, domain: [0, 1] } });
  const left = dark.length * LETTER_WIDTH + 6;
  const steps = Array.from({ length: RAMP_STEPS }, (_, i) => {
    const colour = String(shade.apply(i / (RAMP_STEPS - 1)));
    // A pixel wider than its step, so that nothing shines through between two.
    const size = `width="${RAMP_STEP_WIDTH + 1}" height="12"`;
    return `<rect x="${left + i * RAMP_STEP_WIDTH}" y="3" ${size} fill="${colour}"/>`;
  });
  const right = left + RAMP_STEPS * RAMP_STEP_WIDTH + 8;
  const text = (x: number, words: string) => `<text x="${x}" y="13">${escapeHtml(words)}</text>`;
  return {
    svg: text(0, dark) + steps.join('') + text(right, light),
    height: LEGEND_LINE_HEIGHT + 6,
  };
}

function legendEntrySvg(x: number, y: number, name: string, series: number, theme: Theme): string {
  const { colour, dash, symbol } = seriesStyle(series, theme);
  const stroke = `stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"`;
  const shape = symbolPath(symbol);
  return (
    `<g transform="translate(${x}, ${y})"><line x1="0" x2="26" ${stroke}/>` +
    `<path d="${shape}" transform="translate(13, 0)" fill="${colour}"/>` +
    `<text x="${KEY_WIDTH - 2}" dy="0.35em">${escapeHtml(name)}</text></g>`
  );
}

export interface SeriesStyle {
  readonly colour: string;
  readonly dash: string;
  readonly symbol: (typeof SYMBOLS)[number];
}

/** How the series of a number looks, from 0; after all colours they begin anew. */
export function seriesStyle(series: number, theme: Theme): SeriesStyle {
  return {
    colour: theme.series[series % theme.series.length]!,
    dash: DASHES[series % DASHES.length]!,
    symbol: SYMBOLS[series % SYMBOLS.length]!,
  };
}

/** The shape that the plotting library draws, as a path around the origin. */
function symbolPath(symbol: (typeof SYMBOLS)[number]): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    document,
    axis: null,
    marks: [Plot.dot([[0, 0]], { symbol, r: 4 })],
  });
  return svg.querySelector('path')?.getAttribute('d') ?? CIRCLE;
}

const CIRCLE = 'M-4,0a4,4,0,1,0,8,0a4,4,0,1,0,-8,0';

/** Numbers along an axis: 1,200 and 0.5. */
export function formatTick(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
