/**
 * A measurement as a file: what was measured, where, when, and by what version. Only files of one
 * format and one kind are read again; a change of meaning is a new format.
 */

import { readFile } from 'node:fs/promises';

import { UserError } from '@cachetorrent/runner';
import { z } from 'zod';

import { type Machine, thisMachine, type Versions, versions } from './machine.ts';

const FORMAT = 1;

export interface Heading {
  readonly format: typeof FORMAT;
  /** The command that wrote it. */
  readonly kind: string;
  readonly at: string;
  readonly versions: Versions;
  readonly machine: Machine;
}

export function heading(kind: string): Heading {
  const at = new Date().toISOString();
  return { format: FORMAT, kind, at, versions: versions(), machine: thisMachine() };
}

const MACHINE = z.object({
  processor: z.string(),
  cores: z.number(),
  memoryBytes: z.number(),
  system: z.string(),
  node: z.string(),
});
const VERSIONS = z.object({ cachetorrent: z.string(), commit: z.string().nullable() });
const FIGURES = z.record(z.string(), z.number());

const RUN_FILE = z.object({
  format: z.literal(FORMAT),
  kind: z.literal('run'),
  at: z.string(),
  versions: VERSIONS,
  machine: MACHINE,
  /** Of all swarms, in a trial; null for what the configurations say. */
  pieces: z.number().nullable(),
  rounds: z.array(z.record(z.string(), FIGURES)),
});

export type RunFile = z.infer<typeof RUN_FILE>;

/** @throws UserError where it is none, one of another version, or one of another command */
export async function readRunFile(path: string): Promise<RunFile> {
  const fix = 'name a file that `bench run --out` has written';
  let document: unknown;
  try {
    document = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const problem = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new UserError({ at: path, problem, fix });
  }
  const { format, kind } = Object(document) as {
    readonly format?: unknown;
    readonly kind?: unknown;
  };
  if (format !== FORMAT) {
    const problem = `is of format ${String(format)}, and this version compares format ${FORMAT}`;
    throw new UserError({ at: path, problem, fix: 'measure the old source with this tool' });
  }
  if (kind !== 'run') {
    throw new UserError({ at: path, problem: `is of \`bench ${String(kind)}\``, fix });
  }
  const parsed = RUN_FILE.safeParse(document);
  if (parsed.success) return parsed.data;
  const problem = `is damaged: ${z.prettifyError(parsed.error)}`;
  throw new UserError({ at: path, problem, fix });
}
