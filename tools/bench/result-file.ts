/**
 * The file of a measurement: figures, machine, time and versions. Only files of the current format
 * are read; raise `FORMAT` when the meaning of a field changes.
 */

import { readFile } from 'node:fs/promises';

import { UserError } from '@cachetorrent/runner';
import { z } from 'zod';

import { type Machine, thisMachine, type Versions, versions } from './machine.ts';

const FORMAT = 1;

export interface ResultHeading {
  readonly format: typeof FORMAT;
  /** The name of the command. */
  readonly kind: string;
  readonly at: string;
  readonly versions: Versions;
  readonly machine: Machine;
}

export function resultHeading(kind: string): ResultHeading {
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
  /** In a trial, the number of pieces of all swarms; null for that of the configurations. */
  pieces: z.number().nullable(),
  rounds: z.array(z.record(z.string(), FIGURES)),
});

export type RunFile = z.infer<typeof RUN_FILE>;

const SCALING_FILE = z.object({
  format: z.literal(FORMAT),
  kind: z.literal('scaling'),
  title: z.string(),
  axis: z.string(),
  points: z
    .array(
      z.object({
        x: z.number().positive(),
        workers: z.number(),
        messages: z.number(),
        windows: z.number(),
        resultHash: z.string(),
        wallMs: z.array(z.number()).min(1),
        cpuMs: z.array(z.number()),
        peakRssBytes: z.array(z.number()),
      }),
    )
    .min(1),
});

export type ScalingFile = z.infer<typeof SCALING_FILE>;

/** @throws UserError if it is no such file, or from another version or another command */
export function readRunFile(path: string): Promise<RunFile> {
  return readResultFile(path, 'run', RUN_FILE);
}

/** @throws UserError if it is no such file, or from another version or another command */
export function readScalingFile(path: string): Promise<ScalingFile> {
  return readResultFile(path, 'scaling', SCALING_FILE);
}

async function readResultFile<T>(path: string, expected: string, schema: z.ZodType<T>): Promise<T> {
  const fix = `name a file that \`bench ${expected} --out\` wrote`;
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
    const problem = `has format ${String(format)}, but this version reads format ${FORMAT}`;
    throw new UserError({
      at: path,
      problem,
      fix: 'measure the old source with this version of the tool',
    });
  }
  if (kind !== expected) {
    throw new UserError({ at: path, problem: `was written by \`bench ${String(kind)}\``, fix });
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const problem = `is damaged: ${z.prettifyError(parsed.error)}`;
  throw new UserError({ at: path, problem, fix });
}
