/** The values of `--set`, which are YAML: its parser is loaded only for a run that sets fields. */

import { InvalidArgumentError } from 'commander';
import { parse } from 'yaml';

import type { Overrides, ParameterValue } from './parameters.ts';

/**
 * The field that `text` sets (`field=value`), and its value.
 *
 * @throws InvalidArgumentError if the value is not YAML
 */
export function settingOf(text: string): Overrides {
  const name = text.slice(0, text.indexOf('='));
  try {
    return { [name]: parse(text.slice(name.length + 1), { logLevel: 'error' }) as ParameterValue };
  } catch {
    throw new InvalidArgumentError(`The value of ${name} is not YAML.`);
  }
}
