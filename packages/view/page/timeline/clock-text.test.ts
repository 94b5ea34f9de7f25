import { describe, expect, test } from 'vitest';

import { clockText, parseClock, secondsText } from './clock-text.ts';

describe('a time as text', () => {
  test.each([
    [0, '00:00.0'],
    [999, '00:00.9'],
    [65_432, '01:05.4'],
    [59 * 60_000 + 59_999, '59:59.9'],
    [3_723_400, '1:02:03.4'],
    [360_000_000, '100:00:00.0'],
  ])('%i ms is %s', (ms, text) => {
    expect(clockText(ms)).toBe(text);
    expect(secondsText(ms)).toBe(text.slice(0, -2));
  });
});

describe('a text as a time', () => {
  test.each([
    ['65', 65_000],
    ['65.4 s', 65_400],
    ['1:05.4', 65_400],
    [' 0:01:05.4 ', 65_400],
    ['1:02:03.4', 3_723_400],
    ['0.001', 1],
  ])('%j is %i ms', (text, ms) => {
    expect(parseClock(text)).toBe(ms);
  });

  test.each(['', 'noon', '-5', '1:', '1:2:3:4', '1e3'])('%j is none', (text) => {
    expect(parseClock(text)).toBeUndefined();
  });

  test('what is shown can be typed', () => {
    for (const ms of [0, 100, 61_200, 7_384_500]) expect(parseClock(clockText(ms))).toBe(ms);
  });
});
