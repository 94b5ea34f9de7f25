import { expect, test } from 'vitest';

import { formatInteger } from '../panels/format.ts';
import { changeText, numberText, rateText, shareText, volumeText } from './format.ts';

test.each([
  [0, '0'],
  [0.0012, '0.0012'],
  [0.5, '0.50'],
  [1.234, '1.23'],
  [12.34, '12.3'],
  [1234.5, '1,235'],
  [NaN, '–'],
])('%d is %s', (value, text) => {
  expect(numberText(value)).toBe(text);
});

test('figures have units', () => {
  expect(formatInteger(1234)).toBe('1,234');
  expect(rateText(1500)).toBe('1.50 Mbit/s');
  expect(volumeText(8e6)).toBe('1.00 MB');
  expect(shareText(0.1234)).toBe('12.3 %');
  expect(shareText(NaN)).toBe('–');
});

test.each([
  [4, 5, '+1, × 1.25'],
  [4, 2, '−2, × 0.50'],
  [0, 2, '+2'],
  [3, 3, 'the same'],
  [NaN, 3, '–'],
])('%d and %d: %s', (first, second, text) => {
  expect(changeText(first, second, formatInteger)).toBe(text);
});
