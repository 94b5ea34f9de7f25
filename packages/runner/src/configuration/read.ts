/** Reads a configuration file: the text, then JSON, then the types of its fields. */

import { readFile } from 'node:fs/promises';

import { getNodeValue } from 'jsonc-parser';

import { UserError } from '../user-error.ts';
import { mistakesIn, type Sort } from './issues.ts';
import { parseJson } from './json.ts';
import type { Whereabouts } from './places.ts';
import { type Config, CONFIG_SCHEMA, fieldsAt } from './schema.ts';

/** A configuration, and where in its file everything stands. */
export interface ConfigFile {
  /** What it says, checked field by field. */
  readonly config: Config;
  /** For messages: line and column of each field. */
  readonly places: Whereabouts;
}

/** @throws UserMistake where there is no such file, or it is no configuration */
export async function readConfig(file: string): Promise<ConfigFile> {
  return parseConfig(file, await textOf(file, 'examples/configs/'));
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
  throw new UserError(...mistakesIn(checked.error, places, CONFIGURATION));
}

const CONFIGURATION: Sort = {
  whole: 'the configuration',
  fieldsAt,
  examples: {
    array: '[{ "number": 701, "upload": 2000, "download": 6000 }]',
    object: '{ ... }',
  },
  // The swarm of examples/configs/medium.json.
  fieldExamples: {
    outPeers: '20',
    minNodes: '700',
    seeds: '1',
    pieceSize: '1960000',
    pieces: '1000',
    uploads: '4',
    optimistics: '1',
    interval: '10000',
    backlog: '10',
    transitDomains: '10',
    transitDomainSize: '50',
    stubDomains: '14',
    stubDomainSize: '100',
    transferInterval: '1500',
    number: '701',
    upload: '2000',
    download: '6000',
  },
};

/** One of them has to be chosen; the types of the fields cannot say so. */
function refuseTwoLatencies({ latency }: Config, places: Whereabouts): void {
  if (latency === undefined || Object.keys(latency).length === 1) return;
  const at = `${places.ofValue(['latency'])}: latency`;
  const problem = "has to be either fixed or the topology's";
  const fix = 'write { "fixedMs": 50 } or { "model": "topology" }';
  throw new UserError({ at, problem, fix });
}

/**
 * What is written in `file`; `examples` is a folder of such files.
 *
 * @throws UserMistake where it cannot be read
 */
export async function textOf(file: string, examples: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, examples, error as NodeJS.ErrnoException);
  }
}

function unreadable(file: string, examples: string, error: NodeJS.ErrnoException): UserError {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR': {
      const fix = `check the path; ${examples} has some to begin with`;
      return new UserError({ at: file, problem: 'there is no such file', fix });
    }
    case 'EISDIR': {
      const fix = 'name a file in it';
      return new UserError({ at: file, problem: 'is a folder', fix });
    }
    case 'EACCES':
    case 'EPERM': {
      const fix = `allow yourself to read it: chmod u+r ${file}`;
      return new UserError({ at: file, problem: 'may not be read by you', fix });
    }
    default: {
      const fix = 'see that it can be read';
      return new UserError({ at: file, problem: `cannot be read: ${error.message}`, fix });
    }
  }
}
