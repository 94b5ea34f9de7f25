/** Runs a whole process and measures it: from its start to its end, all threads, all memory. */

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';

import { inRepository } from '../runs/configs.ts';
import type { Usage } from './usage.ts';

export interface Measured extends Usage {
  readonly wallMs: number;
  readonly stdout: string;
}

/** The process ended with an error: `message` has its last words, `code` what it ended with. */
export class ProcessFailed extends Error {
  override readonly name = 'ProcessFailed';
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

export interface ProcessOptions {
  /** A module of the repository. */
  readonly script: string;
  readonly args: readonly string[];
  /** Options of Node. */
  readonly node?: readonly string[];
  readonly signal?: AbortSignal;
}

/** @throws ProcessFailed where it ends with another code than 0 */
export async function measure(options: ProcessOptions): Promise<Measured> {
  const { script, args, node = [], signal } = options;
  const preload = new URL('./usage.ts', import.meta.url).href;
  const argv = ['--conditions=cachetorrent-source', '--import', preload, ...node];
  const startMs = performance.now();
  const child = spawn(process.execPath, [...argv, inRepository(script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // As the command itself does: threads need not compile what others have compiled.
    env: { NODE_COMPILE_CACHE: inRepository('node_modules/.cache/cachetorrent'), ...process.env },
    ...(signal === undefined ? {} : { signal }),
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? -1));
  });
  const said = Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    text(child.stdio[3] as Readable),
  ]);
  const code = await ended;
  const wallMs = performance.now() - startMs;
  const [stdout, stderr, usage] = await said;
  if (code !== 0) {
    const command = [script, ...args].join(' ');
    const lastWords = stderr.trim().slice(-2_000);
    throw new ProcessFailed(`${command} ended with ${code}:\n${lastWords}`, code);
  }
  return { ...(JSON.parse(usage) as Usage), wallMs, stdout };
}
