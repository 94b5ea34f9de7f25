/** Draws curves with Observable Plot. */

import { axisX, gridY, lineY, plot, ruleY } from '@observablehq/plot';

import type { FramePoint } from '../scene.ts';
import { secondsText } from './clock-text.ts';
import { type CurveKind, greatestOf, type Series } from './curve-kinds.ts';
import { decimate } from './decimate.ts';
import { type Drawn, MARGIN_LEFT, MARGIN_RIGHT } from './drawn.ts';

/** The height of a picture, in pixels. */
export const PLOT_HEIGHT = 108;

const PIXELS_PER_TICK = 90;

/** A picture of this width, in pixels, on the scale of the time line. */
export function drawCurves(kind: CurveKind, drawn: Drawn, width: number): Element {
  const columns = Math.max(1, width - MARGIN_LEFT - MARGIN_RIGHT);
  const greatest = Math.max(
    kind.atLeast,
    ...kind.series.flatMap((series) => drawn.points.map((of) => greatestOf(series, of))),
  );
  const picture = plot({
    width,
    height: PLOT_HEIGHT,
    marginLeft: MARGIN_LEFT,
    marginRight: MARGIN_RIGHT,
    marginTop: 8,
    marginBottom: 22,
    style: { background: 'none', color: 'var(--text)', fontSize: '11px' },
    x: { type: 'utc', domain: [new Date(0), new Date(Math.max(drawn.untilMs, 1))], label: null },
    y: { domain: [0, greatest * 1.05], ticks: 3, label: null },
    marks: [
      gridY({ ticks: 3, stroke: 'var(--line)', strokeOpacity: 1 }),
      ruleY([0], { stroke: 'var(--line)' }),
      axisX({
        ticks: Math.max(2, Math.floor(columns / PIXELS_PER_TICK)),
        tickFormat: (time: Date) => secondsText(time.getTime()),
      }),
      ...drawn.points.flatMap((points, run) =>
        kind.series.map((series) => line(kind, series, points, run, columns)),
      ),
    ],
  });
  picture.setAttribute('aria-hidden', 'true');
  return picture;
}

function line(
  kind: CurveKind,
  { value, colour }: Series,
  points: readonly FramePoint[],
  run: number,
  columns: number,
) {
  const x = points.map(({ atMs }) => atMs);
  const y = points.map((point) => value(point));
  const kept = decimate(x, y, columns);
  return lineY(kept, {
    x: (i: number) => x[i]!,
    y: (i: number) => y[i]!,
    stroke: `var(${colour})`,
    strokeWidth: 1.75,
    curve: kind.isOfFrame ? 'step-before' : 'linear',
    ...(run === 0 ? {} : { strokeDasharray: '6 4' }),
  });
}
