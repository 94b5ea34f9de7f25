/** Parsers of option values that several commands use. */

import { UserError } from '@cachetorrent/runner';
import { InvalidArgumentError } from 'commander';

/** A whole number, 1 or more. */
export function count(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('Write a whole number, 1 or more.');
}

/** Whole numbers, 1 or more, separated by commas. */
export function counts(text: string): readonly number[] {
  return text.split(',').map(count);
}

/** Percentages, separated by commas. */
export function percentages(text: string): readonly number[] {
  return text.split(',').map((each) => {
    const number = Number(each);
    if (/^\d+$/.test(each) && number <= 100) return number;
    throw new InvalidArgumentError('Write whole numbers from 0 to 100, separated by commas.');
  });
}

/** Names, separated by commas. */
export function names(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim());
}

/**
 * Checks the names that were given as `--only` against `known`.
 *
 * @throws UserError if one is unknown; `noun` says what the names stand for
 */
export function checkOnly(noun: string, only: readonly string[], known: readonly string[]): void {
  const unknown = only.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const problem = `has no ${noun} "${unknown}"`;
  throw new UserError({ at: '--only', problem, fix: `name some of ${known.join(', ')}` });
}
