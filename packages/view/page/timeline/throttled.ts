/**
 * A signal that follows another one, but changes at most once in a while, so that what is costly to
 * draw is not drawn for every frame that comes.
 */

import { effect, type ReadonlySignal, signal } from '@preact/signals';

/**
 * A signal with the value of `source`: at once if it has not changed for `intervalMs`, otherwise as
 * soon as that time is over.
 */
export function throttled<Value>(
  source: ReadonlySignal<Value>,
  intervalMs: number,
): ReadonlySignal<Value> {
  const result = signal(source.peek());
  let isWaiting = false;
  const wait = (): void => {
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      take(source.peek());
    }, intervalMs);
  };
  const take = (value: Value): void => {
    if (isWaiting || value === result.peek()) return;
    result.value = value;
    wait();
  };
  effect(() => take(source.value));
  return result;
}
