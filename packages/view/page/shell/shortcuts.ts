/** The keys that work everywhere on the page, and what they do. */

import { jump, toEnd, togglePlay } from '../player.ts';
import { nextEvent, previousEvent } from '../timeline/go-to-event.ts';
import { stepSpeed } from '../timeline/speeds.ts';
import type { ShellState } from './shell-state.ts';

/** A key and what it does. */
export interface Shortcut {
  /** As `KeyboardEvent.key`, in lower case. */
  readonly key: string;
  /** What the key is called. */
  readonly name: string;
  readonly does: string;
  readonly act: (shell: ShellState) => void;
}

/** All shortcuts. */
export const SHORTCUTS: readonly Shortcut[] = [
  { key: ' ', name: 'Space', does: 'play or pause', act: ({ page }) => togglePlay(page) },
  { key: '<', name: '<', does: 'slower', act: ({ page }) => stepSpeed(page, -1) },
  { key: '>', name: '>', does: 'faster', act: ({ page }) => stepSpeed(page, 1) },
  { key: 'p', name: 'P', does: 'previous event', act: (shell) => previousEvent(shell) },
  { key: 'n', name: 'N', does: 'next event', act: (shell) => nextEvent(shell) },
  { key: 's', name: 'S', does: 'to the start', act: ({ page }) => jump(page, 0) },
  { key: 'e', name: 'E', does: 'to the end', act: ({ page }) => toEnd(page) },
  {
    key: '?',
    name: '?',
    does: 'this help',
    act: (shell) => {
      shell.isHelpOpen.value = true;
    },
  },
];

/** Does what a key stands for, unless it means something else where the focus is. */
export function handleShortcut(event: KeyboardEvent, shell: ShellState): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof Element && meansSomethingElse(event.key, event.target)) return;
  const shortcut = SHORTCUTS.find(({ key }) => key === event.key.toLowerCase());
  if (shortcut === undefined) return;
  event.preventDefault();
  shortcut.act(shell);
}

/** Whether a key is for the element that has the focus: for a field, or to press a button. */
function meansSomethingElse(key: string, target: Element): boolean {
  if (target.matches('input[type=range]')) return false;
  if (target.closest('dialog, input, textarea, select, [contenteditable]') !== null) return true;
  return key === ' ' && target.closest('button, a, summary, [role=button], [role=row]') !== null;
}
