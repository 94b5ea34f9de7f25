/** The entry point of the command: connects it to the streams and signals of the process. */

import { simulate } from '@cachetorrent/simulator';

import { cli, EXIT_CODE } from './cli.ts';
import { thisMachine } from './machine.ts';

/** The time from an interrupt to the forced exit of a command that does not shut down. */
const SHUTDOWN_TIMEOUT_MS = 900;

const stopController = new AbortController();
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// The reader of a pipe may close it before the end: `cachetorrent run ... | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_CODE.success);
  throw error;
});

process.exitCode = await cli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  nowMs: () => performance.now(),
  peakRssBytes: () => process.resourceUsage().maxRSS * 1024,
  machine: thisMachine(),
  env: process.env,
  signal: stopController.signal,
  simulate,
});

function interrupt(): void {
  if (stopController.signal.aborted) return;
  stopController.abort();
  setTimeout(() => {
    process.stderr.write('interrupted: the command did not shut down in time\n');
    process.exit(EXIT_CODE.interrupted);
  }, SHUTDOWN_TIMEOUT_MS).unref();
}
