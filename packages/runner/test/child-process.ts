/** Processes that tests start. None of them outlives its test file, whatever ends the test. */

import { type ChildProcess, spawn } from 'node:child_process';

import { afterAll } from 'vitest';

export interface TestProcess extends ChildProcess {
  /** Resolves with the exit code (null after a signal), at once if the process has ended. */
  readonly exited: Promise<number | null>;
}

const running = new Set<ChildProcess>();

// A test that fails at its time limit never reaches its own `finally`.
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Output {
  /** `pipe`: the caller reads it. */
  readonly stdout?: 'ignore' | 'pipe';
  /** `pipe`: the caller reads it. `pass-on`: it is copied to that of the tests. */
  readonly stderr?: 'pass-on' | 'pipe';
}

/** Starts a process without standard input. `exited` rejects if the program cannot be started. */
export function startProcess(
  program: string,
  args: readonly string[],
  { stdout = 'ignore', stderr = 'pass-on' }: Output = {},
): TestProcess {
  // Never 'inherit': the test runner waits until nobody holds the standard error of its processes.
  const child = spawn(program, args, { stdio: ['ignore', stdout, 'pipe'] });
  if (stderr === 'pass-on') child.stderr!.pipe(process.stderr, { end: false });
  running.add(child);
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  return Object.assign(child, { exited });
}
