/** The events of a run as a list, a page of it at a time: each is a button that goes to it. */

import { useComputed, useSignal } from '@preact/signals';

import type { EventKind, SwarmEvent } from '../scene.ts';
import type { ShellState } from '../shell/shell-state.ts';
import type { RunState } from '../state.ts';
import { clockText } from './clock-text.ts';
import { EVENT_KINDS, EVENT_LOOKS, eventText, timesOf } from './event-kinds.ts';
import { goToEvent } from './go-to-event.ts';
import { countSeen } from './marks.ts';

interface EventListProps {
  readonly shell: ShellState;
  readonly run: RunState;
}

/** The most events of a page. */
const PAGE_SIZE = 100;

/** The events, and which kinds of them are shown. */
export function EventList({ shell, run }: EventListProps) {
  const events = shell.shownEvents[run.index]!.value;
  const seen = useComputed(() =>
    countSeen(shell.shownEvents[run.index]!.value, shell.page.atMs.value),
  ).value;
  const chosenPage = useSignal<number | undefined>(undefined);
  const pages = Math.max(1, Math.ceil(events.length / PAGE_SIZE));
  const now = Math.floor(Math.max(0, seen - 1) / PAGE_SIZE);
  const page = Math.min(chosenPage.value ?? now, pages - 1);
  const start = page * PAGE_SIZE;
  const shown = events.slice(start, start + PAGE_SIZE);
  const turnTo = (target: number | undefined): void => {
    chosenPage.value = target;
  };
  return (
    <div class="timeline-events">
      <KindFilter shell={shell} run={run} />
      {events.length === 0 ? (
        <p>No events.</p>
      ) : (
        <>
          <div class="timeline-pages">
            <button type="button" disabled={page === 0} onClick={() => turnTo(page - 1)}>
              Earlier
            </button>
            <span>
              {start + 1}–{start + shown.length} of {events.length}
            </span>
            <button type="button" disabled={page === pages - 1} onClick={() => turnTo(page + 1)}>
              Later
            </button>
            {page !== now && (
              <button type="button" onClick={() => turnTo(undefined)}>
                Around now
              </button>
            )}
          </div>
          <ol start={start + 1}>
            {shown.map((event, i) => (
              <EventItem
                key={start + i}
                shell={shell}
                run={run}
                event={event}
                isNow={start + i === seen - 1}
              />
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

interface EventItemProps extends EventListProps {
  readonly event: SwarmEvent;
  /** Whether it is the last one before the clock. */
  readonly isNow: boolean;
}

function EventItem({ shell, run, event, isNow }: EventItemProps) {
  return (
    <li aria-current={isNow ? 'time' : undefined}>
      <button type="button" class="timeline-event" onClick={() => goToEvent(shell, { run, event })}>
        <KindMark kind={event.kind} />
        <span class="timeline-event-time">{clockText(event.atMs)}</span>
        <span>{eventText(event, run.header.value?.as.name ?? [])}</span>
      </button>
    </li>
  );
}

function KindFilter({ shell, run }: EventListProps) {
  const counts = useComputed(() => {
    const byKind = new Map<EventKind, number>();
    for (const event of run.events.value) {
      byKind.set(event.kind, (byKind.get(event.kind) ?? 0) + timesOf(event));
    }
    return byKind;
  }).value;
  return (
    <fieldset class="timeline-kinds">
      <legend>Kinds</legend>
      {EVENT_KINDS.filter((kind) => counts.has(kind)).map((kind) => (
        <label key={kind}>
          <input
            type="checkbox"
            checked={!shell.hiddenKinds.value.has(kind)}
            onChange={() => shell.toggleKind(kind)}
          />
          <KindMark kind={kind} />
          {EVENT_LOOKS[kind].name} ({counts.get(kind)})
        </label>
      ))}
    </fieldset>
  );
}

function KindMark({ kind }: { readonly kind: EventKind }) {
  const { path, colour } = EVENT_LOOKS[kind];
  return (
    <svg class="timeline-kind-mark" viewBox="-6 -6 12 12" aria-hidden="true">
      <path d={path} style={{ fill: `var(${colour})` }} />
    </svg>
  );
}
