/** Plots a sweep: medians, ranges, and the time on an ideal machine. */

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

import { summarize } from '../statistics.ts';
import type { MeasuredPoint } from './measure.ts';
import type { ScalingSweep } from './sweeps.ts';

const WIDTH = 640;
const HEIGHT = 400;
/** Given explicitly, since viewers have different defaults. */
const FONT = 'system-ui, sans-serif';
const INK = '#1f4e79';
const FAINT = '#999999';

/** Returns the text of an SVG file. */
export function plotOf(sweep: ScalingSweep, points: readonly MeasuredPoint[]): string {
  const marks = points.map(({ x, wallMs }) => {
    const { median, min, max } = summarize(wallMs.map((ms) => ms / 1000));
    return { x, median, min, max };
  });
  const ideal = idealOf(sweep, marks);
  const { document } = parseHTML('<html><body></body></html>');
  const svg = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 60,
    marginTop: 50,
    marginBottom: 45,
    style: { background: 'white', fontFamily: FONT, fontSize: '12px' },
    x: { type: 'log', label: sweep.axis, ticks: marks.map(({ x }) => x), tickFormat: ',d' },
    y: { type: 'log', label: 'wall time, s', grid: true, ticks: 6, tickFormat: '~g' },
    marks: [
      Plot.text([sweep.title], { frameAnchor: 'top', dy: -38, fontSize: 14 }),
      Plot.line(ideal, { x: 'x', y: 'y', stroke: FAINT, strokeDasharray: '4 3' }),
      Plot.link(marks, { x: 'x', y1: 'min', y2: 'max', stroke: INK, strokeOpacity: 0.5 }),
      Plot.line(marks, { x: 'x', y: 'median', stroke: INK }),
      Plot.dot(marks, { x: 'x', y: 'median', fill: INK }),
      Plot.text(ideal.slice(-1), {
        x: 'x',
        y: 'y',
        text: () => 'ideal',
        fill: FAINT,
        dy: -8,
        textAnchor: 'end',
      }),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const title = document.createElementNS('http://www.w3.org/2000/svg', 'title');
  title.textContent = sweep.title;
  svg.prepend(title);
  return `${svg.outerHTML}\n`;
}

interface Mark {
  readonly x: number;
  readonly median: number;
}

/** The ideal line through the first point. */
function idealOf({ ideal }: ScalingSweep, marks: readonly Mark[]): { x: number; y: number }[] {
  if (ideal === undefined) return [];
  const first = marks[0]!;
  const power = { inverse: -1, constant: 0, proportional: 1 }[ideal];
  return marks
    .map(({ x }) => ({ x, y: first.median * (x / first.x) ** power }))
    .sort((a, b) => a.x - b.x);
}
