/** The whole page: it places the map, the panels, the time line and the curves. */

import { useEffect } from 'preact/hooks';

import { SwarmMap } from './map/swarm-map.tsx';
import { Comparison } from './shell/comparison.tsx';
import { Figures } from './shell/figures.tsx';
import { HelpDialog } from './shell/help-dialog.tsx';
import { PageHeader, RunErrors } from './shell/page-header.tsx';
import { Panels } from './shell/panels.tsx';
import type { RunClient } from './shell/run-client.ts';
import { handleShortcut } from './shell/shortcuts.ts';
import type { ShellState } from './shell/shell-state.ts';
import type { RunState } from './state.ts';
import { Timeline } from './timeline/timeline.tsx';

interface AppProps {
  readonly shell: ShellState;
  /** One for each run. */
  readonly clients: readonly RunClient[];
}

/** The whole page. */
export function App({ shell, clients }: AppProps) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => handleShortcut(event, shell);
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [shell]);
  const { runs } = shell.page;
  const isPair = runs.length > 1;
  return (
    <>
      <a class="shell-skip" href="#main">
        Skip to the map
      </a>
      <PageHeader shell={shell} />
      <main id="main" tabIndex={-1}>
        <RunErrors shell={shell} />
        {isPair && <Comparison shell={shell} />}
        <Figures shell={shell} />
        <div class="shell-stage">
          <div class={isPair ? 'shell-maps shell-maps-pair' : 'shell-maps'}>
            {runs.map((run) => (
              <MapSection key={run.index} shell={shell} run={run} />
            ))}
          </div>
          <Panels shell={shell} clients={clients} />
        </div>
        <Timeline shell={shell} />
      </main>
      <HelpDialog shell={shell} />
    </>
  );
}

interface MapSectionProps {
  readonly shell: ShellState;
  readonly run: RunState;
}

function MapSection({ shell, run }: MapSectionProps) {
  const isPair = shell.page.runs.length > 1;
  const use = (): void => {
    shell.activeRun.value = run;
  };
  return (
    <div class="shell-map" onPointerDownCapture={use} onFocusCapture={use}>
      <h2 class={isPair ? '' : 'visually-hidden'}>
        {isPair ? `Map of ${shell.labelOf(run)}` : 'Map'}
      </h2>
      {run.header.value === undefined ? (
        <p class="shell-waiting">
          {run.error.value === undefined ? 'The recording is being read …' : 'No map.'}
        </p>
      ) : (
        <SwarmMap page={shell.page} run={run} />
      )}
    </div>
  );
}
