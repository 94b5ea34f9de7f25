/**
 * Follows a signal, but not more often than a panel can be read: scenes come many times a second
 * while a run is played.
 */

import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';

/** The least time between two updates of text, in ms. */
export const TEXT_MS = 250;
/** The least time between two pictures of a panel, in ms. */
export const PICTURE_MS = 125;

/**
 * Copies the value of `source` into `target`: at once if it has not changed for `leastMs`, or else
 * when they have passed. Returns what ends it.
 */
export function follow<Value>(
  source: ReadonlySignal<Value>,
  target: Signal<Value>,
  leastMs: number,
): () => void {
  let nextAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const copy = (): void => {
    timer = undefined;
    if (target.peek() === source.peek()) return;
    nextAt = performance.now() + leastMs;
    target.value = source.peek();
  };
  const unsubscribe = source.subscribe(() => {
    if (timer !== undefined) return;
    const waitMs = nextAt - performance.now();
    if (waitMs <= 0) copy();
    else timer = setTimeout(copy, waitMs);
  });
  return () => {
    unsubscribe();
    clearTimeout(timer);
  };
}

/** A signal that follows `source` while the component is there. */
export function useFollowed<Value>(
  source: ReadonlySignal<Value>,
  leastMs: number = TEXT_MS,
): ReadonlySignal<Value> {
  const target = useMemo(() => signal(source.peek()), [source]);
  useEffect(() => follow(source, target, leastMs), [source, target, leastMs]);
  return target;
}
