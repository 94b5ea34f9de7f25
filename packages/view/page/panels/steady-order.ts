/**
 * Keeps rows where they are while somebody points at them or has the focus there: otherwise a row
 * may move away under the pointer, or lose the focus, while a run is played.
 */

import { useRef, useState } from 'preact/hooks';

/** The keys of `next`: those of `previous` in the order there, then the others. */
export function keptOrder<Key>(previous: readonly Key[], next: readonly Key[]): Key[] {
  const wanted = new Set(next);
  const kept = previous.filter((key) => wanted.delete(key));
  return [...kept, ...wanted];
}

/** Event handlers for the element around the rows. */
export interface SteadyHandlers {
  readonly onFocusIn: () => void;
  readonly onFocusOut: () => void;
  readonly onPointerEnter: () => void;
  readonly onPointerLeave: () => void;
}

/**
 * The order of rows: that of `next`, or as far as possible the one before, while somebody is there.
 *
 * @param next the keys of the rows in the order that they should have
 * @param topic what the order is about: if it changes, the rows move all the same
 */
export function useSteadyOrder<Key>(
  next: readonly Key[],
  topic: unknown,
): readonly [readonly Key[], SteadyHandlers] {
  const last = useRef({ topic, order: next });
  const hasFocus = useRef(false);
  const hasPointer = useRef(false);
  const [, moveRows] = useState({});
  const isSteady = (hasFocus.current || hasPointer.current) && last.current.topic === topic;
  const order = isSteady ? keptOrder(last.current.order, next) : next;
  last.current = { topic, order };
  const handlers: SteadyHandlers = {
    onFocusIn: () => {
      hasFocus.current = true;
    },
    onFocusOut: () => {
      hasFocus.current = false;
      moveRows({});
    },
    onPointerEnter: () => {
      hasPointer.current = true;
    },
    onPointerLeave: () => {
      hasPointer.current = false;
      moveRows({});
    },
  };
  return [order, handlers];
}
