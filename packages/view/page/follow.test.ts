import { effect, signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { follow } from './follow.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function followed() {
  const source = signal(0);
  const target = signal(0);
  const seen: number[] = [];
  effect(() => {
    seen.push(target.value);
  });
  return { source, seen, stop: follow(source, target, 250) };
}

test('the first change is seen at once', () => {
  const { source, seen, stop } = followed();
  source.value = 1;
  expect(seen).toEqual([0, 1]);
  stop();
});

test('of many changes, the last one of each interval is seen', () => {
  const { source, seen, stop } = followed();
  for (let i = 1; i <= 60; i++) {
    source.value = i;
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(1000);
  expect(seen).toEqual([0, 1, 25, 50, 60]);
  stop();
});

test('nothing is left to do when nothing changes, nor after the end', () => {
  const { source, seen, stop } = followed();
  source.value = 1;
  source.value = 2;
  expect(vi.getTimerCount()).toBe(1);
  stop();
  expect(vi.getTimerCount()).toBe(0);
  source.value = 3;
  vi.advanceTimersByTime(1000);
  expect(seen).toEqual([0, 1]);
});
