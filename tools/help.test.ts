import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { inRepository } from './files.ts';

test.each([
  'bench',
  'docs',
  'findings',
  'fluid',
  'fuzz',
  'interop',
  'leader-failure',
  'published',
  'quirks',
  'soak',
  'validate',
])('npm run %s -- --help prints help, and does nothing', (tool) => {
  const args = ['--conditions=cachetorrent-source', inRepository(`tools/${tool}.ts`), '--help'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^Usage: ${tool} `));
});
