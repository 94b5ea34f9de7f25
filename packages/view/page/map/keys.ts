/** What keys do while the map has the focus. */

import type { Direction } from './direction.ts';

/** What a key asks for. */
export type Command =
  /** The focus moves to the next AS or peer in a direction. */
  | { readonly kind: 'move'; readonly direction: Direction }
  /** The focus moves to the next or the previous by id. */
  | { readonly kind: 'step'; readonly by: 1 | -1 }
  /** An AS opens, or a peer is selected. */
  | { readonly kind: 'enter' }
  /** One level back: from a selected peer to its AS, and from there to all AS. */
  | { readonly kind: 'back' }
  | { readonly kind: 'zoom'; readonly factor: number }
  /** All is on the screen. */
  | { readonly kind: 'fit' };

/** How much a press of a key or a button zooms. */
export const ZOOM_FACTOR = 1.5;

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['ArrowLeft', { kind: 'move', direction: 'left' }],
  ['ArrowRight', { kind: 'move', direction: 'right' }],
  ['ArrowUp', { kind: 'move', direction: 'up' }],
  ['ArrowDown', { kind: 'move', direction: 'down' }],
  ['PageDown', { kind: 'step', by: 1 }],
  ['PageUp', { kind: 'step', by: -1 }],
  ['Enter', { kind: 'enter' }],
  ['Escape', { kind: 'back' }],
  ['+', { kind: 'zoom', factor: ZOOM_FACTOR }],
  ['=', { kind: 'zoom', factor: ZOOM_FACTOR }],
  ['-', { kind: 'zoom', factor: 1 / ZOOM_FACTOR }],
  ['0', { kind: 'fit' }],
]);

/** A key with those held down with it that would make it a shortcut of the browser. */
export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** What a key asks for, if anything. */
export function commandOf({ key, ctrlKey, metaKey, altKey }: Key): Command | undefined {
  return ctrlKey || metaKey || altKey ? undefined : COMMANDS.get(key);
}
