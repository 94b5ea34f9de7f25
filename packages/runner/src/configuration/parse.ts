/** Reads a text as YAML, or as JSON with comments, and keeps the places of its values. */

import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';

import { getNodeValue } from 'jsonc-parser';

import { systemError } from '../system-error.ts';
import { UserError } from '../user-error.ts';
import { parseJson } from './json.ts';
import type { Locations } from './locations.ts';
import { parseYaml } from './yaml.ts';

/** A value, and its position in its file. */
export interface Parsed {
  readonly value: unknown;
  readonly locations: Locations;
}

/** No configuration needs more; endless input, such as that of `/dev/zero`, ends here. */
const BYTES_MAX = 100 * 2 ** 20;
const CHUNK_BYTES = 2 ** 16;
/** No configuration needs more, and functions that follow the levels have a limited stack. */
const DEPTH_MAX = 100;

/**
 * Parses `text`: as JSON with comments if the file's name ends in .json or the text begins with a
 * brace or a `//` comment, otherwise as YAML. `file` is its name in messages, `example` a file of
 * the kind that is expected.
 *
 * @throws UserError if it is neither, or empty, or nested too deeply
 */
export function parseText(file: string, text: string, example: string): Parsed {
  let parsed: Parsed;
  try {
    parsed = parseEither(file, text, example);
  } catch (error) {
    // The parsers call themselves for each level.
    if (error instanceof RangeError) throw tooDeep(file);
    throw error;
  }
  if (isDeeperThan(parsed.value, DEPTH_MAX)) throw tooDeep(file);
  return parsed;
}

function parseEither(file: string, text: string, example: string): Parsed {
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

function tooDeep(file: string): UserError {
  const problem = `is nested too deeply: it has more than ${DEPTH_MAX} levels`;
  return new UserError({ at: file, problem, fix: 'write fewer lists and objects in each other' });
}

/** Follows one level after the other, as a recursion could exceed the stack. */
function isDeeperThan(value: unknown, depthMax: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= depthMax; depth++) {
    level = level.flatMap((each) =>
      typeof each === 'object' && each !== null ? (Object.values(each) as unknown[]) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}

/**
 * Returns the text of a file; `examples` is a folder of such files.
 *
 * @throws UserError if it cannot be read, or is not text in UTF-8
 */
export async function textOf(file: string, examples: string): Promise<string> {
  try {
    return decoded(file, await bytesOf(file));
  } catch (error) {
    throw unreadable(file, examples, error);
  }
}

/** The same at once, for a file that a value names; `unpacked` may replace its bytes. */
export function textNowOf(
  file: string,
  examples: string,
  unpacked: (file: string, bytes: Uint8Array) => Uint8Array = (_, bytes) => bytes,
): string {
  try {
    return decoded(file, unpacked(file, bytesNowOf(file)));
  } catch (error) {
    throw unreadable(file, examples, error);
  }
}

async function bytesOf(file: string): Promise<Uint8Array> {
  const handle = await open(file, 'r');
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of handle.createReadStream({ autoClose: false })) {
      chunks.push(chunk as Uint8Array);
      size += (chunk as Uint8Array).length;
      if (size > BYTES_MAX) throw tooLarge(file);
    }
  } finally {
    await handle.close();
  }
  return Buffer.concat(chunks);
}

function bytesNowOf(file: string): Uint8Array {
  const descriptor = openSync(file, 'r');
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const chunk = new Uint8Array(CHUNK_BYTES);
      const length = readSync(descriptor, chunk);
      if (length === 0) break;
      chunks.push(chunk.subarray(0, length));
      size += length;
      if (size > BYTES_MAX) throw tooLarge(file);
    }
  } finally {
    closeSync(descriptor);
  }
  return Buffer.concat(chunks);
}

function tooLarge(file: string): UserError {
  const problem = `has more than ${BYTES_MAX / 2 ** 20} MiB`;
  return new UserError({ at: file, problem, fix: 'name a smaller file' });
}

function decoded(file: string, bytes: Uint8Array): string {
  const fix = 'save it as UTF-8';
  const [first = -1, second = -1] = bytes;
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // Without a mark, every other byte of a text in UTF-16 that is mostly ASCII is 0.
  if (hasMark || (first === 0) !== (second === 0)) {
    throw new UserError({ at: file, problem: 'is a text in UTF-16', fix });
  }
  if (bytes.includes(0)) {
    throw new UserError({ at: file, problem: 'is not a text: it contains a byte 0', fix });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UserError({ at: file, problem: 'is not a text in UTF-8', fix });
  }
}

function unreadable(file: string, examples: string, error: unknown): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
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
    case 'ERR_INVALID_ARG_VALUE': {
      const problem = 'is not a path: it contains a byte 0';
      return new UserError({ at: file, problem, fix: 'remove it' });
    }
    default:
      return systemError(error, { at: file, elsewhere: 'name another file' });
  }
}
