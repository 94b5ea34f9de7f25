/**
 * The entry point of the command: executes it in a thread, and serves the streams and signals of
 * the process. This thread never computes, so SIGINT, SIGTERM and SIGHUP stop the command in time
 * whatever it is doing: they tell it to stop, and end it if it does not.
 */

import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { Worker } from 'node:worker_threads';

import type { CommandData, FromCommand, ToCommand } from './command-thread.ts';
import { EXIT_CODE } from './exit-code.ts';

/** The time from a signal to the forced end of a command that does not stop. */
const STOP_TIMEOUT_MS = 800;
/**
 * How long a thread may take to end; one that is in native code does not end before that does. A
 * command that has finished gets more time, so that its own exit code is that of the process.
 */
const END_TIMEOUT_MS = { unfinished: 50, finished: 300 } as const;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

const { stdout, stderr } = process;
const data: CommandData = {
  args: process.argv.slice(2),
  terminal: { isTTY: isatty(stderr.fd), columns: stderr.columns },
};
const file = import.meta.url.endsWith('.ts') ? './command-thread.ts' : './command-thread.js';
const command = new Worker(new URL(file, import.meta.url), { workerData: data });
let stoppedBy: Signal | undefined;

command.on('message', (message: FromCommand) => {
  if ('stream' in message) return void process[message.stream].write(message.text);
  process.exitCode ??= exitCodeOf(message.exitCode);
  // A command that has been stopped is over, though its threads may still be freeing memory.
  if (stoppedBy !== undefined) {
    void end(Number(process.exitCode), stoppedBy, END_TIMEOUT_MS.finished);
  }
});
command.on('error', (error) => void report(error));
stderr.on('resize', () => tell({ columns: stderr.columns }));
// A terminal that is closed can show nothing.
stderr.on('error', () => {});
stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe may close it before the end: `cachetorrent run ... | head`.
  if (error.code === 'EPIPE') return void end(EXIT_CODE.success);
  void report(error, 'standard output').then(() => end(EXIT_CODE.failure));
});
for (const signal of SIGNALS) process.on(signal, () => void stop(signal));

/** Loads the messages only now: a command that does not fail starts without them. */
async function report(error: unknown, what?: string): Promise<void> {
  process.exitCode = EXIT_CODE.failure;
  const { failureText } = await import('./failure.ts');
  stderr.write(failureText(error, process.env, what));
}

function tell(message: ToCommand): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is a thread
  command.postMessage(message);
}

async function stop(signal: Signal): Promise<void> {
  // Ctrl-C reaches both a starter, which passes it on, and this process.
  if (stoppedBy !== undefined) return;
  stoppedBy = signal;
  tell('stop');
  // Unreferenced: a command that has stopped is not waited for.
  await sleep(STOP_TIMEOUT_MS, undefined, { ref: false });
  stderr.write('stopped before the command had finished\n');
  await end(exitCodeOf(EXIT_CODE.interrupted), signal);
}

/** The exit code of the process if the command ends with `code`. */
function exitCodeOf(code: number): number {
  if (code !== EXIT_CODE.interrupted || stoppedBy === undefined) return code;
  return 128 + constants.signals[stoppedBy];
}

/** Ends the process, whatever the command is doing. */
async function end(
  code: number,
  signal: Signal = 'SIGTERM',
  timeoutMs: number = END_TIMEOUT_MS.unfinished,
): Promise<void> {
  process.exitCode = code;
  const hasEnded = command.terminate().then(() => true);
  if (await Promise.race([hasEnded, sleep(timeoutMs, false)])) process.exit(code);
  // process.exit() would wait for the native code; a signal without a listener does not.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
