import { expect, test } from 'vitest';

import { formatDuration, formatInteger, formatSeconds, pluralize } from './format.ts';

test('a count has its noun in the singular or plural', () => {
  expect([0, 1, 2, 1_000].map((count) => pluralize(count, 'run'))).toEqual([
    '0 runs',
    '1 run',
    '2 runs',
    '1,000 runs',
  ]);
});

test.each([
  { ms: 0, text: '0 s' },
  { ms: 1, text: '1 s' },
  { ms: 89_000, text: '89 s' },
  { ms: 90_000, text: '2 min' },
  { ms: 5_340_000, text: '89 min' },
  { ms: 5_400_000, text: '1.5 h' },
])('a duration of $ms ms is $text', ({ ms, text }) => {
  expect(formatDuration(ms)).toBe(text);
});

test('numbers have thousands separators', () => {
  expect(formatInteger(1_234_567.8)).toBe('1,234,568');
  expect(formatSeconds(1_234_560)).toBe('1,234.6 s');
  expect(formatSeconds(undefined)).toBe('-');
});
