/**
 * Measures speed and size: `npm run bench -- run`, `scaling`, `predict`, `phold`, `micro`,
 * `profile`, `marginal`, `cores`, `campaign`, `wire`.
 *
 * None of it is a test: times hang on the machine and on who else is at work. What does not is
 * tested in `bench/*.test.ts`.
 */

import { bench } from './bench/command-line.ts';

process.exitCode = await bench(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
});
