/**
 * Fields of a configuration by the names that parameters have: `leaders`, `latency.fixedMs`,
 * `capacityNodes[1].upload`.
 */

import type { JSONPath } from 'jsonc-parser';

import { fieldsAt } from '../../configuration/schema.ts';
import type { ParameterValue } from './schema.ts';

/** The path of the field called `name`; undefined where no configuration has such a field. */
export function fieldPath(name: string): JSONPath | undefined {
  if (!/^[a-zA-Z]+((\[\d+\])|(\.[a-zA-Z]+))*$/.test(name)) return undefined;
  const path = Array.from(name.matchAll(/[a-zA-Z]+|\d+/g), ([step]) =>
    /^\d/.test(step) ? Number(step) : step,
  );
  const isKnown = path.every(
    (step, i) => typeof step === 'number' || fieldsAt(path.slice(0, i)).includes(step),
  );
  return isKnown ? path : undefined;
}

/** The names of all fields, those of entries of a list as if there were one. */
export function fieldNames(): readonly string[] {
  return fieldsAt([]).flatMap((name) => {
    const within = fieldsAt([name]);
    const entry = name === 'capacityNodes' ? `${name}[0]` : name;
    return [name, ...within.map((field) => `${entry}.${field}`)];
  });
}

/** The value of the field at `path`, if `config` has it. */
export function fieldOf(config: object, path: JSONPath): ParameterValue | undefined {
  let value: unknown = config;
  for (const step of path) value = (value as Record<string | number, unknown> | undefined)?.[step];
  return value as ParameterValue | undefined;
}

/** `config` with another value at `path`; null leaves the field out. `config` stays as it was. */
export function withField(config: object, path: JSONPath, value: ParameterValue): object {
  const [step, ...rest] = path;
  const within = (config as Record<string | number, unknown>)[step!];
  const replaced =
    rest.length === 0 ? value : withField((within as object | undefined) ?? {}, rest, value);
  if (Array.isArray(config)) return config.with(step as number, replaced);
  if (replaced !== null) return { ...config, [step!]: replaced };
  return Object.fromEntries(Object.entries(config).filter(([name]) => name !== step));
}
