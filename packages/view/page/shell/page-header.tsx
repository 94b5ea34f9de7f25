/** The head of the page: which runs it shows, how far each is, the theme and the help. */

import type { RunState } from '../state.ts';
import { theme } from '../theme.ts';
import { remainderText, statusOf } from './run-status.ts';
import type { ShellState } from './shell-state.ts';

/** The head of the page. */
export function PageHeader({ shell }: { readonly shell: ShellState }) {
  return (
    <header class="shell-header">
      <h1>CacheTorrent</h1>
      <ul class="shell-runs">
        {shell.page.runs.map((run) => (
          <li key={run.index}>
            <RunLine shell={shell} run={run} />
          </li>
        ))}
      </ul>
      <div class="shell-header-buttons">
        <ThemeButton />
        <button
          type="button"
          aria-haspopup="dialog"
          onClick={() => {
            shell.isHelpOpen.value = true;
          }}
        >
          Help<span aria-hidden="true"> ?</span>
        </button>
      </div>
    </header>
  );
}

/** The errors of the runs, and what can be shown in spite of them. */
export function RunErrors({ shell }: { readonly shell: ShellState }) {
  const failed = shell.page.runs.filter((run) => run.error.value !== undefined);
  return (
    <>
      {failed.map((run) => (
        <div key={run.index} class="shell-error" role="alert">
          <p>
            <b>{shell.labelOf(run)}</b> cannot be read completely. {remainderText(run)}
          </p>
          <pre>{run.error.value}</pre>
        </div>
      ))}
    </>
  );
}

interface RunProps {
  readonly shell: ShellState;
  readonly run: RunState;
}

function RunLine({ shell, run }: RunProps) {
  const { kind, text, detail, whole = detail } = statusOf(run);
  const header = run.header.value;
  return (
    <>
      <b>{shell.labelOf(run)}</b>
      {header === undefined ? '' : ` · seed ${header.seed}`}
      {' · '}
      <span class={`shell-status shell-status-${kind}`} role="status">
        <span class="visually-hidden">{shell.labelOf(run)}: </span>
        {text}
      </span>{' '}
      <span class="shell-status-detail" title={whole}>
        {detail}
      </span>
    </>
  );
}

function ThemeButton() {
  const other = theme.value === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      onClick={() => {
        theme.value = other;
      }}
    >
      {other === 'dark' ? 'Dark' : 'Light'} colours
    </button>
  );
}
