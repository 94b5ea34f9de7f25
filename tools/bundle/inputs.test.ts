/** What the bundle of a workspace is made from. */

import { mkdirSync, mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';

import { isBundleCurrent } from '../../packages/runner/bin/workspace-command.js';
import { inputsOf } from './inputs.ts';

const START_MS = 1_000_000;
const SOURCE = 'packages/std/src/index.ts';
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'workspace-'));
  const bundler = ['bundle.ts', 'bundle/chunks.ts', 'bundle/libraries.ts', 'bundle/page.ts'];
  const others = ['pnpm-lock.yaml', ...bundler.map((name) => `tools/${name}`)];
  for (const path of ['packages/std/package.json', SOURCE, ...others])
    write(path, '', START_MS - 1);
});

test('the inputs are sources of our own, manifests, and what says how to bundle', () => {
  const modules = [join(root, SOURCE), join(root, 'node_modules/zod/index.js'), '\0runtime'];
  expect(inputsOf(root, modules, START_MS).map(([path]) => path)).toEqual([
    'packages/std/package.json',
    SOURCE,
    'pnpm-lock.yaml',
    'tools/bundle.ts',
    'tools/bundle/chunks.ts',
    'tools/bundle/libraries.ts',
    'tools/bundle/page.ts',
  ]);
});

test.each([
  { rule: 'is current if its sources were there before', modifiedMs: START_MS - 1, is: true },
  { rule: 'is not if one was written meanwhile', modifiedMs: START_MS + 1, is: false },
])('a bundle $rule', ({ modifiedMs, is }) => {
  write(SOURCE, 'export const a = 1;', modifiedMs);
  const inputs = JSON.stringify(inputsOf(root, [join(root, SOURCE)], START_MS));
  write('packages/runner/bundle/inputs.json', inputs, START_MS);
  expect(isBundleCurrent(root)).toBe(is);
});

function write(path: string, text: string, modifiedMs: number): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  utimesSync(file, modifiedMs / 1000, modifiedMs / 1000);
}
