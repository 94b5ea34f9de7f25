/** Runs a whole process and measures its time, CPU time and memory, all threads together. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';

import type { RunDocument } from '@cachetorrent/runner';

import { inRepository } from '../files.ts';
import type { Usage } from './usage.ts';

/** The script of the command `cachetorrent`. */
export const CACHETORRENT = 'packages/runner/src/main.ts';

export interface MeasuredProcess extends Usage {
  /** From its start to its end. */
  readonly wallMs: number;
  readonly stdout: string;
}

/** The process ended with an exit code other than 0; `message` has the end of its `stderr`. */
export class ProcessFailed extends Error {
  override readonly name = 'ProcessFailed';
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

export interface ProcessOptions {
  /** A script of the repository. */
  readonly script: string;
  /** The folder of another checkout, whose script it is (default: this one). */
  readonly root?: string;
  readonly args: readonly string[];
  /** Options of Node. */
  readonly node?: readonly string[];
  readonly signal?: AbortSignal;
}

/** @throws ProcessFailed if its exit code is not 0 */
export async function measure(options: ProcessOptions): Promise<MeasuredProcess> {
  const { script, args, node = [], signal, root = inRepository('.') } = options;
  const preload = new URL('./usage.ts', import.meta.url).href;
  const argv = ['--conditions=cachetorrent-source', '--import', preload, ...node];
  const startMs = performance.now();
  const child = spawn(process.execPath, [...argv, join(root, script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // As in the command itself: its threads share compiled code.
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/cachetorrent'), ...process.env },
    ...(signal === undefined ? {} : { signal }),
  });
  const closed = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? -1));
  });
  const outputs = Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    text(child.stdio[3] as Readable),
  ]);
  const code = await closed;
  const wallMs = performance.now() - startMs;
  const [stdout, stderr, usage] = await outputs;
  if (code !== 0) {
    const command = [script, ...args].join(' ');
    throw new ProcessFailed(`${command} ended with ${code}:\n${stderr.trim().slice(-2_000)}`, code);
  }
  return { ...(JSON.parse(usage) as Usage), wallMs, stdout };
}

/**
 * The wall time of a script that needs no condition of Node, with nothing preloaded: for what takes
 * less than a second.
 *
 * @throws ProcessFailed if its exit code is not 0
 */
export async function wallMsOf(options: Omit<ProcessOptions, 'node'>): Promise<number> {
  const { script, args, signal, root = inRepository('.') } = options;
  const startMs = performance.now();
  const child = spawn(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(signal === undefined ? {} : { signal }),
  });
  const closed = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? -1));
  });
  const [code, stderr] = await Promise.all([closed, text(child.stderr)]);
  if (code === 0) return performance.now() - startMs;
  const command = [script, ...args].join(' ');
  throw new ProcessFailed(`${command} ended with ${code}:\n${stderr.trim().slice(-2_000)}`, code);
}

export interface MeasuredRun extends Omit<MeasuredProcess, 'stdout'> {
  readonly document: RunDocument;
}

export interface RunProcessOptions {
  /** A configuration file, and options of `cachetorrent run`. */
  readonly args: readonly string[];
  /** Options of Node. */
  readonly node?: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Simulates a swarm with `cachetorrent run`.
 *
 * @throws ProcessFailed if the run fails
 */
export async function measureRun({ args, ...options }: RunProcessOptions): Promise<MeasuredRun> {
  const command = ['run', ...args, '--json', '--quiet'];
  const { stdout, ...usage } = await measure({ script: CACHETORRENT, args: command, ...options });
  return { ...usage, document: JSON.parse(stdout) as RunDocument };
}
