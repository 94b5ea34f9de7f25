/**
 * The marks of events above the slider. They are for the pointer; the keyboard has the buttons for
 * the next and the previous event, and the list of events.
 */

import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import type { ShellState } from '../shell/shell-state.ts';
import type { RunState } from '../state.ts';
import { secondsText } from './clock-text.ts';
import { type Drawn, MARGIN_LEFT, MARGIN_RIGHT } from './drawn.ts';
import { EVENT_LOOKS, eventText, MARK_ROWS, timesOf } from './event-kinds.ts';
import { goToEvent } from './go-to-event.ts';
import { type Mark, marksOf } from './marks.ts';

interface EventMarksProps {
  readonly shell: ShellState;
  readonly run: RunState;
  readonly drawn: ReadonlySignal<Drawn>;
}

/** How close marks of a kind may be, in pixels. */
const CELL = 11;
const ROW_HEIGHT = 12;

/** The marks of the events of a run. */
export function EventMarks({ shell, run, drawn }: EventMarksProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      width.value = Math.floor(entry?.contentRect.width ?? 0);
    });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, [width]);
  const columns = Math.max(0, width.value - MARGIN_LEFT - MARGIN_RIGHT);
  const marks = marksOf(
    drawn.value.events[run.index] ?? [],
    drawn.value.untilMs,
    Math.floor(columns / CELL),
  );
  const rows = rowsOf(marks);
  const height = rows.length * ROW_HEIGHT;
  return (
    <div ref={box} class="timeline-marks" aria-hidden="true">
      {rows.length > 0 && (
        <svg width={width.value} height={height}>
          {shell.page.runs.length > 1 && (
            <text class="timeline-marks-run" x={MARGIN_LEFT - 14} y={height / 2 + 4}>
              {run.index + 1}
            </text>
          )}
          {marks.map((mark) => (
            <g
              key={`${mark.kind} ${mark.event.atMs} ${mark.event.as}`}
              class="timeline-mark"
              transform={`translate(${MARGIN_LEFT + mark.place * columns} ${
                (rows.indexOf(EVENT_LOOKS[mark.kind].row) + 0.5) * ROW_HEIGHT
              })`}
              onClick={() => goToEvent(shell, { run, event: mark.event })}
            >
              <title>{titleOf(mark, run)}</title>
              <rect x={-CELL / 2} y={-ROW_HEIGHT / 2} width={CELL} height={ROW_HEIGHT} />
              <path
                d={EVENT_LOOKS[mark.kind].path}
                style={{ fill: `var(${EVENT_LOOKS[mark.kind].colour})` }}
              />
            </g>
          ))}
        </svg>
      )}
    </div>
  );
}

/** The rows that have marks. */
function rowsOf(marks: readonly Mark[]): readonly number[] {
  const used = new Set(marks.map(({ kind }) => EVENT_LOOKS[kind].row));
  return Array.from({ length: MARK_ROWS }, (_, row) => row).filter((row) => used.has(row));
}

function titleOf({ kind, event, count }: Mark, run: RunState): string {
  const asName = run.header.value?.as.name ?? [];
  const time = secondsText(event.atMs);
  if (count === timesOf(event)) return `${time} ${eventText(event, asName)}`;
  return `${count} ${EVENT_LOOKS[kind].names}, from ${time} on`;
}
