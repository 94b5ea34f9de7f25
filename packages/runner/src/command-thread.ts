/**
 * The thread that executes the command. It may compute for minutes without looking up, so the main
 * thread (`main.ts`) serves the streams and signals of the process.
 */

import { parentPort, workerData } from 'node:worker_threads';

import { cli } from './cli.ts';
import { thisMachine } from './machine.ts';

/** The terminal that standard error leads to, if it is one. */
export interface Terminal {
  readonly isTTY: boolean;
  readonly columns?: number;
}

/** What the main thread passes to this one when it starts it. */
export interface CommandData {
  /** The arguments of the command, without program and script. */
  readonly args: readonly string[];
  readonly terminal: Terminal;
}

/** What the main thread tells this one: to stop, or that the terminal has another width. */
export type ToCommand = 'stop' | { readonly columns: number };

/** What this thread tells the main one: something to write, or the exit code of the command. */
export type FromCommand =
  | { readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly exitCode: number };

const main = parentPort!;
const { args, terminal } = workerData as CommandData;
const stop = new AbortController();
let { columns } = terminal;

main.on('message', (message: ToCommand) => {
  if (message === 'stop') stop.abort();
  else columns = message.columns;
});
// Waiting for messages does not keep the command alive.
main.unref();

const tell = (message: FromCommand) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is a thread
  main.postMessage(message);
};
const exitCode = await cli(args, {
  stdout: { write: (text) => tell({ stream: 'stdout', text }) },
  stderr: {
    write: (text) => tell({ stream: 'stderr', text }),
    isTTY: terminal.isTTY,
    get columns() {
      // A terminal of unknown width reports 0.
      return columns || 80;
    },
  },
  nowMs: () => performance.now(),
  peakRssBytes: () => process.resourceUsage().maxRSS * 1024,
  machine: thisMachine(),
  env: process.env,
  signal: stop.signal,
  // Loaded only by a command that simulates.
  simulate: async (swarm, options) => {
    const { simulate } = await import('@cachetorrent/simulator');
    return await simulate(swarm, options);
  },
});
tell({ exitCode });
