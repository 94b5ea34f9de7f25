/** Reads a configuration file: the text, then JSON, then the types of its fields. */

import { readFile } from 'node:fs/promises';

import type { Mistake } from '@cachetorrent/simulator';
import { closest } from 'fastest-levenshtein';
import { getNodeValue, type JSONPath } from 'jsonc-parser';
import type { z } from 'zod';

import { UserMistake } from '../user-mistake.ts';
import { parseJson } from './json.ts';
import type { Whereabouts } from './places.ts';
import { type Config, CONFIG_SCHEMA, fieldsAt } from './schema.ts';

export interface ConfigFile {
  readonly config: Config;
  readonly places: Whereabouts;
}

/** @throws UserMistake where there is no such file, or it is no configuration */
export async function readConfig(file: string): Promise<ConfigFile> {
  return parseConfig(file, await textOf(file));
}

/** `file` is what to call `text` in messages. */
export function parseConfig(file: string, text: string): ConfigFile {
  const { tree, places } = parseJson(file, text);
  return { config: checkedConfig(getNodeValue(tree), places), places };
}

/** @throws UserMistake where `value` is no configuration, with all that is wrong with it */
export function checkedConfig(value: unknown, places: Whereabouts): Config {
  const checked = CONFIG_SCHEMA.safeParse(value, { reportInput: true });
  if (checked.success) {
    refuseTwoLatencies(checked.data, places);
    return checked.data;
  }
  const mistakes = checked.error.issues.flatMap((issue) => mistakesOf(issue, places));
  throw new UserMistake(...withoutEchoes(mistakes).map(({ is }) => is));
}

/** In order of place. A field that is missing since its name was misspelt is told once. */
function withoutEchoes(mistakes: readonly Placed[]): Placed[] {
  const meant = new Set(mistakes.map(({ meant }) => meant));
  return mistakes
    .filter(({ missing }) => missing === undefined || !meant.has(missing))
    .sort((a, b) => a.offset - b.offset);
}

interface Placed {
  readonly offset: number;
  readonly is: Mistake;
  /** The field that is missing. */
  readonly missing?: string;
  /** The field that the user probably meant. */
  readonly meant?: string;
}

function mistakesOf(issue: z.core.$ZodIssue, places: Whereabouts): Placed[] {
  const path = issue.path as JSONPath;
  const offset = places.offsetOf(path);
  const at = `${places.ofValue(path)}: ${nameOf(path)}`;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownField([...path, key], places));
  }
  if (issue.code === 'invalid_value') {
    const problem = `is ${show(issue.input)}, which it cannot be`;
    const fix = `set it to one of ${issue.values.map(show).join(', ')}`;
    return [{ offset, is: { at, problem, fix } }];
  }
  const type = issue.code === 'invalid_type' ? issue.expected : 'something else';
  if (issue.input === undefined) {
    const fix = `add "${String(path.at(-1))}": ${EXAMPLE[type] ?? '...'}`;
    return [{ offset, is: { at, problem: 'is missing', fix }, missing: nameOf(path) }];
  }
  const problem = `is ${show(issue.input)}, but has to be ${A[type] ?? type}`;
  return [{ offset, is: { at, problem, fix: `write ${EXAMPLE[type] ?? '...'}, for instance` } }];
}

function unknownField(path: JSONPath, places: Whereabouts): Placed {
  const name = String(path.at(-1));
  const within = path.slice(0, -1);
  const nearest = closest(name, fieldsAt(within) as string[]);
  const problem = `there is no field "${name}"${within.length > 0 ? ` in ${nameOf(within)}` : ''}`;
  const fix = `the nearest is "${nearest}": write that, or leave it out`;
  const at = places.ofField(path);
  return {
    offset: places.offsetOf(path),
    is: { at, problem, fix },
    meant: nameOf([...within, nearest]),
  };
}

/** One of them has to be chosen; the types of the fields cannot say so. */
function refuseTwoLatencies({ latency }: Config, places: Whereabouts): void {
  if (latency === undefined || Object.keys(latency).length === 1) return;
  const at = `${places.ofValue(['latency'])}: latency`;
  const problem = "has to be either fixed or the topology's";
  const fix = 'write { "fixedMs": 50 } or { "model": "topology" }';
  throw new UserMistake({ at, problem, fix });
}

const A: Readonly<Record<string, string>> = {
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

const EXAMPLE: Readonly<Record<string, string>> = {
  number: '10',
  boolean: 'true',
  array: '[{ "number": 701, "upload": 2000, "download": 6000 }]',
  object: '{ ... }',
};

function nameOf(path: JSONPath): string {
  if (path.length === 0) return 'the configuration';
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error as NodeJS.ErrnoException);
  }
}

function unreadable(file: string, { code, message }: NodeJS.ErrnoException): UserMistake {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR': {
      const fix = 'check the path; examples/configs/ has some to begin with';
      return new UserMistake({ at: file, problem: 'there is no such file', fix });
    }
    case 'EISDIR': {
      const fix = 'name a configuration file in it';
      return new UserMistake({ at: file, problem: 'is a folder', fix });
    }
    case 'EACCES':
    case 'EPERM': {
      const fix = `allow yourself to read it: chmod u+r ${file}`;
      return new UserMistake({ at: file, problem: 'may not be read by you', fix });
    }
    default: {
      const fix = 'see that it can be read';
      return new UserMistake({ at: file, problem: `cannot be read: ${message}`, fix });
    }
  }
}
