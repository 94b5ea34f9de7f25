/** The panels beside the map, of the run that was used last, as tabs. */

import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

import { MessageInspector } from '../messages/message-inspector.tsx';
import { OpenSystem } from '../panels/open-system.tsx';
import { PeerPanel } from '../panels/peer-panel.tsx';
import { PieceStrip } from '../panels/piece-strip.tsx';
import { SystemTable } from '../panels/system-table.tsx';
import type { RunState } from '../state.ts';
import { EventList } from '../timeline/event-list.tsx';
import type { RunClient } from './run-client.ts';
import type { PanelName, ShellState } from './shell-state.ts';

interface PanelsProps {
  readonly shell: ShellState;
  readonly clients: readonly RunClient[];
}

interface Panel {
  readonly name: PanelName;
  readonly title: string;
  readonly content: (shell: ShellState, run: RunState, client: RunClient) => ComponentChildren;
}

const PANELS: readonly Panel[] = [
  {
    name: 'systems',
    title: 'AS',
    content: ({ page }, run) => (
      <>
        <SystemTable page={page} run={run} />
        {run.openAs.value !== undefined && <OpenSystem page={page} run={run} />}
      </>
    ),
  },
  {
    name: 'pieces',
    title: 'Pieces',
    content: ({ page }, run) => (
      <>
        <PieceStrip page={page} run={run} />
        <OpenSystem page={page} run={run} />
      </>
    ),
  },
  {
    name: 'peer',
    title: 'Peer',
    content: ({ page }, run) => <PeerPanel page={page} run={run} />,
  },
  {
    name: 'events',
    title: 'Events',
    content: (shell, run) => <EventList shell={shell} run={run} />,
  },
  {
    name: 'messages',
    title: 'Messages',
    content: ({ page }, run, client) => <MessageInspector page={page} run={run} client={client} />,
  },
];

/** The tabs, and the panel that is open. */
export function Panels({ shell, clients }: PanelsProps) {
  const tabs = useRef<HTMLDivElement>(null);
  const run = shell.activeRun.value;
  const open = PANELS.find(({ name }) => name === shell.panel.value)!;
  const show = (index: number): void => {
    const panel = PANELS[(index + PANELS.length) % PANELS.length]!;
    shell.panel.value = panel.name;
    tabs.current?.querySelector<HTMLElement>(`#tab-${panel.name}`)?.focus();
  };
  const move = (event: KeyboardEvent): void => {
    const index = PANELS.indexOf(open);
    const target = TAB_KEYS[event.key]?.(index);
    if (target === undefined) return;
    event.preventDefault();
    show(target);
  };
  return (
    <section class="shell-panels" aria-labelledby="panels-title">
      <h2 id="panels-title" class={shell.page.runs.length > 1 ? '' : 'visually-hidden'}>
        {shell.page.runs.length > 1 ? `Details of ${shell.labelOf(run)}` : 'Details'}
      </h2>
      {shell.page.runs.length > 1 && <RunChoice shell={shell} />}
      <div ref={tabs} class="shell-tabs" role="tablist" aria-label="Details" onKeyDown={move}>
        {PANELS.map(({ name, title }) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={open.name === name}
            aria-controls="tab-panel"
            tabIndex={open.name === name ? 0 : -1}
            onClick={() => {
              shell.panel.value = name;
            }}
          >
            {title}
          </button>
        ))}
      </div>
      <div
        id="tab-panel"
        class="shell-tab-panel"
        role="tabpanel"
        aria-labelledby={`tab-${open.name}`}
        tabIndex={0}
        key={`${open.name} ${run.index}`}
      >
        {open.content(shell, run, clients[run.index]!)}
      </div>
    </section>
  );
}

/** Where a key leads from a tab. */
const TAB_KEYS: Readonly<Record<string, (index: number) => number>> = {
  ArrowLeft: (index) => index - 1,
  ArrowRight: (index) => index + 1,
  Home: () => 0,
  End: () => PANELS.length - 1,
};

function RunChoice({ shell }: { readonly shell: ShellState }) {
  return (
    <div class="shell-run-choice" role="group" aria-label="Show the details of">
      {shell.page.runs.map((run) => (
        <button
          key={run.index}
          type="button"
          aria-pressed={shell.activeRun.value === run}
          onClick={() => {
            shell.activeRun.value = run;
          }}
        >
          {shell.labelOf(run)}
        </button>
      ))}
    </div>
  );
}
