/**
 * Measures speed and size: `npm run bench -- run`, `scaling`, `predict`, `phold`, `micro`,
 * `memory`, `profile`, `marginal`, `cores`, `campaign`, `pairs`, `start`, `wire`, `topology`,
 * `windows`, `recording`, `view`.
 *
 * No measurement is a test, since times depend on the machine and its load. Counts do not:
 * `bench/*.test.ts` checks those.
 */

import { bench } from './bench/command-line.ts';

process.exitCode = await bench(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
});
