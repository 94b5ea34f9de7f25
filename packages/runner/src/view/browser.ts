/** Opens a page in the browser of the system. */

import { spawn } from 'node:child_process';

import type { CliEnvironment } from '../cli-environment.ts';
import { messageOf } from '../failure.ts';

/** The program that opens an address, and its arguments before the address. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/**
 * Opens an address, and does not wait for the browser. If there is none, says what to do instead.
 */
export function openBrowser(address: string, { env, stderr }: CliEnvironment): void {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const fail = (problem: string) => {
    const fix = `open this address by hand: ${address}`;
    stderr.write(`note: --open: ${program} opens no browser: ${problem}\n  fix: ${fix}\n`);
  };
  try {
    const child = spawn(program, [...args, address], { env, stdio: 'ignore', detached: true });
    child.once('error', (error) => fail(messageOf(error)));
    child.once('exit', (code) => {
      if (code !== 0) fail(code === null ? 'it was stopped' : `it ended with code ${code}`);
    });
    child.unref();
  } catch (error) {
    fail(messageOf(error));
  }
}
