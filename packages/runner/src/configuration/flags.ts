/**
 * The fields of a configuration that options of the command line set (`override-options.ts`). An
 * option overrides the file; its value is checked together with the rest of the configuration.
 */

import type { OverrideFlags } from './override-options.ts';
import type { Overrides, ParameterValue } from './parameters.ts';
import { todaysName, optionOf, OPTIONS } from './parameters.ts';

/** Options of the original simulator, which still work. */
const FORMER_FLAGS = ['bias', 'multi', 'preference'] as const;

/**
 * The overrides that `flags` state, and those of `--set`. `note` is called for each option with a
 * former name.
 */
export function overridesOf(
  flags: Omit<OverrideFlags, 'set'>,
  settings: Overrides,
  note: (text: string) => void,
): Overrides {
  const overrides: Record<string, ParameterValue> = { ...settings };
  for (const name of FORMER_FLAGS) {
    const value = flags[name];
    if (value === undefined) continue;
    const today = todaysName(name)!;
    note(`--${name} is now called ${optionOf(today)}`);
    overrides[today] = value;
  }
  for (const name of OPTIONS) {
    const value = flags[name];
    if (value !== undefined) overrides[name] = value;
  }
  return overrides;
}

/** The options of the command line that state `overrides` again. */
export function flagsFor(overrides: Overrides): string[] {
  return Object.entries(overrides).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const shown = /^[\w.%/-]+$/.test(text) ? text : `'${text}'`;
    const option = optionOf(name);
    return `${option}${option.startsWith('--set ') ? '=' : ' '}${shown}`;
  });
}
