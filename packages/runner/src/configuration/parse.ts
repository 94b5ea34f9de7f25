/** Reads a text as YAML, or as JSON with comments, and keeps the places of its values. */

import { readFile } from 'node:fs/promises';

import { getNodeValue } from 'jsonc-parser';

import { UserError } from '../user-error.ts';
import { parseJson } from './json.ts';
import type { Locations } from './locations.ts';
import { parseYaml } from './yaml.ts';

/** A value, and its position in its file. */
export interface Parsed {
  readonly value: unknown;
  readonly locations: Locations;
}

/**
 * Parses `text`: as JSON with comments if the file's name ends in .json or the text begins with a
 * brace or a `//` comment, otherwise as YAML. `file` is its name in messages, `example` a file of
 * the kind that is expected.
 *
 * @throws UserError if it is neither, or empty
 */
export function parseText(file: string, text: string, example: string): Parsed {
  // Some editors begin a file with a byte order mark.
  const plain = text.replace(/^\uFEFF/, '');
  const isJson = file.endsWith('.json') || /^\s*(\{|\/\/|\/\*)/.test(plain);
  const isEmpty = (isJson ? plain : plain.replace(/#.*$/gm, '')).trim() === '';
  if (isEmpty) {
    const fix = `write something into it; ${example} is an example`;
    throw new UserError({ at: file, problem: 'is empty', fix });
  }
  if (!isJson) return parseYaml(file, plain, example);
  const { tree, locations } = parseJson(file, text);
  return { value: getNodeValue(tree), locations };
}

/**
 * Returns the text of a file; `examples` is a folder of such files.
 *
 * @throws UserError if it cannot be read
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
      const fix = `check the path; ${examples} has examples`;
      return new UserError({ at: file, problem: 'there is no such file', fix });
    }
    case 'EISDIR': {
      const fix = 'name a file in it';
      return new UserError({ at: file, problem: 'is a folder', fix });
    }
    case 'EACCES':
    case 'EPERM': {
      const fix = `grant yourself read permission: chmod u+r ${file}`;
      return new UserError({ at: file, problem: 'is not readable for you', fix });
    }
    default: {
      const fix = 'make sure that it can be read';
      return new UserError({ at: file, problem: `cannot be read: ${error.message}`, fix });
    }
  }
}
