import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { failureText } from './failure.ts';

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('it threw nothing');
}

test.each([
  {
    of: 'a file that is missing',
    error: thrownBy(() => readFileSync('/no/such/file')),
    says: '/no/such/file: needs a file or folder that does not exist\n  fix: check the path',
  },
  {
    of: 'standard output on a full disk',
    error: Object.assign(new Error('ENOSPC: write'), {
      code: 'ENOSPC',
      errno: -28,
      syscall: 'write',
    }),
    says: 'standard output: is on a full disk\n  fix: free some space and run the same command again',
  },
  {
    of: 'a current folder that has been deleted',
    error: Object.assign(new Error('ENOENT'), { code: 'ENOENT', errno: -2, syscall: 'uv_cwd' }),
    says: 'the current folder: does not exist any more\n  fix: change to a folder that exists',
  },
  {
    of: 'a code that has no text of ours',
    error: Object.assign(new Error('EFOO: odd'), { code: 'EFOO', errno: -999, syscall: 'read' }),
    says: 'standard output: fails: EFOO: odd\n  fix: ',
  },
  {
    of: 'a thread without memory',
    error: Object.assign(new Error('out'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }),
    says: 'memory: the command needs more than it may use\n  fix: ',
  },
  {
    of: 'a thread that cannot be started',
    error: Object.assign(new Error('EMFILE'), { code: 'ERR_WORKER_INIT_FAILED' }),
    says: 'threads: the system starts no more: EMFILE\n  fix: allow more open files',
  },
  {
    of: 'a bug',
    error: thrownBy(() => (undefined as unknown as { x: number }).x),
    says: "unexpected error: Cannot read properties of undefined (reading 'x')\n  fix: this is a bug",
  },
  { of: 'no error at all', error: undefined, says: 'unexpected error: undefined\n  fix: ' },
])('$of: where, what, how to fix it, and no stack', ({ error, says }) => {
  const text = failureText(error, {}, 'standard output');
  expect(text).toContain(says);
  expect(text).not.toMatch(/^\s+at /m);
  expect(text.endsWith('\n')).toBe(true);
});

test('the stack is shown with CACHETORRENT_DEBUG', () => {
  expect(failureText(new Error('x'), { CACHETORRENT_DEBUG: '1' })).toMatch(/^\s+at /m);
});
