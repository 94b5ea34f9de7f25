/** The help: the keys of the page, and what its marks mean. */

import { useLayoutEffect, useRef } from 'preact/hooks';

import { SHORTCUTS } from './shortcuts.ts';
import type { ShellState } from './shell-state.ts';

/** The dialog with the help, while it is open. */
export function HelpDialog({ shell }: { readonly shell: ShellState }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = shell.isHelpOpen.value;
  useLayoutEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const close = (): void => {
    shell.isHelpOpen.value = false;
  };
  return (
    <dialog ref={dialog} class="shell-help" aria-labelledby="help-title" onClose={close}>
      <h2 id="help-title">Help</h2>
      <h3>Keys</h3>
      <dl>
        {SHORTCUTS.map(({ name, does }) => (
          <div key={name}>
            <dt>
              <kbd>{name}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Tab</kbd>
          </dt>
          <dd>to the next control; the map and the time line are two of them</dd>
        </div>
        <div>
          <dt>
            <kbd>←</kbd> <kbd>→</kbd>
          </dt>
          <dd>on the time line, a second; with Page up and Page down, ten</dd>
        </div>
      </dl>
      <h3>What is shown</h3>
      <ul>
        <li>All figures, the map and the panels are of the time of the clock.</li>
        <li>Open an AS on the map or in the table: its peers and what they hold appear.</li>
        <li>Select a peer: its connections, and what it waits for.</li>
        <li>Events are marked on the time line, and listed beside the map.</li>
        <li>Click or drag on the curves to go to a time.</li>
      </ul>
      <button type="button" onClick={close}>
        Close
      </button>
    </dialog>
  );
}
