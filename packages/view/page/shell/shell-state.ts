/** What the user sees of the page, beside its runs: which panel is open, which kinds of events. */

import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';

import type { EventKind, SwarmEvent } from '../scene.ts';
import type { PageState, RunState } from '../state.ts';

/** The panels beside the map. */
export type PanelName = 'systems' | 'pieces' | 'peer' | 'events' | 'messages';

/** An event, and the run in which it has happened. */
export interface RunEvent {
  readonly run: RunState;
  readonly event: SwarmEvent;
}

export class ShellState {
  readonly page: PageState;
  /** The run whose panels are shown: the one that was used last. */
  readonly activeRun: Signal<RunState>;
  readonly panel: Signal<PanelName> = signal('systems');
  /** The kinds of events that are not shown. */
  readonly hiddenKinds: Signal<ReadonlySet<EventKind>> = signal(new Set());
  readonly isHelpOpen: Signal<boolean> = signal(false);
  /** The events that are shown, run by run. */
  readonly shownEvents: readonly ReadonlySignal<readonly SwarmEvent[]>[];

  constructor(page: PageState) {
    this.page = page;
    this.activeRun = signal(page.runs[0]!);
    this.shownEvents = page.runs.map((run) =>
      computed(() => {
        const hidden = this.hiddenKinds.value;
        const events = run.events.value;
        return hidden.size === 0 ? events : events.filter(({ kind }) => !hidden.has(kind));
      }),
    );
    for (const run of page.runs) this.#showWhatIsSelected(run);
  }

  /** Shows or hides the events of a kind. */
  toggleKind(kind: EventKind): void {
    const kinds = new Set(this.hiddenKinds.value);
    if (!kinds.delete(kind)) kinds.add(kind);
    this.hiddenKinds.value = kinds;
  }

  /** What the page calls a run: its name; with its number if there are two. */
  labelOf(run: RunState): string {
    const { name } = run.run;
    return this.page.runs.length > 1 ? `${run.index + 1}: ${name}` : name;
  }

  /** Shows the panels of a run in which something is selected, and the peer unless it is in use. */
  #showWhatIsSelected(run: RunState): void {
    effect(() => {
      const isSelected = run.openAs.value !== undefined || run.peer.value !== undefined;
      if (isSelected) this.activeRun.value = run;
    });
    effect(() => {
      if (run.peer.value === undefined) return;
      const panel = this.panel.peek();
      if (panel === 'systems' || panel === 'pieces') this.panel.value = 'peer';
    });
  }
}
