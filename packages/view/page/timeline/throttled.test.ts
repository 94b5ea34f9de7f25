import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { throttled } from './throttled.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the first change is seen at once, the next ones together when the time is over', () => {
  const source = signal(0);
  const result = throttled(source, 1000);
  source.value = 1;
  expect(result.value).toBe(1);
  source.value = 2;
  source.value = 3;
  vi.advanceTimersByTime(999);
  expect(result.value).toBe(1);
  vi.advanceTimersByTime(1);
  expect(result.value).toBe(3);
});

test('a change after a pause is seen at once', () => {
  const source = signal(0);
  const result = throttled(source, 1000);
  source.value = 1;
  vi.advanceTimersByTime(1000);
  source.value = 2;
  expect(result.value).toBe(2);
});

test('nothing is planned while nothing changes', () => {
  const source = signal(0);
  const result = throttled(source, 1000);
  source.value = 1;
  vi.advanceTimersByTime(1000);
  expect(result.value).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});
