/** Renders plots as SVG: the output of the plotting library, with a legend added. */

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

import { DASHES, FILE_THEME, PAGE_THEME, COLOUR_SCHEME, SYMBOLS, type Theme } from './theme.ts';

/** A plot of a report, which can be rendered in the theme of the page or of a file. */
export interface ReportPlot {
  /** The name of its files, without extension. */
  readonly name: string;
  readonly title: string;
  /** A description, also for screen readers. */
  readonly caption: string;
  /** The names of its series, in the order of their colours. */
  readonly legend: readonly string[];
  /** Labels of the ends of the colour scale of a heat map. */
  readonly colourRange?: readonly [dark: string, light: string];
  readonly options: (theme: Theme) => Plot.PlotOptions;
}

/** Width of plots that are two in a row on the page. */
export const PLOT_WIDTH = 540;
/** Width of plots that fill a row. */
export const WIDE_PLOT_WIDTH = 820;
const LEGEND_LINE_HEIGHT = 18;
export const FONT_SIZE = 12;
/** Width of an average letter, to estimate the width of labels. */
export const LETTER_WIDTH = 6.9;
const KEY_WIDTH = 34;
const TITLE_FONT_SIZE = 14;
const TITLE_LINE_HEIGHT = 18;

/** Renders a plot for the page, which shows the title above it. */
export function svgForPage(plot: ReportPlot): string {
  return renderSvg(plot, PAGE_THEME, false);
}

/** Renders a plot for a file, with title and background. */
export function svgForFile(plot: ReportPlot): string {
  return renderSvg(plot, FILE_THEME, true);
}

function renderSvg(plot: ReportPlot, theme: Theme, isFile: boolean): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const options = plot.options(theme);
  const svg = Plot.plot({
    width: PLOT_WIDTH,
    ...options,
    document,
    style: { fontSize: `${FONT_SIZE}px`, fontFamily: theme.fontFamily, background: 'none' },
  });
  const width = Number(svg.getAttribute('width'));
  const height = Number(svg.getAttribute('height'));
  const legend = plot.colourRange
    ? colourRampSvg(plot.colourRange)
    : legendSvg(plot.legend, width, theme);
  const heading = isFile ? titleSvg(plot.title, width) : { svg: '', height: 0 };
  const above = heading.height + legend.height;
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
  const [title, caption] = [plot.title, plot.caption].map(escapeHtml);
  const description = `<title>${title}</title><desc>${caption}</desc>`;
  const key = `<g transform="translate(8, ${heading.height})">${legend.svg}</g>`;
  return `<svg ${attributes}>${description}${background}${heading.svg}${key}${svg.outerHTML}</svg>`;
}

interface SvgPart {
  readonly svg: string;
  readonly height: number;
}

/** Renders the title in as many lines as necessary. */
function titleSvg(title: string, width: number): SvgPart {
  // Bold letters are wider.
  const letterWidth = (1.15 * LETTER_WIDTH * TITLE_FONT_SIZE) / FONT_SIZE;
  const lines = wrapped(title, Math.floor((width - 16) / letterWidth)).map((line, i) => {
    const y = (i + 1) * TITLE_LINE_HEIGHT;
    return `<tspan x="8" y="${y}">${escapeHtml(line)}</tspan>`;
  });
  return {
    svg: `<text font-size="${TITLE_FONT_SIZE}" font-weight="bold">${lines.join('')}</text>`,
    height: lines.length * TITLE_LINE_HEIGHT + 8,
  };
}

/** Breaks a text between words into lines of at most so many letters. */
function wrapped(text: string, lettersMax: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    const longer = `${line} ${word}`;
    if (line === undefined || longer.length > lettersMax) lines.push(cut(word, lettersMax));
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** Renders a symbol and a name for each series, in as many lines as necessary. */
function legendSvg(names: readonly string[], width: number, theme: Theme): SvgPart {
  if (names.length < 2) return { svg: '', height: 0 };
  let x = 0;
  let line = 0;
  const lettersMax = Math.floor((width - 16 - KEY_WIDTH) / LETTER_WIDTH);
  const entries = names.map((fullName, i) => {
    const name = cut(fullName, lettersMax);
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

/** Renders the colour scale, from dark to light, with the labels of its ends. */
function colourRampSvg([dark, light]: readonly [string, string]): SvgPart {
  const scale = Plot.scale({ color: { type: 'linear', scheme: COLOUR_SCHEME, domain: [0, 1] } });
  const left = dark.length * LETTER_WIDTH + 6;
  const steps = Array.from({ length: RAMP_STEPS }, (_, i) => {
    const colour = String(scale.apply(i / (RAMP_STEPS - 1)));
    // One pixel wider than a step, so that there are no gaps.
    const size = `width="${RAMP_STEP_WIDTH + 1}" height="12"`;
    return `<rect x="${left + i * RAMP_STEP_WIDTH}" y="3" ${size} fill="${colour}"/>`;
  });
  const right = left + RAMP_STEPS * RAMP_STEP_WIDTH + 8;
  const text = (x: number, label: string) => `<text x="${x}" y="13">${escapeHtml(label)}</text>`;
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

/**
 * Returns the style of series 0, 1, 2 … Colours repeat after the last one, each time with another
 * dash and another symbol.
 */
export function seriesStyle(series: number, theme: Theme): SeriesStyle {
  const round = Math.floor(series / theme.series.length);
  return {
    colour: theme.series[series % theme.series.length]!,
    dash: DASHES[(series + round) % DASHES.length]!,
    symbol: SYMBOLS[(series + 2 * round) % SYMBOLS.length]!,
  };
}

/** Returns the path that the plotting library draws for a symbol, around the origin. */
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

/** Cuts a text to so many letters, the last of which shows that some are missing. */
export function cut(text: string, lettersMax: number): string {
  return text.length <= lettersMax ? text : `${text.slice(0, lettersMax - 1)}…`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
