/** The process of the command: its streams, its signals and its end. */

import { availableParallelism, totalmem } from 'node:os';

import { simulate } from '@cachetorrent/simulator';

import { cli, EXIT_CODE } from './cli.ts';

/** Whoever presses Ctrl-C gets the terminal back after this long, whatever still goes on. */
const SHUTDOWN_TIMEOUT_MS = 900;

const stopController = new AbortController();
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// Whoever reads the output may leave before its end: `cachetorrent run ... | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_CODE.success);
  throw error;
});

process.exitCode = await cli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  nowMs: () => performance.now(),
  peakRssBytes: () => process.resourceUsage().maxRSS * 1024,
  machine: {
    cores: availableParallelism(),
    // What a container may have, where it may not have all.
    memoryBytes: Math.min(totalmem(), process.constrainedMemory() || Infinity),
  },
  env: process.env,
  signal: stopController.signal,
  simulate,
});

function interrupt(): void {
  if (stopController.signal.aborted) return;
  stopController.abort();
  setTimeout(() => {
    process.stderr.write('stopped; it did not end by itself in time\n');
    process.exit(EXIT_CODE.interrupted);
  }, SHUTDOWN_TIMEOUT_MS).unref();
}
