/** The commands of the client as a program, which tests start as a process. */

import { Command } from 'commander';

import { addClientCommands } from '../src/commands/index.ts';

const stop = new AbortController();
process.on('SIGINT', () => stop.abort());
process.on('SIGTERM', () => stop.abort());
const program = new Command('client');
const { stdout, stderr } = process;
addClientCommands(program, { stdout, stderr, signal: stop.signal });
try {
  await program.parseAsync();
} catch (error) {
  stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
