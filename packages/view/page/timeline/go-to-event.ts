/** Sets the clock to events, and shows where they have happened. */

import { batch } from '@preact/signals';

import { jump } from '../player.ts';
import type { RunEvent, ShellState } from '../shell/shell-state.ts';
import { eventAfter, eventBefore, seenAtMs } from './marks.ts';

/** Goes to an event, and opens the AS in which it has happened. */
export function goToEvent(shell: ShellState, { run, event }: RunEvent): void {
  batch(() => {
    jump(shell.page, seenAtMs(event));
    shell.activeRun.value = run;
    if (event.kind !== 'all complete') run.openAs.value = event.as;
  });
}

/** Goes to the first event after the clock. */
export function nextEvent(shell: ShellState): void {
  const next = eventsAt(shell, eventAfter).sort((a, b) => a.event.atMs - b.event.atMs)[0];
  if (next !== undefined) goToEvent(shell, next);
}

/** Goes to the last event before the clock. */
export function previousEvent(shell: ShellState): void {
  const previous = eventsAt(shell, eventBefore).sort((a, b) => b.event.atMs - a.event.atMs)[0];
  if (previous !== undefined) goToEvent(shell, previous);
}

/** What is found in each run, in the order of the runs, at the time of the clock. */
function eventsAt(shell: ShellState, find: typeof eventAfter): RunEvent[] {
  const { runs, atMs } = shell.page;
  return runs.flatMap((run, i) => {
    const event = find(shell.shownEvents[i]!.value, atMs.value);
    return event === undefined ? [] : [{ run, event }];
  });
}
