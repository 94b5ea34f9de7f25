/** What options of several commands are made of. */

import { InvalidArgumentError } from 'commander';

/** A whole number, 1 or more. */
export function count(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('Write a whole number, 1 or more.');
}

/** Whole numbers, 1 or more, with commas between. */
export function counts(text: string): readonly number[] {
  return text.split(',').map(count);
}

/** Percentages, with commas between. */
export function percentages(text: string): readonly number[] {
  return text.split(',').map((each) => {
    const number = Number(each);
    if (/^\d+$/.test(each) && number <= 100) return number;
    throw new InvalidArgumentError('Write whole numbers from 0 to 100, with commas between.');
  });
}

/** Names, with commas between. */
export function names(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim());
}
