/**
 * A process seen from outside, on Linux: when its threads start, and the CPU time of each kind of
 * thread. They are read from `/proc` until the process ends, so that of each thread the last few
 * milliseconds are missing.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { ProcessFailed } from '../process.ts';

/** What the threads of a process do, from its start to its end. */
export interface ProcessTimes {
  readonly wallMs: number;
  /** From the start of the process to that of the command's thread. */
  readonly commandThreadMs: number;
  /** To the start of the first thread that simulates; only if there is one. */
  readonly workerThreadMs?: number;
  readonly cpuMs: ThreadTimes;
}

/** CPU time, in ms, of each kind of thread. */
export interface ThreadTimes {
  /** The thread that starts Node and serves streams and signals. */
  readonly main: number;
  /** The thread of the command: it loads, checks and plans. */
  readonly command: number;
  /** The threads that simulate. */
  readonly workers: number;
  /** The threads in which V8 compiles, optimizes and collects garbage. */
  readonly v8: number;
}

const POLL_MS = 4;
/** A tick of the operating system, in which it counts CPU time. */
const TICK_MS = 10;

interface SeenThread {
  /** Node names a thread only some time after it has started. */
  name: string;
  readonly firstSeenMs: number;
  cpuMs: number;
}

/** @throws ProcessFailed if its exit code is not 0 */
export async function watch(
  program: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<ProcessTimes> {
  const startMs = performance.now();
  const child = spawn(program, [...args], { ...options, stdio: 'ignore' });
  const ended = endOf(child);
  const threads = new Map<string, SeenThread>();
  while (child.exitCode === null && child.signalCode === null) {
    look(child.pid!, performance.now() - startMs, threads);
    await Promise.race([sleep(POLL_MS), ended]);
  }
  const code = await ended;
  if (code !== 0) throw new ProcessFailed(`${args.join(' ')} ended with ${code}`, code);
  return timesOf([...threads.values()], performance.now() - startMs);
}

async function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? -1));
  });
}

/** Notes the threads that the process has now. */
function look(pid: number, nowMs: number, threads: Map<string, SeenThread>): void {
  const folder = `/proc/${pid}/task`;
  for (const id of namesIn(folder)) {
    const text = textOf(`${folder}/${id}/stat`);
    // The name is in brackets, and may contain some.
    const [, name = '', rest = ''] = /\((.*)\) (.*)/s.exec(text) ?? [];
    const [userTicks, systemTicks] = rest.split(' ').slice(11, 13).map(Number);
    if (userTicks === undefined || systemTicks === undefined) continue;
    const thread = threads.get(id) ?? { name, firstSeenMs: nowMs, cpuMs: 0 };
    threads.set(id, thread);
    thread.name = name;
    thread.cpuMs = (userTicks + systemTicks) * TICK_MS;
  }
}

function timesOf(threads: readonly SeenThread[], wallMs: number): ProcessTimes {
  const named = (name: string) => threads.filter((thread) => thread.name === name);
  const cpuMsOf = (some: readonly SeenThread[]) => some.reduce((ms, { cpuMs }) => ms + cpuMs, 0);
  // In the order in which they have started: the command's thread starts those that simulate.
  const [command, ...workers] = named('WorkerThread').sort((a, b) => a.firstSeenMs - b.firstSeenMs);
  return {
    wallMs,
    commandThreadMs: command?.firstSeenMs ?? NaN,
    ...(workers[0] === undefined ? {} : { workerThreadMs: workers[0].firstSeenMs }),
    cpuMs: {
      main: cpuMsOf(named('MainThread')),
      command: command?.cpuMs ?? NaN,
      workers: cpuMsOf(workers),
      v8: cpuMsOf(named('V8Worker')),
    },
  };
}

/** A thread, or the process, may end while it is read. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
