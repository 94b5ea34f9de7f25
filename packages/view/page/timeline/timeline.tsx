/** The time line with its controls, and the curves under it. */

import { useMemo } from 'preact/hooks';

import type { ShellState } from '../shell/shell-state.ts';
import { Controls } from './controls.tsx';
import { Curves } from './curves.tsx';
import { drawnOf } from './drawn.ts';
import { EventMarks } from './event-marks.tsx';
import { Slider } from './slider.tsx';

/** The time line, which stays in view while there is room, and the curves. */
export function Timeline({ shell }: { readonly shell: ShellState }) {
  const drawn = useMemo(() => drawnOf(shell), [shell]);
  return (
    <>
      <section class="timeline-transport" aria-labelledby="timeline-title">
        <h2 id="timeline-title" class="visually-hidden">
          Time line
        </h2>
        <Controls shell={shell} />
        {shell.page.runs.map((run) => (
          <EventMarks key={run.index} shell={shell} run={run} drawn={drawn} />
        ))}
        <Slider shell={shell} drawn={drawn} />
      </section>
      <Curves shell={shell} drawn={drawn} />
    </>
  );
}
