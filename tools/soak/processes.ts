/** The commands under test, each a process of its own: how they start, grow and end. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

import { inRepository } from '../files.ts';

const COMMAND = 'packages/runner/bin/cachetorrent.js';
/** How much of the output of a process is kept. */
const OUTPUT_MAX = 10_000;
/** The time that a process has to end after it was told to. */
const STOP_MS = 5_000;
/**
 * What must never be printed of what strangers send: control characters but for line breaks and
 * tabs, and characters that reverse or hide text.
 */
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;

/** A running command. */
export class CommandProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  #output = '';
  #unsafe: string | undefined;

  /** Starts `cachetorrent` with arguments. */
  constructor(args: readonly string[], cwd: string) {
    this.name = args[0]!;
    this.#child = spawn(process.execPath, [inRepository(COMMAND), ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { NODE_COMPILE_CACHE: inRepository('node_modules/.cache/cachetorrent'), ...process.env },
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => this.#keep(text));
    }
  }

  /** The end of what it has printed. */
  get output(): string {
    return this.#output;
  }

  /** What it has printed with characters that affect a terminal; undefined if there is nothing. */
  get unsafeOutput(): string | undefined {
    return this.#unsafe;
  }

  /** Why it cannot be used any more; undefined if it runs. */
  get problem(): string | undefined {
    if (!this.#hasEnded) return undefined;
    const { exitCode, signalCode } = this.#child;
    return `${this.name} ended with ${exitCode ?? signalCode}: ${this.#output.slice(-500)}`;
  }

  /** Waits until the output matches, and returns the match. */
  async printed(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.#output)?.[0];
      if (match !== undefined) return match;
      if (this.problem !== undefined) throw new Error(this.problem);
      await Promise.race([once(this.#child.stdout!, 'data'), once(this.#child, 'close')]);
    }
  }

  /** Waits for its end, or until the signal is aborted, and returns the exit code, if any. */
  async ended(signal: AbortSignal): Promise<number | null> {
    if (!this.#hasEnded) await once(this.#child, 'close', { signal });
    return this.#child.exitCode;
  }

  /** The memory that it occupies, in MB; 0 after its end. */
  async rssMb(): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid}/status`, 'utf8').catch(() => '');
    const kib = /^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? '0';
    return (Number(kib) * 1024) / 1e6;
  }

  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await closed;
    clearTimeout(timer);
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #keep(text: string): void {
    this.#output = (this.#output + text).slice(-OUTPUT_MAX);
    const at = text.search(UNSAFE);
    if (at >= 0) this.#unsafe ??= text.slice(Math.max(0, at - 50), at + 50);
  }
}
