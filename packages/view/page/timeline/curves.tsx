/**
 * The curves under the time line, on its scale. The time of the clock is a line over them, which
 * moves without drawing them again; clicking or dragging on them sets the clock.
 */

import { type ReadonlySignal, useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { useFollowed } from '../follow.ts';
import { pointAt } from '../shell/figures-of.ts';
import type { ShellState } from '../shell/shell-state.ts';
import { type CurveKind, CURVES, type Series, summaryOf } from './curve-kinds.ts';
import { drawCurves, PLOT_HEIGHT } from './curve-plot.ts';
import { type Drawn, MARGIN_LEFT, MARGIN_RIGHT, placeOf } from './drawn.ts';
import { startScrub } from './scrub.ts';

interface CurvesProps {
  readonly shell: ShellState;
  readonly drawn: ReadonlySignal<Drawn>;
}

/** All curves, one under another. */
export function Curves({ shell, drawn }: CurvesProps) {
  const stack = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      width.value = Math.floor(entry?.contentRect.width ?? 0);
    });
    observer.observe(stack.current!);
    return () => observer.disconnect();
  }, [width]);
  const { runs } = shell.page;
  return (
    <section class="timeline-curves" aria-labelledby="curves-title">
      <h2 id="curves-title">Over time</h2>
      {runs.length > 1 && (
        <p class="timeline-legend">
          {runs.map((run) => (
            <span key={run.index}>
              <span class={`shell-run-mark shell-run-mark-${run.index}`} /> {shell.labelOf(run)}
            </span>
          ))}
        </p>
      )}
      <div ref={stack}>
        {CURVES.map((kind) => (
          <Curve key={kind.id} kind={kind} shell={shell} drawn={drawn} width={width} />
        ))}
      </div>
    </section>
  );
}

interface CurveProps extends CurvesProps {
  readonly kind: CurveKind;
  readonly width: ReadonlySignal<number>;
}

function Curve({ kind, shell, drawn, width }: CurveProps) {
  const place = useRef<HTMLDivElement>(null);
  const what = drawn.value;
  const pixels = width.value;
  useEffect(() => {
    if (pixels > 0) place.current?.replaceChildren(drawCurves(kind, what, pixels));
  }, [kind, what, pixels]);
  const labels = shell.page.runs.map((run) => shell.labelOf(run));
  return (
    <section class="timeline-curve" aria-labelledby={`curve-${kind.id}`}>
      <div class="timeline-curve-head">
        <h3 id={`curve-${kind.id}`}>
          {kind.title} <span class="timeline-unit">({kind.unit})</span>
        </h3>
        <CurveValues kind={kind} shell={shell} drawn={drawn} />
      </div>
      <div
        class="timeline-plot"
        style={{ height: `${PLOT_HEIGHT}px` }}
        onPointerDown={(event) => scrubOn(event, shell, drawn)}
      >
        <div ref={place} role="img" aria-label={summaryOf(kind, labels, what.points)} />
        <ClockRule shell={shell} drawn={drawn} />
      </div>
    </section>
  );
}

/**
 * The line at the time of the clock. It is moved by a transform of a box as wide as the plot, in a
 * layer of its own: so the plot below it is not painted again each time.
 */
function ClockRule({ shell, drawn }: CurvesProps) {
  const place = placeOf(shell.page.atMs.value, drawn.value.untilMs);
  return <div class="timeline-rule" style={{ transform: `translateX(${place})` }} />;
}

interface CurveValuesProps extends CurvesProps {
  readonly kind: CurveKind;
}

/** The figures of the frame that has ended last; they are the legend, too. */
function CurveValues({ kind, shell, drawn }: CurveValuesProps) {
  const frame = useComputed(() =>
    drawn.value.points.map((of) => pointAt(of, shell.page.atMs.value)?.atMs).join(' '),
  );
  // Faster, nobody could read them.
  void useFollowed(frame).value;
  const points = drawn.value.points.map((of) => pointAt(of, shell.page.atMs.peek()));
  const textOf = ({ value, text }: Series, run: number): string => {
    const point = points[run];
    return point === undefined ? '–' : text(value(point));
  };
  return (
    <ul class="timeline-values">
      {kind.series.map((series) => (
        <li key={series.name}>
          <span class="timeline-swatch" style={{ background: `var(${series.colour})` }} />
          {series.name}{' '}
          {points.map((_, run) => (
            <b key={run} data-curve={series.name} data-run={run}>
              {run > 0 && <span class="timeline-versus"> / </span>}
              {textOf(series, run)}
            </b>
          ))}
        </li>
      ))}
    </ul>
  );
}

/** Sets the clock to where the pointer is, until it is released. */
function scrubOn(event: PointerEvent, { page }: ShellState, drawn: ReadonlySignal<Drawn>): void {
  if (event.button !== 0) return;
  const target = event.currentTarget as HTMLElement;
  const seek = ({ clientX }: PointerEvent): void => {
    const { left, width } = target.getBoundingClientRect();
    const share = (clientX - left - MARGIN_LEFT) / (width - MARGIN_LEFT - MARGIN_RIGHT);
    page.seek(share * drawn.value.untilMs);
  };
  const stopScrub = startScrub(page);
  const end = (): void => {
    target.removeEventListener('pointermove', seek);
    target.removeEventListener('lostpointercapture', end);
    stopScrub();
  };
  target.setPointerCapture(event.pointerId);
  target.addEventListener('pointermove', seek);
  target.addEventListener('lostpointercapture', end);
  seek(event);
}
